// What this person sends and sees, whichever way media goes; a way that is begun in the middle of a call is told all of it.
import type { Paths } from "../paths.ts";
import { type Extra, NO_TRACKS, SLOTS, type Slot, type Status, type Tracks } from "../peer.ts";

export class Wish {
  readonly #tracks: Tracks = { ...NO_TRACKS };
  readonly #extras = new Set<Extra>();
  readonly #widths = new Map<string, number>();
  #status: Status = { microphone: true };

  set(slot: Slot, track: MediaStreamTrack | null): void {
    this.#tracks[slot] = track;
  }
  publish(extra: Extra): void {
    this.#extras.add(extra);
  }
  unpublish(extra: Extra): void {
    this.#extras.delete(extra);
  }
  say(status: Status): void {
    this.#status = status;
  }
  see(userId: string, width: number): void {
    this.#widths.set(userId, width);
  }
  /** How wide this member's camera is shown; `undefined` if nobody has said. */
  width(userId: string): number | undefined {
    return this.#widths.get(userId);
  }
  /** Nobody has left a tile behind. */
  forget(present: ReadonlySet<string>): void {
    for (const userId of this.#widths.keys()) if (!present.has(userId)) this.#widths.delete(userId);
  }

  /** Before anything else: whether the microphone is muted must be known when it is first sent. */
  tell(paths: Paths): void {
    paths.say(this.#status);
    for (const [userId, width] of this.#widths) paths.see(userId, width);
    for (const slot of SLOTS) paths.set(slot, this.#tracks[slot]);
    for (const extra of this.#extras) paths.publish(extra);
  }
}
