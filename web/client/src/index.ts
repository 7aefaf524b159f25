/**
 * Signaling for Aldis, in browsers and in Node: rooms, members, messages, chat, accounts. No dependencies.
 *
 * @packageDocumentation
 */
export {
  Api,
  type ApiOptions,
  type AuthSettings,
  type Fetch,
  type Guests,
  type HttpAnswer,
  type HttpInit,
  type RoomCard,
  type RoomInfo,
  type RoomSettings,
  type User,
} from "./api.ts";
export type {
  Chat,
  ChatEntry,
  ChatHistory,
  DeleteMessage,
  GetMessages,
  MessagePage,
  StoredMessage,
} from "./chat.ts";
export type { Socket, SocketMaker } from "./connection/line.ts";
export { Connection, type ConnectionOptions, type GetToken, type StopReason } from "./connection.ts";
export { Emitter } from "./emitter.ts";
export { AldisError, NotSent, Problem, RoomEnded, SignedOut, Unreachable } from "./errors.ts";
export { CLOSE_CODES, ERROR_CODES, type IceServer } from "./gen/protocol.ts";
export type { Journal, JournalEntry } from "./journal.ts";
export { LIMITS } from "./limits.ts";
export type { LeaveReason } from "./members.ts";
export { type AppMessage, Room, type RoomApi, type RoomEvents, type RoomOptions } from "./room.ts";
export { Session, type SessionEvents, type SessionOptions, type SessionState } from "./session.ts";
export { socketUrl } from "./url.ts";
export type {
  ClientToServer,
  Code,
  Counted,
  Member,
  Numbered,
  Refusal,
  Said,
  ServerToClient,
} from "./wire.ts";
