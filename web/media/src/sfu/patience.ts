// Questions that are asked until they are answered, for what flows must not be given up because something new cannot be added now.
// Each has one number, so that whatever was done of it is done once.
import type { Answer, Asking, RequestRefused, RequestType, Room } from "@aldis/client";
import { faultOf, pauseAfter } from "./faults.ts";

export interface PatiencePort {
  readonly room: Pick<Room, "request">;
  /** Why a question has to wait; `null`: it was answered. */
  waits(error: unknown): void;
}

export class Patience {
  readonly #port: PatiencePort;
  /** Ends each pause. */
  readonly #pauses = new Set<() => void>();

  constructor(port: PatiencePort) {
    this.#port = port;
  }

  /** Asks until it is answered or refused for good; rejects with `timeout` (it may have been done) once it is of no use any more. */
  async ask<T extends RequestType>(type: T, data: Asking<T>, isOfUse: () => boolean): Promise<Answer<T>> {
    let rid: number | null = null;
    for (let attempt = 0; ; attempt += 1) {
      try {
        const answer = await this.#port.room.request(type, data, rid);
        if (attempt > 0) this.#port.waits(null);
        return answer;
      } catch (error) {
        if (!["again", "away"].includes(faultOf(error))) throw error;
        rid = (error as Partial<RequestRefused>).rid ?? rid;
        if (isOfUse()) await this.#pause(error, attempt);
        if (!isOfUse()) throw Object.assign(new Error((error as Error).message), { code: "timeout" });
      }
    }
  }

  /** Asks again now what waits. */
  hurry(): void {
    for (const end of [...this.#pauses]) end();
  }

  async #pause(error: unknown, attempt: number): Promise<void> {
    this.#port.waits(error);
    await new Promise<void>((over) => {
      const end = () => {
        clearTimeout(timer);
        this.#pauses.delete(end);
        over();
      };
      const timer = setTimeout(end, pauseAfter(error, attempt, Math.random()));
      this.#pauses.add(end);
    });
  }
}
