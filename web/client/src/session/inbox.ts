import { LIMITS } from "../limits.ts";

/**
 * Which of the server's numbered messages this client has processed. Drops duplicates, detects gaps,
 * and acknowledges lazily through `acknowledge`.
 */
export class Inbox {
  #last = 0;
  #acknowledged = 0;
  #hole = -1;
  #timer: ReturnType<typeof setTimeout> | undefined;
  readonly #acknowledge: (seq: number) => void;

  constructor(acknowledge: (seq: number) => void) {
    this.#acknowledge = acknowledge;
  }

  /** The last `seq` processed; sent with a resume. */
  get last(): number {
    return this.#last;
  }

  /**
   * Is this message the next one? `hole` means that earlier messages are missing, and a resume will deliver them;
   * if a resume did not, the gap is skipped the second time, so that the call continues.
   */
  take(seq: number | undefined): "next" | "repeat" | "hole" {
    if (seq === undefined) return "next";
    if (seq <= this.#last) return "repeat";
    if (seq > this.#last + 1 && this.#hole !== this.#last) {
      this.#hole = this.#last;
      return "hole";
    }
    this.#last = seq;
    if (seq - this.#acknowledged >= LIMITS.ackEvery) this.flush();
    else this.#timer ??= setTimeout(() => this.flush(), LIMITS.ackDelayMs);
    return "next";
  }

  /** Acknowledges all processed messages now. */
  flush(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    if (this.#last === this.#acknowledged) return;
    this.#acknowledged = this.#last;
    this.#acknowledge(this.#last);
  }

  /** A new session begins: numbers start at 1 again. */
  restart(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    this.#last = 0;
    this.#acknowledged = 0;
    this.#hole = -1;
  }
}
