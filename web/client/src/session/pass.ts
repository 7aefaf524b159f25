// The token of a session: the application's, or, after a move to another room, the one that came with it.
import type { GetToken } from "../connection.ts";

export class Pass {
  readonly #get: GetToken;
  #given: string | null = null;

  constructor(get: GetToken) {
    this.#get = get;
  }

  /** Came with a move: it is used until another one is needed. */
  give(token: string): void {
    this.#given = token;
  }

  token({ force }: { force: boolean }, roomId: string): Promise<string | null> {
    if (force) this.#given = null;
    return this.#given === null ? this.#get({ force, roomId }) : Promise.resolve(this.#given);
  }
}
