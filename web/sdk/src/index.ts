export {
  Api,
  type AuthSettings,
  Problem,
  type Room,
  type RoomSettings,
  Unreachable,
  type User,
} from "./api.ts";
export { Call, type CallOptions, type CallView } from "./call.ts";
export type {
  Chat,
  ChatEntry,
  ChatHistory,
  DeleteMessage,
  GetMessages,
  MessagePage,
  StoredMessage,
} from "./chat.ts";
export { Connection, type GetToken, SignedOut, type StopReason } from "./connection.ts";
export { Emitter } from "./emitter.ts";
export { CLOSE_CODES, ERROR_CODES } from "./gen/protocol.ts";
export type { JournalEntry } from "./journal.ts";
export { LIMITS } from "./limits.ts";
export { type DeviceTrouble, type DeviceView, Media, type MediaView } from "./media.ts";
export type { ExtraStream, PeerView, Slot, Trouble, TroubleCause } from "./peer.ts";
export { Session, type SessionOptions, type SessionState } from "./session.ts";
export type { PeerStats } from "./stats.ts";
export type { ClientToServer, Code, Refusal, ServerToClient } from "./wire.ts";

/** The WebSocket URL of the page's own node, or on the node at `base` (`https://…`). */
export function socketUrl(base: string = globalThis.location.href): string {
  const url = new URL("/ws", base);
  url.protocol = url.protocol === "https:" ? "wss:" : "ws:";
  return url.href;
}
