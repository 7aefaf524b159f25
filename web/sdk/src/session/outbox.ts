import { LIMITS } from "../limits.ts";
import type { Counted, Refusal } from "../wire.ts";

/** How one message ended. `lost`: the session is gone and nobody knows whether it arrived. */
export type Fate = { kind: "accepted" } | { kind: "refused"; refusal: Refusal } | { kind: "lost" };

/** A message with its number, as it goes over the wire. */
export interface Kept {
  readonly cid: number;
  readonly message: Counted;
  readonly tries: number;
  readonly settle: (fate: Fate) => void;
}

/**
 * What this client has said and the server has not yet acknowledged, in order. Numbers restart with each session.
 */
export class Outbox {
  #next = 1;
  #kept: Kept[] = [];

  /** Numbers and keeps a message. `null` when too much is waiting: the session can no longer promise anything. */
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
    for (const kept of done) kept.settle({ kind: "accepted" });
  }

  /** Takes out a message the server refused; the caller decides its fate. */
  take(cid: number): Kept | undefined {
    const found = this.#kept.find((kept) => kept.cid === cid);
    if (found) this.#kept = this.#kept.filter((kept) => kept !== found);
    return found;
  }

  /** What to send again after a resume, oldest first, with the numbers it already had. */
  unacknowledged(): readonly Kept[] {
    return this.#kept;
  }

  /** A new session begins, or none will: what waits is lost, and says so. */
  restart(): void {
    const lost = this.#kept;
    this.#kept = [];
    this.#next = 1;
    for (const kept of lost) kept.settle({ kind: "lost" });
  }
}
