// Who the requests of one `Api` are made as: the access token, and how another one is got.
import type { GetToken } from "../connection.ts";
import { Problem, SignedOut } from "../errors.ts";
import type { Http } from "./http.ts";
import type { Signed, User } from "./shapes.ts";
import { admitted, type EnterOptions } from "./waiting.ts";

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
  readonly #onWaiting: (waits: boolean) => void;
  /** A guest who waits to be admitted again. */
  #wait: AbortController | null = null;
  /** Ends the renewal of a guest's token that is planned, or under way. */
  #renewal: AbortController | null = null;

  /** `home`: how tokens are got unless somebody enters as a guest. `onWaiting`: whether a guest waits to be admitted again. */
  constructor(http: Http, home: Source, onWaiting: (waits: boolean) => void = () => {}) {
    this.#http = http;
    this.#home = home;
    this.#source = home;
    this.#onWaiting = onWaiting;
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

  /** The token in memory, if it is a guest's of this room. */
  guestToken(roomId: string): string | undefined {
    return this.#source.by === "guest" && this.#source.roomId === roomId ? this.present : undefined;
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
    this.#renewNoMore();
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
  async enter(roomId: string, name: string, options: EnterOptions = {}): Promise<User> {
    // With the token of the same guest they stay the same.
    const token = this.guestToken(roomId) ?? options.token;
    const signed = await admitted(this.#http, { roomId, name, token }, options);
    if (options.signal?.aborted) throw options.signal.reason;
    const user = this.take(signed);
    this.#source = { by: "guest", roomId, name };
    this.#renewAhead();
    return user;
  }

  /** A guest is one of this room now; the token grants as much as the one before, for as long. */
  moved(roomId: string, token: string): void {
    if (this.#source.by !== "guest" || !this.#token) return;
    this.#token = { ...this.#token, value: token };
    this.#source = { ...this.#source, roomId };
    this.#renewAhead();
  }

  /** A guest no longer waits to be admitted again; whoever asks for their token is told `SignedOut`. */
  stopWaiting(): void {
    this.#wait?.abort(new SignedOut("The guest no longer waits for the host."));
  }

  forget(): void {
    this.stopWaiting();
    this.#renewNoMore();
    this.#token = null;
    this.#byCookie = false;
    this.#source = this.#home.by === "memory" ? { by: "memory", refreshToken: null } : this.#home;
  }

  /**
   * A guest who renews a token stays the same and is not asked about again, also if it expired up to twelve hours ago; for all else it
   * must be valid. So tokens are renewed at half of their life: a device may sleep for the other half, and its socket resumes at once.
   */
  #renewAhead(): void {
    this.#renewNoMore();
    const source = this.#source;
    const leftMs = (this.#token?.expiresAt ?? 0) - Date.now();
    if (source.by !== "guest" || leftMs < MARGIN_MS) return;
    const renewal = new AbortController();
    this.#renewal = renewal;
    const options = { signal: renewal.signal, onWaiting: () => renewal.abort() };
    // Not now is no loss: the token is still valid, and another attempt follows.
    const again = () => this.#renewal === renewal && this.#renewAhead();
    const timer = setTimeout(() => this.enter(source.roomId, source.name, options).catch(again), leftMs / 2);
    // In Node it does not keep the process alive.
    (timer as unknown as { unref?: () => void }).unref?.();
    renewal.signal.addEventListener("abort", () => clearTimeout(timer));
  }

  /** Whoever signs in otherwise, is moved or goes is not made the guest of before by a renewal. */
  #renewNoMore(): void {
    const renewal = this.#renewal;
    this.#renewal = null;
    renewal?.abort();
  }

  /** With the token of before at once; else, or if nothing can be done with that one, the host may be asked. */
  async #enterAgain(roomId: string, name: string): Promise<User> {
    const wait = new AbortController();
    this.#wait = wait;
    const options = { signal: wait.signal, onWaiting: () => this.#onWaiting(true) };
    try {
      return await this.enter(roomId, name, options).catch((error: unknown) => {
        const isRefused = error instanceof Problem && error.status === 401 && this.#token !== null;
        if (!isRefused) throw error;
        this.#token = null;
        return this.enter(roomId, name, options);
      });
    } finally {
      this.#wait = null;
      this.#onWaiting(false);
    }
  }

  async #refresh(): Promise<User> {
    const source = this.#source;
    try {
      if (source.by === "guest") return await this.#enterAgain(source.roomId, source.name);
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
