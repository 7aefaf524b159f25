import { LIMITS } from "../limits.ts";
import type { Counted, Refusal } from "../wire.ts";

/**
 * How one message ended. `lost`: the session has ended, and it is unknown whether the message arrived. `cid`: the number
 * it had in that session, if it was sent.
 */
export type Fate =
  | { kind: "accepted"; cid: number }
  | { kind: "refused"; refusal: Refusal }
  | { kind: "lost"; cid?: number };

/** A message with its number, as it goes over the wire. */
export interface Kept {
  readonly cid: number;
  readonly message: Counted;
  readonly tries: number;
  readonly settle: (fate: Fate) => void;
}

/**
 * Messages of this client that the server has not acknowledged, in order. Numbers restart with each session.
 */
export class Outbox {
  #next = 1;
  #kept: Kept[] = [];

  /** Numbers and keeps a message. `null` if too many are unacknowledged: delivery can no longer be guaranteed. */
  add(message: Counted, settle: (fate: Fate) => void = () => {}, tries = 1): Kept | null {
    if (this.#kept.length >= LIMITS.outboxMax) return null;
    const kept = { cid: this.#next, message, tries, settle };
    this.#next += 1;
    this.#kept.push(kept);
    return kept;
  }

  /** Everything up to `cid` is in the ledger. */
  acknowledge(cid: number): void {
    const done = this.#kept.filter((kept) => kept.cid <= cid);
    this.#kept = this.#kept.filter((kept) => kept.cid > cid);
    for (const kept of done) kept.settle({ kind: "accepted", cid: kept.cid });
  }

  /** Takes out a message the server refused; the caller decides what to do with it. */
  take(cid: number): Kept | undefined {
    const found = this.#kept.find((kept) => kept.cid === cid);
    if (found) this.#kept = this.#kept.filter((kept) => kept !== found);
    return found;
  }

  /** The messages to resend after a resume, oldest first, with their numbers. */
  unacknowledged(): readonly Kept[] {
    return this.#kept;
  }

  /** The session has ended: unacknowledged messages are marked as lost. */
  restart(): void {
    const lost = this.#kept;
    this.#kept = [];
    this.#next = 1;
    for (const kept of lost) kept.settle({ kind: "lost", cid: kept.cid });
  }
}
