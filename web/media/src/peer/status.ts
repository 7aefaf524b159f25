/** A member's status, told by an attribute. */
export interface Status {
  /** False when muted: the track still runs, so no description shows it. */
  microphone: boolean;
}

/** The attribute that says it to everybody in the room: `muted`, or nothing. */
export const MICROPHONE = "microphone";
export const MUTED = "muted";

/** What attributes, or their changes, say; `null` if nothing. Pure. */
export function statusOf(attributes: Readonly<Record<string, string | null>> = {}): Status | null {
  const microphone = attributes[MICROPHONE];
  return microphone === undefined ? null : { microphone: microphone !== MUTED };
}
