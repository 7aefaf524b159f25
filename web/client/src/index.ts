/**
 * Signaling for Aldis, in browsers and in Node: rooms, members, messages, chat, accounts. No dependencies.
 *
 * @packageDocumentation
 */
export {
  Api,
  type ApiOptions,
  type AuthSettings,
  type Ban,
  type CandidateInfo,
  type DeviceReport,
  type EnterOptions,
  type Fetch,
  type Guests,
  type HttpAnswer,
  type HttpInit,
  type MediaReport,
  type Reports,
  type RoomCard,
  type RoomChange,
  type RoomInfo,
  type RoomSettings,
  type User,
  type WaitingGuest,
} from "./api.ts";
export type { RTCIceCandidateInit } from "./candidate.ts";
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
export {
  Connection,
  type ConnectionEvents,
  type ConnectionOptions,
  type GetToken,
  type StopReason,
} from "./connection.ts";
export { Emitter } from "./emitter.ts";
export { AldisError, NotSent, Problem, RequestRefused, RoomEnded, SignedOut, Unreachable } from "./errors.ts";
export type { Flow } from "./flow.ts";
/** Every message of the wire, as the protocol names them. */
export type * as Protocol from "./gen/protocol.ts";
export { CLOSE_CODES, ERROR_CODES, type IceServer } from "./gen/protocol.ts";
export type { Journal, JournalEntry } from "./journal.ts";
export { LIMITS } from "./limits.ts";
export type { LeaveReason } from "./members.ts";
export { type AppMessage, Room, type RoomApi, type RoomEvents, type RoomOptions } from "./room.ts";
export {
  type Fate,
  Session,
  type SessionEvents,
  type SessionOptions,
  type SessionState,
} from "./session.ts";
export { socketUrl } from "./url.ts";
export type {
  Answer,
  Asking,
  AttributeChanges,
  ClientToServer,
  Code,
  Counted,
  Member,
  Numbered,
  Producer,
  Refusal,
  RequestType,
  RoomRules,
  Said,
  ServerToClient,
  SfuNotice,
} from "./wire.ts";
