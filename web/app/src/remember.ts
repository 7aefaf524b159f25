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
const SIGNED_IN = "aldis.signed-in";
const GUEST = "aldis.guest-name";
const VISIT = "aldis.guest";
const LANGUAGE = "aldis.language";
const PROBE = "aldis.probe";

export function choices(): Choices {
  const stored = read("local", CHOICES) as Partial<Choices> | null;
  return {
    microphone: { on: true, deviceId: null, ...stored?.microphone },
    camera: { on: true, deviceId: null, ...stored?.camera },
  };
}

export function rememberChoices(chosen: Choices): void {
  write("local", CHOICES, chosen);
}

export function habits(): Habits {
  const stored = read("local", HABITS) as Partial<Habits> | null;
  return { sounds: true, shortcuts: true, speaker: "", ...stored };
}

export function rememberHabits(chosen: Habits): void {
  write("local", HABITS, chosen);
}

/** The room this tab was in when it was reloaded, so that a reload leads straight back. */
export function callUnderWay(): string | null {
  const roomId = read("session", CALL);
  return typeof roomId === "string" ? roomId : null;
}

export function rememberCall(roomId: string | null): void {
  write("session", CALL, roomId);
}

/** Whether someone has signed in on this browser before: then the form starts with "Log in". */
export function isKnown(): boolean {
  return read("local", KNOWN) === true;
}

/**
 * Whether the browser may have the cookies of a sign-in. Where nobody has signed in, the server need not be asked; what a browser that
 * keeps nothing knows, is unknown.
 */
export function mayBeSignedIn(): boolean {
  return !canKeep() || read("local", SIGNED_IN) === true;
}

export function rememberSignedIn(isSignedIn: boolean): void {
  write("local", SIGNED_IN, isSignedIn);
  if (isSignedIn) write("local", KNOWN, true);
}

/** The name that was given last as a guest. */
export function guestName(): string {
  const name = read("local", GUEST);
  return typeof name === "string" ? name : "";
}

export function rememberGuestName(name: string): void {
  write("local", GUEST, name);
}

/** The room that this tab is in as a guest, the name, and the token of that room, so that a reload leads straight back. */
export interface GuestVisit {
  roomId: string;
  name: string;
  token?: string | undefined;
}

export function guestVisit(): GuestVisit | null {
  const visit = read("session", VISIT) as { [key in keyof GuestVisit]?: unknown } | null;
  const { roomId, name, token } = visit ?? {};
  if (typeof roomId !== "string" || typeof name !== "string") return null;
  return { roomId, name, ...(typeof token === "string" && { token }) };
}

export function rememberGuestVisit(visit: GuestVisit | null): void {
  write("session", VISIT, visit);
}

export function rememberedLanguage(): string | null {
  const language = read("local", LANGUAGE);
  return typeof language === "string" ? language : null;
}

export function rememberLanguage(language: string): void {
  write("local", LANGUAGE, language);
}

function canKeep(): boolean {
  try {
    localStorage.setItem(PROBE, "1");
    localStorage.removeItem(PROBE);
    return true;
  } catch {
    return false;
  }
}

type Kept = "local" | "session";

/** Browsers that forbid storage throw already when it is named. */
function storage(kept: Kept): Storage {
  return kept === "local" ? localStorage : sessionStorage;
}

function read(kept: Kept, key: string): unknown {
  try {
    return JSON.parse(storage(kept).getItem(key) ?? "null");
  } catch {
    return null;
  }
}

function write(kept: Kept, key: string, value: unknown): void {
  try {
    storage(kept).setItem(key, JSON.stringify(value));
  } catch {
    // A full or forbidden storage costs only the convenience.
  }
}
