// A guest at the door: comes in at once, or waits until the host has answered.
import { Problem, Unreachable } from "../errors.ts";
import { LIMITS } from "../limits.ts";
import type { Http } from "./http.ts";
import type { Signed, Waiting } from "./shapes.ts";

export interface EnterOptions {
  /** The host is being asked. It may be called again: after a pause that was too long the guest waits anew. */
  onWaiting?: () => void;
  /** Gives up: the host no longer sees the guest, and the promise rejects with the signal's reason. */
  signal?: AbortSignal;
  /** Of the same guest in the same room (`Api.guestToken`), such as before a reload: who was admitted is not asked about again. */
  token?: string | undefined;
}

interface Guest {
  roomId: string;
  name: string;
  token: string | undefined;
}

/** The guest's token, once they may come in. Rejects with `Problem`: `refused`, `guests_not_allowed`, `room_locked` … */
export async function admitted(http: Http, guest: Guest, options: EnterOptions): Promise<Signed> {
  const door = new Door(http, guest, options.signal);
  let answer = await door.knock();
  while ("waiting" in answer) {
    options.onWaiting?.();
    answer = (await door.wait(answer)) ?? (await door.knock());
  }
  return answer;
}

class Door {
  readonly #http: Http;
  readonly #path: string;
  readonly #guest: Guest;
  readonly #signal: AbortSignal | undefined;

  constructor(http: Http, guest: Guest, signal: AbortSignal | undefined) {
    this.#http = http;
    this.#path = `/api/rooms/${encodeURIComponent(guest.roomId)}/guests`;
    this.#guest = guest;
    this.#signal = signal;
  }

  knock(): Promise<Signed | Waiting> {
    const { name, token } = this.#guest;
    return this.#http.send({ method: "POST", path: this.#path, body: { name }, token, signal: this.#signal });
  }

  /** Waits for the host's answer; `null` if the node no longer knows the guest, who has to knock again. */
  async wait({ waiting, pollAfterMs }: Waiting): Promise<Signed | null> {
    const path = `${this.#path}/${encodeURIComponent(waiting)}`;
    let afterMs = pollAfterMs;
    try {
      while (true) {
        await pause(afterMs, this.#signal);
        const answer = await this.#ask(path);
        if (answer === null || "accessToken" in answer) return answer;
        afterMs = answer.pollAfterMs;
      }
    } catch (error) {
      // We have given up: the host sees us no longer.
      if (this.#signal?.aborted) void this.#http.send({ method: "DELETE", path }).catch(() => {});
      throw error;
    }
  }

  async #ask(path: string): Promise<Signed | { pollAfterMs: number } | null> {
    try {
      return await this.#http.send<Signed | Waiting>({ method: "GET", path, signal: this.#signal });
    } catch (error) {
      if (this.#signal?.aborted) throw error;
      // The node may have been lost; another one knows us as well.
      const isAway = error instanceof Unreachable || (error instanceof Problem && isRetryable(error.status));
      if (isAway) return { pollAfterMs: LIMITS.waitAgainMs };
      // The device has slept for too long.
      if (error instanceof Problem && error.code === "waiting_gone") return null;
      throw error;
    }
  }
}

function isRetryable(status: number): boolean {
  return status >= 500 || status === 429;
}

function pause(ms: number, signal?: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    if (signal?.aborted) return reject(signal.reason);
    const end = () => {
      clearTimeout(timer);
      reject(signal?.reason);
    };
    const timer = setTimeout(() => {
      signal?.removeEventListener("abort", end);
      resolve();
    }, ms);
    signal?.addEventListener("abort", end, { once: true });
  });
}
