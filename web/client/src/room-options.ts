// What a room is given: where the node is, tokens, history.
import type { DeleteMessage, GetMessages } from "./chat.ts";
import type { GetToken } from "./connection.ts";
import { AldisError } from "./errors.ts";
import type { SessionOptions } from "./session.ts";
import { socketUrl } from "./url.ts";

/** What a room needs of an `Api`. */
export interface RoomApi {
  token(options: { force: boolean }): Promise<string | null>;
  messages: (roomId: string, before?: string) => ReturnType<GetMessages>;
  deleteMessage(roomId: string, id: string): Promise<void>;
  /** A backend has moved us; the token, if there is one, is for that room and takes the place of the present one. */
  moved?(roomId: string, token?: string): void;
}

export interface RoomOptions extends Partial<Omit<SessionOptions, "roomId" | "getToken">> {
  /** `xxx-yyyy-zzz` */
  roomId: string;
  /** The node: `https://…`, or its socket, `wss://…/ws`. Left out on the node's own pages. */
  url?: string;
  /** Where tokens, history and whatever else comes from; instead of it, or before it, the options below. */
  api?: RoomApi;
  /**
   * An access token, or what gets one. It is called before each connection and, with `force`, when the present token is about to
   * expire. It throws `SignedOut` when there will be no other.
   */
  token?: string | GetToken;
  /** Reads the room's history; without it chat begins with the join. */
  getMessages?: GetMessages;
  /** Erases a message of the history. */
  deleteMessage?: DeleteMessage;
}

/** The options of the room's session. */
export function sessionOptions({ url, token, api, ...rest }: RoomOptions): SessionOptions {
  if (!rest.WebSocket && typeof globalThis.WebSocket === "undefined") {
    throw new AldisError(
      "no_websocket",
      "There is no WebSocket here: pass one as the option `WebSocket`, such as that of the package `ws` (Node has its own from 22).",
    );
  }
  const get = typeof token === "string" ? async () => token : token;
  const getToken = get ?? (api && ((options: { force: boolean }) => api.token(options)));
  return { ...rest, url: socketUrl(url), getToken: getToken ?? (async () => null) };
}
