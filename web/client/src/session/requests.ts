// Questions to the node (`sfu_*`): each has a number of its own (`rid`), and one answer or one refusal. One that was open when
// the socket was lost is asked again with the same number, and gets the first answer. Independent of what is asked.
import { asked as bounded } from "../connection/backoff.ts";
import { RequestRefused } from "../errors.ts";
import { LIMITS } from "../limits.ts";
import type { Answer, Asking, Code, Refusal, RequestMessage, RequestType } from "../wire.ts";

export interface RequestsPort {
  /** False when there is no socket now. */
  send(message: RequestMessage): boolean;
  /** Whether there is a session on a socket. */
  online(): boolean;
}

interface Open {
  readonly message: RequestMessage & { rid: number };
  readonly resolve: (answer: unknown) => void;
  readonly reject: (error: RequestRefused) => void;
  tries: number;
  timer: ReturnType<typeof setTimeout> | undefined;
}

/** Refusals after which the same number may be sent again: nothing was done, or the first answer is kept. */
const AGAIN: readonly Code[] = ["unavailable", "rate_limited", "internal"];

export class Requests {
  readonly #port: RequestsPort;
  /** By number: sent, or to be sent when the session is back. */
  readonly #open = new Map<number, Open>();
  readonly #waiting: Open[] = [];
  #next = 1;
  /** How many may be open; from `welcome`. */
  max: number = LIMITS.requestsMax;

  constructor(port: RequestsPort) {
    this.#port = port;
  }

  /**
   * Asks now, or as soon as there is a place and a socket; as number `again`, if that was refused before. Rejects with
   * `RequestRefused`.
   */
  ask<T extends RequestType>(type: T, data: Asking<T>, again?: number | null): Promise<Answer<T>> {
    if (this.#waiting.length >= LIMITS.requestsWaitingMax) return Promise.reject(tooMany());
    return new Promise((resolve, reject) => {
      const rid = again ?? this.#next;
      if (rid === this.#next) this.#next += 1;
      const message = { type, rid, data } as RequestMessage & { rid: number };
      this.#waiting.push({
        message,
        resolve: resolve as Open["resolve"],
        reject,
        tries: 0,
        timer: undefined,
      });
      this.#fill();
    });
  }

  /** An answer has come; false if nobody asked. */
  answered(rid: number | undefined, data: unknown): boolean {
    const open = this.#take(rid);
    open?.resolve(data ?? {});
    this.#fill();
    return open !== undefined;
  }

  /** A refusal has come; false if nobody asked. */
  refused(refusal: Refusal): boolean {
    const open = refusal.rid === undefined ? undefined : this.#open.get(refusal.rid);
    if (!open) return false;
    clearTimeout(open.timer);
    if (AGAIN.includes(refusal.code) && open.tries < LIMITS.resendMax) {
      const pause = bounded(refusal.retryAfterMs) ?? LIMITS.resendMs;
      open.timer = setTimeout(() => this.#transmit(open), pause);
      return true;
    }
    this.#take(refusal.rid);
    open.reject(new RequestRefused(refusal.code, refusal));
    this.#fill();
    return true;
  }

  /** The session goes on over another socket: what was open is asked again, oldest first. */
  resumed(): void {
    for (const open of this.#open.values()) this.#transmit(open);
    this.#fill();
  }

  /** The session has ended: whatever was asked in it has no answer. */
  restart(): void {
    const lost = [...this.#open.values(), ...this.#waiting.splice(0)];
    this.#open.clear();
    for (const open of lost) {
      clearTimeout(open.timer);
      open.reject(new RequestRefused("lost"));
    }
  }

  #fill(): void {
    while (this.#port.online() && this.#open.size < this.max) {
      const next = this.#waiting.shift();
      if (!next) return;
      this.#open.set(next.message.rid, next);
      this.#transmit(next);
    }
  }

  #transmit(open: Open): void {
    clearTimeout(open.timer);
    // Without a socket it waits for the resume, however long that takes.
    if (!this.#port.online() || !this.#port.send(open.message)) return;
    open.tries += 1;
    open.timer = setTimeout(() => this.#late(open), LIMITS.requestMs);
  }

  #late(open: Open): void {
    if (!this.#port.online()) return;
    this.#take(open.message.rid);
    open.reject(new RequestRefused("timeout"));
    this.#fill();
  }

  #take(rid: number | undefined): Open | undefined {
    const open = rid === undefined ? undefined : this.#open.get(rid);
    if (!open) return undefined;
    clearTimeout(open.timer);
    this.#open.delete(open.message.rid);
    return open;
  }
}

function tooMany(): RequestRefused {
  const message = `${LIMITS.requestsWaitingMax} requests wait already, as many as is allowed: ask again later.`;
  const code = "rate_limited";
  return new RequestRefused(code, { code, message, cid: null, retryable: true, retryAfterMs: null });
}
