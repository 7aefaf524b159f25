// Choices stored in this browser, and the call of this tab.

export interface Choices {
  microphone: { on: boolean; deviceId: string | null };
  camera: { on: boolean; deviceId: string | null };
}

/** What the page does beside the call. */
export interface Habits {
  /** A short sound when people come and go. */
  sounds: boolean;
  /** Single keys such as M for mute. */
  shortcuts: boolean;
  /** Where sound is played; `""` is the system's choice. */
  speaker: string;
}

const HABITS = "aldis.habits";
const CHOICES = "aldis.choices";
const CALL = "aldis.call";
const KNOWN = "aldis.known";

export function choices(): Choices {
  const stored = read(localStorage, CHOICES) as Partial<Choices> | null;
  return {
    microphone: { on: true, deviceId: null, ...stored?.microphone },
    camera: { on: true, deviceId: null, ...stored?.camera },
  };
}

export function rememberChoices(chosen: Choices): void {
  write(localStorage, CHOICES, chosen);
}

export function habits(): Habits {
  const stored = read(localStorage, HABITS) as Partial<Habits> | null;
  return { sounds: true, shortcuts: true, speaker: "", ...stored };
}

export function rememberHabits(chosen: Habits): void {
  write(localStorage, HABITS, chosen);
}

/** The room this tab was in when it was reloaded, so that a reload leads straight back. */
export function callUnderWay(): string | null {
  const roomId = read(sessionStorage, CALL);
  return typeof roomId === "string" ? roomId : null;
}

export function rememberCall(roomId: string | null): void {
  write(sessionStorage, CALL, roomId);
}

/** Whether someone has signed in on this browser before: then the form starts with "Log in". */
export function isKnown(): boolean {
  return read(localStorage, KNOWN) === true;
}

export function rememberKnown(): void {
  write(localStorage, KNOWN, true);
}

function read(storage: Storage, key: string): unknown {
  try {
    return JSON.parse(storage.getItem(key) ?? "null");
  } catch {
    return null;
  }
}

function write(storage: Storage, key: string, value: unknown): void {
  try {
    storage.setItem(key, JSON.stringify(value));
  } catch {
    // A full or forbidden storage costs only the convenience.
  }
}
