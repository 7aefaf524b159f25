// The HTTP API: accounts, guests, rooms, history, relay credentials. The access token lives in memory only; after a reload
// the access cookie authenticates us, and once that has expired the refresh cookie gets another.
import { type Fetch, Http } from "./api/http.ts";
import type { AuthSettings, RoomCard, RoomInfo, RoomSettings, Signed, User } from "./api/shapes.ts";
import { SignIn } from "./api/sign-in.ts";
import type { MessagePage } from "./chat.ts";
import type { GetToken } from "./connection.ts";
import { Problem } from "./errors.ts";
import type { IceServer } from "./gen/protocol.ts";
import { LIMITS } from "./limits.ts";

export type { Fetch, HttpAnswer, HttpInit } from "./api/http.ts";
export type { AuthSettings, Guests, RoomCard, RoomInfo, RoomSettings, User } from "./api/shapes.ts";

export interface ApiOptions {
  /** The node's origin, `https://…`; left out on the node's own pages. */
  base?: string;
  /** The users are those of the page's own backend: where its tokens come from. Then nobody logs in here. */
  token?: GetToken;
  /**
   * Where a login's refresh token is kept. `cookie`: of the browser, over reloads; works on pages of the same site only, and is
   * the default without `base`. `memory`: of this object; the default with `base`.
   */
  refreshToken?: "cookie" | "memory";
  /** Instead of the global `fetch`. */
  fetch?: Fetch;
}

export class Api {
  readonly #http: Http;
  readonly #signIn: SignIn;

  constructor({ base = "", token, refreshToken, fetch: fetcher }: ApiOptions = {}) {
    const by = refreshToken ?? (base ? "memory" : "cookie");
    const credentials = token || by === "memory" ? "omit" : base ? "include" : "same-origin";
    this.#http = new Http(base, fetcher ?? ((url, init) => fetch(url, init)), credentials);
    const source = by === "memory" ? ({ by, refreshToken: null } as const) : ({ by } as const);
    this.#signIn = new SignIn(this.#http, token ? { by: "callback", get: token } : source);
  }

  authSettings(): Promise<AuthSettings> {
    return this.#http.send({ method: "GET", path: "/api/auth/settings" });
  }
  /** The new user; `null` where addresses are verified: a mail was sent instead. `invite`: a code, where one is needed. */
  async signup(email: string, password: string, name: string, invite?: string): Promise<User | null> {
    const body = { email, password, name, ...(invite && { invite }) };
    const answer = await this.#knock<Signed | { detail: string }>("/api/auth/signup", body);
    return "accessToken" in answer ? this.#signIn.take(answer) : null;
  }
  /** Asks for a mail with a link to set a new password; it is sent only if the address has an account. */
  async forgotPassword(email: string): Promise<void> {
    await this.#knock("/api/auth/password/forgot", { email });
  }
  /** Sets a new password by the token of such a link. All sessions end. */
  async resetPassword(token: string, newPassword: string): Promise<void> {
    await this.#knock("/api/auth/password/reset", { token, newPassword });
    this.#signIn.forget();
  }
  /** Proves that a new account's address is one's own, by the token of the mailed link and the password of the sign-up. */
  async verifyEmail(token: string, password: string): Promise<User> {
    return this.#signIn.take(await this.#knock<Signed>("/api/auth/verify", { token, password }));
  }
  async login(email: string, password: string): Promise<User> {
    return this.#signIn.take(await this.#knock<Signed>("/api/auth/login", { email, password }));
  }
  async logout(): Promise<void> {
    const { present: token, body } = this.#signIn;
    this.#signIn.forget();
    await this.#http.send({ method: "POST", path: "/api/auth/logout", body, token });
  }
  /**
   * The user after a page load. Tries the access cookie first: a refresh consumes its cookie, and if the response is
   * lost (page closed, network lost), the login is lost, too. Rejects with `SignedOut` when no cookie is valid.
   */
  async restore(): Promise<User> {
    try {
      const user = await this.#http.send<User>({ method: "GET", path: "/api/auth/me" });
      this.#signIn.takeCookie();
      return user;
    } catch (error) {
      if (!(error instanceof Problem) || error.status !== 401) throw error;
      return this.refresh();
    }
  }
  /** A new access token. Rejects with `SignedOut` when the person must sign in again. */
  refresh(): Promise<User> {
    return this.#signIn.refresh();
  }
  /** An access token for the socket: what a room's `token` needs. `null` while the cookie authenticates us. */
  token({ force = false } = {}): Promise<string | null> {
    return this.#signIn.token({ force });
  }

  /** What a room is called, and how many are in it: without an account. */
  card(roomId: string): Promise<RoomCard> {
    return this.#http.send({ method: "GET", path: room(roomId, "/card") });
  }
  /** Enters a room without an account, if its host lets guests in. Everything else of this object is then done as that guest. */
  enterAsGuest(roomId: string, name: string): Promise<User> {
    return this.#signIn.enter(roomId, name);
  }

  /** Ends being a guest, or forgets the token in memory; cookies of the browser stay. */
  forget(): void {
    this.#signIn.forget();
  }

  me(): Promise<User> {
    return this.#authorised("GET", "/api/auth/me");
  }
  createRoom(settings: RoomSettings = {}): Promise<RoomInfo> {
    return this.#authorised("POST", "/api/rooms", settings);
  }
  room(roomId: string): Promise<RoomInfo> {
    return this.#authorised("GET", room(roomId));
  }
  async rooms(): Promise<RoomInfo[]> {
    return (await this.#authorised<{ rooms: RoomInfo[] }>("GET", "/api/rooms")).rooms;
  }
  changeRoom(roomId: string, change: RoomSettings & { active?: boolean }): Promise<RoomInfo> {
    return this.#authorised("PATCH", room(roomId), change);
  }
  async deleteRoom(roomId: string): Promise<void> {
    await this.#authorised("DELETE", room(roomId));
  }
  /** What was said in a room: the newest messages, or those before a page's `nextCursor`. */
  messages(roomId: string, before?: string): Promise<MessagePage> {
    const query = new URLSearchParams({ limit: String(LIMITS.chatPage), ...(before && { before }) });
    return this.#authorised("GET", room(roomId, `/messages?${query}`));
  }
  /** Erases a message, for its sender and the room's host. */
  async deleteMessage(roomId: string, id: string): Promise<void> {
    await this.#authorised("DELETE", room(roomId, `/messages/${encodeURIComponent(id)}`));
  }
  async iceServers(): Promise<IceServer[]> {
    return (await this.#authorised<{ iceServers: IceServer[] }>("GET", "/api/ice-servers")).iceServers;
  }

  /** What nobody has to be signed in for. */
  #knock<T>(path: string, body: object): Promise<T> {
    return this.#http.send<T>({ method: "POST", path, body, headers: this.#signIn.headers });
  }

  async #authorised<T>(method: string, path: string, body?: object): Promise<T> {
    const send = (token: string | null) =>
      this.#http.send<T>({ method, path, body, token: token ?? undefined });
    try {
      return await send(await this.token());
    } catch (error) {
      if (!(error instanceof Problem) || error.status !== 401) throw error;
      return send(await this.token({ force: true }));
    }
  }
}

function room(roomId: string, rest = ""): string {
  return `/api/rooms/${encodeURIComponent(roomId)}${rest}`;
}
