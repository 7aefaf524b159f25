// The REST side: accounts, rooms, relay credentials. The access token lives in memory only; after a reload
// the access cookie authenticates us, and once that has expired the refresh cookie gets another.
import { Http, type Problem } from "./api/http.ts";
import type { MessagePage } from "./chat.ts";
import { SignedOut } from "./connection.ts";
import { LIMITS } from "./limits.ts";

export { Problem, Unreachable } from "./api/http.ts";

export interface User {
  id: string;
  email: string;
  name: string;
}
export interface Room {
  /** `xxx-yyyy-zzz` */
  roomId: string;
  hostId: string;
  maxParticipants: number;
  /** How long a disconnected participant's seat is kept. */
  seatWindowSeconds?: number;
  mode: string;
  createdAt: string;
  active: boolean;
  /** Current number of participants; absent when unknown, and in lists. */
  participants?: number;
}
/** Settings chosen by a room's host. */
export interface RoomSettings {
  maxParticipants?: number;
  seatWindowSeconds?: number;
}
/** How accounts are made and recovered on this node. */
export interface AuthSettings {
  /** Who may sign up: anybody, whoever has an invite, or nobody. */
  signup: "open" | "invite" | "closed";
  /** Whether an account can be used only after its owner has opened a link in a mail. */
  verifyEmail: boolean;
  /** Whether mails are sent, so that a forgotten password can be replaced. */
  passwordReset: boolean;
}
interface Signed {
  accessToken: string;
  /** Seconds. */
  expiresIn: number;
  user: User;
}

/** A token that expires sooner than this is not used. Milliseconds. */
const MARGIN_MS = 30_000;

export class Api {
  readonly #http: Http;
  #token: { value: string; expiresAt: number } | null = null;
  /** The browser's access cookie authenticates us: there is no token in memory, and none is needed. */
  #byCookie = false;
  #refreshing: Promise<User> | null = null;

  /** `base`: the node's origin; empty for the page's own. */
  constructor(base = "", fetcher: typeof fetch = (input, init) => fetch(input, init)) {
    this.#http = new Http(base, fetcher);
  }

  authSettings(): Promise<AuthSettings> {
    return this.#http.send("GET", "/api/auth/settings");
  }
  /** The new user; `null` where addresses are verified: a mail was sent instead. `invite`: a code, where one is needed. */
  async signup(email: string, password: string, name: string, invite?: string): Promise<User | null> {
    const body = { email, password, name, ...(invite && { invite }) };
    const answer = await this.#http.send<Signed | { detail: string }>("POST", "/api/auth/signup", body);
    return "accessToken" in answer ? this.#take(answer) : null;
  }
  /** Asks for a mail with a link to set a new password; it is sent only if the address has an account. */
  async forgotPassword(email: string): Promise<void> {
    await this.#http.send("POST", "/api/auth/password/forgot", { email });
  }
  /** Sets a new password by the token of such a link. All sessions end. */
  async resetPassword(token: string, newPassword: string): Promise<void> {
    await this.#http.send("POST", "/api/auth/password/reset", { token, newPassword });
    this.#token = null;
    this.#byCookie = false;
  }
  /** Proves that a new account's address is one's own, by the token of the mailed link and the password of the sign-up. */
  async verifyEmail(token: string, password: string): Promise<User> {
    return this.#take(await this.#http.send<Signed>("POST", "/api/auth/verify", { token, password }));
  }
  async login(email: string, password: string): Promise<User> {
    return this.#take(await this.#http.send<Signed>("POST", "/api/auth/login", { email, password }));
  }
  async logout(): Promise<void> {
    const token = this.#token?.value;
    this.#token = null;
    this.#byCookie = false;
    await this.#http.send("POST", "/api/auth/logout", undefined, token);
  }
  /**
   * The user after a page load. Tries the access cookie first: a refresh consumes its cookie, and if the response is
   * lost (page closed, network lost), the login is lost, too. Rejects with `SignedOut` when no cookie is valid.
   */
  async restore(): Promise<User> {
    try {
      const user = await this.#http.send<User>("GET", "/api/auth/me");
      this.#byCookie = true;
      return user;
    } catch (error) {
      if ((error as Partial<Problem>).status !== 401) throw error;
      return this.refresh();
    }
  }
  /** A new access token from the refresh cookie. Rejects with `SignedOut` when that is missing or invalid. */
  refresh(): Promise<User> {
    this.#refreshing ??= this.#refresh().finally(() => {
      this.#refreshing = null;
    });
    return this.#refreshing;
  }
  /** An access token for the socket: what a session's `getToken` needs. `null` while the cookie authenticates us. */
  async token({ force = false } = {}): Promise<string | null> {
    if (this.#byCookie && !force) return null;
    if (force || !this.#token || this.#token.expiresAt - Date.now() < MARGIN_MS) await this.refresh();
    if (!this.#token) throw new SignedOut("There is no access token. Sign in again.");
    return this.#token.value;
  }

  me(): Promise<User> {
    return this.#authorised("GET", "/api/auth/me");
  }
  createRoom(settings: RoomSettings = {}): Promise<Room> {
    return this.#authorised("POST", "/api/rooms", settings);
  }
  room(roomId: string): Promise<Room> {
    return this.#authorised("GET", `/api/rooms/${encodeURIComponent(roomId)}`);
  }
  async rooms(): Promise<Room[]> {
    return (await this.#authorised<{ rooms: Room[] }>("GET", "/api/rooms")).rooms;
  }
  changeRoom(roomId: string, change: RoomSettings & { active?: boolean }): Promise<Room> {
    return this.#authorised("PATCH", `/api/rooms/${encodeURIComponent(roomId)}`, change);
  }
  deleteRoom(roomId: string): Promise<void> {
    return this.#authorised("DELETE", `/api/rooms/${encodeURIComponent(roomId)}`);
  }
  /** What was said in a room: the newest messages, or those before a page's `nextCursor`. */
  messages(roomId: string, before?: string): Promise<MessagePage> {
    const query = new URLSearchParams({ limit: String(LIMITS.chatPage), ...(before && { before }) });
    return this.#authorised("GET", `/api/rooms/${encodeURIComponent(roomId)}/messages?${query}`);
  }
  /** Erases a message, for its sender and the room's host. */
  deleteMessage(roomId: string, id: string): Promise<void> {
    const path = `/api/rooms/${encodeURIComponent(roomId)}/messages/${encodeURIComponent(id)}`;
    return this.#authorised("DELETE", path);
  }
  async iceServers(): Promise<RTCIceServer[]> {
    return (await this.#authorised<{ iceServers: RTCIceServer[] }>("GET", "/api/ice-servers")).iceServers;
  }

  async #authorised<T>(method: string, path: string, body?: object): Promise<T> {
    const send = (token: string | null) => this.#http.send<T>(method, path, body, token ?? undefined);
    try {
      return await send(await this.token());
    } catch (error) {
      if ((error as Partial<Problem>).status !== 401) throw error;
      return send(await this.token({ force: true }));
    }
  }

  async #refresh(): Promise<User> {
    try {
      return this.#take(await oneTabAtATime(() => this.#http.send<Signed>("POST", "/api/auth/refresh")));
    } catch (error) {
      const { status } = error as Partial<Problem>;
      if (status !== 401 && status !== 403) throw error;
      this.#token = null;
      throw new SignedOut("The sign-in has ended. Sign in again.", { cause: error });
    }
  }

  #take({ accessToken, expiresIn, user }: Signed): User {
    this.#token = { value: accessToken, expiresAt: Date.now() + expiresIn * 1000 };
    this.#byCookie = false;
    return user;
  }
}

/**
 * Tabs share the refresh cookie, and using one twice revokes the whole family: so they take turns,
 * and the second already sends the first one's new cookie.
 */
function oneTabAtATime<T>(work: () => Promise<T>): Promise<T> {
  const locks = globalThis.navigator?.locks;
  return locks ? (locks.request("aldis-refresh", work) as Promise<T>) : work();
}
