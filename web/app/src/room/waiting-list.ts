// Who waits to be let in, as the host is to see it.
import type { Room, WaitingGuest } from "@aldis/client";

/** Who waits may have gone again without a word: the list is read anew this often while somebody is in it. Milliseconds. */
const AGAIN_MS = 10_000;

export interface WaitingListPort {
  room: Pick<Room, "on">;
  read(): Promise<readonly WaitingGuest[]>;
  show(waiting: readonly WaitingGuest[]): void;
}

/**
 * Reads who waits: at first, in each new session (nobody repeats what was told in between), when their number changes, while somebody
 * waits, and again after it could not be read.
 */
export class WaitingList {
  readonly #port: WaitingListPort;
  #isWatched = false;
  /** How often it was read: only the last answer counts. */
  #reads = 0;
  #timer: ReturnType<typeof setTimeout> | undefined;

  constructor(port: WaitingListPort) {
    this.#port = port;
  }

  /** From now on, until the returned function is called. */
  watch(): () => void {
    this.#isWatched = true;
    const { room, show } = this.#port;
    const offs = [
      room.on("guestsWaiting", this.load),
      room.on("joined", this.load),
      room.on("resumed", ({ lost }) => lost && this.load()),
    ];
    this.load();
    return () => {
      this.#isWatched = false;
      clearTimeout(this.#timer);
      for (const off of offs) off();
      show([]);
    };
  }

  /** Reads it now. */
  readonly load = (): void => {
    if (!this.#isWatched) return;
    this.#reads += 1;
    const read = this.#reads;
    const over = (isAgain: boolean) => {
      clearTimeout(this.#timer);
      if (isAgain) this.#timer = setTimeout(this.load, AGAIN_MS);
    };
    const isOf = () => this.#isWatched && read === this.#reads;
    this.#port.read().then(
      (waiting) => {
        if (!isOf()) return;
        this.#port.show(waiting);
        over(waiting.length > 0);
      },
      () => isOf() && over(true),
    );
  };
}
