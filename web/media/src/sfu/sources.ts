// What a producer is, on the wire: `source`, 1 to 32 of `a`–`z` and `_`. Pure.
import { SLOTS, type Slot } from "../peer/slots.ts";

const MAX = 32;
/** Tracks beside the three: `x` or `x_whiteboard`. */
const EXTRA = "x";

/** The source of a further track; of its name only letters of English remain. */
export function extraSource(name: string): string {
  const letters = name
    .normalize("NFKD")
    .toLowerCase()
    .replace(/[^a-z]+/g, "_")
    .replace(/^_+|_+$/g, "");
  return letters ? `${EXTRA}_${letters}`.slice(0, MAX) : EXTRA;
}

/** Which of the three it is; `null`: something else. */
export function slotOf(source: string): Slot | null {
  return SLOTS.find((slot) => slot === source) ?? null;
}

/** What a further track is called; `null` if it has no name. Programs of others may use any source. */
export function extraName(source: string): string | null {
  if (source === EXTRA) return null;
  const name = source.startsWith(`${EXTRA}_`) ? source.slice(EXTRA.length + 1) : source;
  return name.replaceAll("_", " ");
}
