// Who the requests of one `Api` are made as: the access token, and how another one is got.
import type { GetToken } from "../connection.ts";
import { Problem, SignedOut } from "../errors.ts";
import type { Http } from "./http.ts";
import type { Signed, User } from "./shapes.ts";

/** A token that expires sooner than this is not used. Milliseconds. */
const MARGIN_MS = 30_000;

/** How another access token is got: by the browser's refresh cookie, by a refresh token in memory, from the page's own backend, or as a guest. */
type Source =
  | { by: "cookie" }
  | { by: "memory"; refreshToken: string | null }
  | { by: "callback"; get: GetToken }
  | { by: "guest"; roomId: string; name: string };

export class SignIn {
  readonly #http: Http;
  readonly #home: Source;
  #source: Source;
  #token: { value: string; expiresAt: number } | null = null;
  /** The browser's access cookie authenticates us: there is no token in memory, and none is needed. */
  #byCookie = false;
  #refreshing: Promise<User> | null = null;

  /** `home`: how tokens are got unless somebody enters as a guest. */
  constructor(http: Http, home: Source) {
    this.#http = http;
    this.#home = home;
    this.#source = home;
  }

  /** What asks the node for a refresh token in the answer. */
  get headers(): Record<string, string> | undefined {
    return this.#home.by === "memory" ? { "x-refresh-token": "body" } : undefined;
  }

  /** The body of requests that spend the refresh token; without one a cookie does. */
  get body(): { refreshToken: string } | undefined {
    const source = this.#source;
    return source.by === "memory" && source.refreshToken ? { refreshToken: source.refreshToken } : undefined;
  }

  /** The access token in memory, whether or not it is still valid. */
  get present(): string | undefined {
    return this.#token?.value;
  }

  /** An access token; `null` while the cookie authenticates us. */
  async token({ force }: { force: boolean }): Promise<string | null> {
    if (this.#source.by === "callback") return this.#source.get({ force });
    if (this.#byCookie && !force) return null;
    if (force || !this.#token || this.#token.expiresAt - Date.now() < MARGIN_MS) await this.refresh();
    if (!this.#token) throw new SignedOut("There is no access token. Sign in again.");
    return this.#token.value;
  }

  /** A new access token. Concurrent callers share one. Rejects with `SignedOut`. */
  refresh(): Promise<User> {
    this.#refreshing ??= this.#refresh().finally(() => {
      this.#refreshing = null;
    });
    return this.#refreshing;
  }

  /** Signs in with the node's answer. */
  take({ accessToken, expiresIn, user, refreshToken }: Signed): User {
    this.#token = { value: accessToken, expiresAt: Date.now() + expiresIn * 1000 };
    this.#byCookie = false;
    if (this.#source.by === "guest") this.#source = this.#home;
    if (this.#source.by === "memory" && refreshToken) this.#source = { by: "memory", refreshToken };
    return { id: user.id, email: user.email ?? "", name: user.name };
  }

  /** The cookie has proved to be good. */
  takeCookie(): void {
    this.#byCookie = true;
  }

  /** Enters a room without an account; the token is for that room only. */
  async enter(roomId: string, name: string): Promise<User> {
    const path = `/api/rooms/${encodeURIComponent(roomId)}/guests`;
    // With the token of the same guest they stay the same.
    const token = this.#source.by === "guest" && this.#source.roomId === roomId ? this.present : undefined;
    const user = this.take(await this.#http.send<Signed>({ method: "POST", path, body: { name }, token }));
    this.#source = { by: "guest", roomId, name };
    return user;
  }

  forget(): void {
    this.#token = null;
    this.#byCookie = false;
    this.#source = this.#home.by === "memory" ? { by: "memory", refreshToken: null } : this.#home;
  }

  async #refresh(): Promise<User> {
    const source = this.#source;
    try {
      if (source.by === "guest") return await this.enter(source.roomId, source.name);
      if (source.by === "memory" && !source.refreshToken) throw new SignedOut("Nobody has signed in yet.");
      const send = () =>
        this.#http.send<Signed>({ method: "POST", path: "/api/auth/refresh", body: this.body });
      return this.take(await (source.by === "cookie" ? oneTabAtATime(send) : send()));
    } catch (error) {
      if (!(error instanceof Problem) || ![401, 403, 404].includes(error.status)) throw error;
      this.#token = null;
      throw new SignedOut(undefined, { cause: error });
    }
  }
}

interface Locks {
  request<T>(name: string, work: () => Promise<T>): Promise<T>;
}

/**
 * Tabs share the refresh cookie, and using one twice revokes the whole family: so they take turns,
 * and the second already sends the first one's new cookie.
 */
function oneTabAtATime<T>(work: () => Promise<T>): Promise<T> {
  const { locks } = (globalThis.navigator ?? {}) as { locks?: Locks };
  return locks ? locks.request("aldis-refresh", work) : work();
}
