// The HTTP API: accounts, guests, rooms, history, relay credentials. The access token lives in memory only; after a reload
// the access cookie authenticates us, and once that has expired the refresh cookie gets another.
import { type Fetch, Http } from "./api/http.ts";
import type {
  AuthSettings,
  Ban,
  Reports,
  RoomCard,
  RoomChange,
  RoomInfo,
  RoomSettings,
  Signed,
  User,
  WaitingGuest,
} from "./api/shapes.ts";
import { SignIn } from "./api/sign-in.ts";
import type { EnterOptions } from "./api/waiting.ts";
import type { MessagePage } from "./chat.ts";
import type { GetToken } from "./connection.ts";
import { Problem } from "./errors.ts";
import type { IceServer } from "./gen/protocol.ts";
import { LIMITS } from "./limits.ts";

export type { Fetch, HttpAnswer, HttpInit } from "./api/http.ts";
export type {
  AuthSettings,
  Ban,
  CandidateInfo,
  DeviceReport,
  Guests,
  MediaReport,
  Reports,
  RoomCard,
  RoomChange,
  RoomInfo,
  RoomSettings,
  User,
  WaitingGuest,
} from "./api/shapes.ts";
export type { EnterOptions } from "./api/waiting.ts";

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
  /**
   * Whether a guest waits to be admitted again. Tokens are renewed in time, and then nobody is asked; but a device may have slept
   * for more than twelve hours beyond the token's life. `Api.stopWaiting` gives up.
   */
  onWaiting?: (waits: boolean) => void;
  /** Instead of the global `fetch`. */
  fetch?: Fetch;
}

export class Api {
  readonly #http: Http;
  readonly #signIn: SignIn;

  constructor({ base = "", token, refreshToken, onWaiting, fetch: fetcher }: ApiOptions = {}) {
    const by = refreshToken ?? (base ? "memory" : "cookie");
    const credentials = token || by === "memory" ? "omit" : base ? "include" : "same-origin";
    this.#http = new Http(base, fetcher ?? ((url, init) => fetch(url, init)), credentials);
    const source = by === "memory" ? ({ by, refreshToken: null } as const) : ({ by } as const);
    this.#signIn = new SignIn(this.#http, token ? { by: "callback", get: token } : source, onWaiting);
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
  /**
   * Enters a room without an account, if its host lets guests in; where the host is asked each time, resolves once they have admitted
   * us. Rejects with `Problem`: `refused`, `guests_not_allowed`, `room_locked`, `waiting_room_full` … Everything else of this object
   * is then done as that guest.
   */
  enterAsGuest(roomId: string, name: string, options: EnterOptions = {}): Promise<User> {
    return this.#signIn.enter(roomId, name, options);
  }
  /** The token of the guest that we are in this room, for `enterAsGuest` after a reload; `undefined` for everybody else. */
  guestToken(roomId: string): string | undefined {
    return this.#signIn.guestToken(roomId);
  }
  /** A backend has moved the guest that we are to this room, with this token. A room that is given this object tells it. */
  moved(roomId: string, token?: string): void {
    if (token !== undefined) this.#signIn.moved(roomId, token);
  }
  /** A guest no longer waits to be admitted again (`onWaiting`): the host sees them no longer, and their room stops with `auth`. */
  stopWaiting(): void {
    this.#signIn.stopWaiting();
  }
  /** For the host: the guests who wait, in the order in which they came. A room's `guestsWaiting` tells when to ask. */
  waitingGuests(roomId: string): Promise<WaitingGuest[]> {
    return this.#authorised("GET", room(roomId, "/waiting"));
  }
  /** For the host: lets a guest in, or not. */
  async answerGuest(roomId: string, id: string, admit: boolean): Promise<void> {
    await this.#authorised("POST", room(roomId, `/waiting/${encodeURIComponent(id)}`), { admit });
  }
  /** For the host: lets all in who wait now. */
  async admitAll(roomId: string): Promise<void> {
    await this.#authorised("POST", room(roomId, "/waiting"), { admitAll: true });
  }
  /** For the host: who was removed for good. */
  async bans(roomId: string): Promise<Ban[]> {
    return (await this.#authorised<{ bans: Ban[] }>("GET", room(roomId, "/bans"))).bans;
  }
  /** For the host: somebody, or everybody, may come back. */
  async liftBan(roomId: string, userId?: string): Promise<void> {
    const path = userId === undefined ? "/bans" : `/bans/${encodeURIComponent(userId)}`;
    await this.#authorised("DELETE", room(roomId, path));
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
  changeRoom(roomId: string, change: RoomChange): Promise<RoomInfo> {
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
  /** Reports what became of media, for the room's timeline; for who is, or was, in the room. */
  async report(roomId: string, reports: Reports): Promise<void> {
    await this.#authorised("POST", room(roomId, "/reports"), reports);
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
