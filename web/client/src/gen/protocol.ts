// The wire of `aldis.v1`: every message, every error code, every close code.
// Generated from the Rust types in actors/src/protocol; do not edit. To regenerate:
// ALDIS_BLESS=1 cargo test -p actors --test protocol
import type { RTCIceCandidateInit } from "../candidate.ts";

/** The WebSocket sub-protocol. */
export const SUBPROTOCOL = "aldis.v1";

/** `hello`: authenticates, and may resume an earlier session. */
export interface Hello {
  /** The access token; left out when it came with the handshake. */
  token?: string;
  /** The session to resume. */
  resume?: Resume;
}

/** The session that a `hello` resumes. */
export interface Resume {
  /** From `room_joined`. */
  resumeToken: string;
  /** The last `seq` that was processed; 0 if none was. */
  seq: number;
}

/** `join_room`. */
export interface JoinRoom {
  /** The room's id, `xxx-yyyy-zzz`. */
  roomId: string;
}

/** `offer` and `answer`: a description for one member (RFC 8829). */
export interface Description {
  /** The receiver. */
  targetUserId: string;
  /** The session description; passed on as it is. */
  sdp: string;
  /** What each media section carries, by its `mid`: see *The media profile*. At most 32 entries. */
  streams?: Record<string, string>;
}

/** `ice_candidate`: a candidate for one member (RFC 8838); `null` is the end of candidates. */
export interface IceCandidate {
  /** The receiver. */
  targetUserId: string;
  /** The candidate; passed on as it is. */
  candidate: RTCIceCandidateInit | null;
}

/** `renegotiate`: asks the offering side for a new offer. */
export interface Renegotiate {
  /** The receiver. */
  targetUserId: string;
  /** The reason, for the other side's log; at most 256 bytes. */
  reason?: string;
  /** The media sections that the sender needs, beyond those it can send on already. */
  want?: Want;
  /** Whether the offer is to restart ICE (RFC 8839 §4.4.1.1.1). */
  iceRestart?: boolean;
}

/** Media sections that an answering side needs: an answer cannot add any (RFC 8829 §5.3.1). */
export interface Want {
  /** Sections of kind `audio`; at most 16. */
  audio?: number;
  /** Sections of kind `video`; at most 16. */
  video?: number;
}

/** `chat_message`. */
export interface Chat {
  /** The text; 1 to 4 000 characters. */
  content: string;
}

/** `message`: an application's own, which the node does not interpret. */
export interface CustomMessage {
  /** The receiver; everybody else in the room if left out. */
  to?: string;
  /** What it is about, of the application's choice: 1 to 64 bytes. */
  topic: string;
  /** Any JSON of at most 16 KiB; passed on as it is. */
  data: unknown;
}

/** `token_refresh`. */
export interface TokenRefresh {
  /** The new access token, of the same user. */
  token: string;
}

/** `welcome`: the token is valid; the parameters of this connection. */
export interface Welcome {
  /** The user whom the token identifies. */
  userId: string;
  /** The node. */
  nodeId: string;
  /** The sub-protocol, `aldis.v1`. */
  protocol: string;
  /** The node sends a WebSocket ping this often, in seconds; browsers answer it by themselves. */
  pingSeconds: number;
  /** The connection is closed if a ping's pong takes longer, in seconds. */
  pongWithinSeconds: number;
  /** Send `heartbeat` this often, in seconds. */
  heartbeatSeconds: number;
  /** The connection is closed if no message of any kind comes for so long, in seconds. */
  heartbeatWithinSeconds: number;
  /** How long a lost socket's seat is kept unless the room says otherwise, in seconds. */
  resumeWindowSeconds: number;
  /** The limits of one client. */
  limits: WelcomeLimits;
  /** Optional features that this node supports, by name. */
  features: Array<string>;
}

/** The limits of one client. */
export interface WelcomeLimits {
  /** Bytes in one message. */
  messageBytesMax: number;
  /** Messages a second, sustained. */
  messagesPerSecond: number;
  /** Messages at once on top of that, after a pause. */
  burst: number;
  /** Characters in one chat message. */
  chatCharsMax: number;
  /** Bytes of one candidate as JSON. */
  candidateBytesMax: number;
  /** Levels of arrays and objects within a candidate. */
  jsonDepthMax: number;
  /** Messages that the server takes before it has settled the first of them; further ones wait in the connection. */
  inFlightMax: number;
  /** The server acknowledges at least once for so many settled messages, and within about a second. */
  ackEvery: number;
}

/** `room_joined`: you have joined; a session begins, and with it `cid` and `seq` at 1. */
export interface RoomJoined {
  /** The room. */
  roomId: string;
  /** The other members, in join order. */
  existingPeers: Array<string>;
  /** The same with their names and states. */
  peers: Array<Peer>;
  /** Your own join order. */
  rev: number;
  /** Your session. */
  sessionId: string;
  /** Secret and opaque; what `hello.resume` needs. */
  resumeToken: string;
  /** How media flows. */
  mode: Mode;
  /** STUN and TURN servers with credentials for you. */
  iceServers: Array<IceServer>;
}

/** How media flows in a room. */
export type Mode = "mesh" | "sfu";

/** A member as the others see it. */
export interface Peer {
  /** The user. */
  userId: string;
  /** The name to show. */
  name: string;
  /** Join order; of two members the one with the smaller `rev` offers. */
  rev: number;
  /** Whether they are connected. */
  state: PeerState;
}

/** Whether a member is connected. */
export type PeerState = "on" | "gone";

/** A STUN or TURN server, as `RTCIceServer` (W3C WebRTC §4.2.3). */
export interface IceServer {
  /** `stun:` and `turn:` addresses (RFC 7064, RFC 7065). */
  urls: Array<string>;
  /** `<expiry>:<userId>` (coturn's REST credentials). */
  username?: string;
  /** `base64(HMAC-SHA1(secret, username))`. */
  credential?: string;
}

/** `resumed`: the session continues; missed messages follow. */
export interface Resumed {
  /** The other members now. */
  peers: Array<Peer>;
  /** The `seq` of the next message. */
  fromSeq: number;
  /** The last `cid` of this session that the server knows of; 0 if none. */
  lastCid: number;
  /** Whether acknowledged messages of this session may be lost; left out if not. */
  lost?: boolean;
}

/** `resume_failed`: the session has ended; join again. */
export interface ResumeFailed {
  /** The reason. */
  reason: ResumeFailure;
}

/** Why a session cannot be resumed. */
export type ResumeFailure = "bad_token" | "seat_gone" | "gap" | "room_closed";

/** `room_left`: the answer to `leave_room`. */
export interface RoomLeft {
  /** The room. */
  roomId: string;
}

/** `room_closed`: the room was closed for everybody. */
export interface RoomClosed {
  /** The reason. */
  reason: LeaveReason;
}

/** `heartbeat_ack`. */
export interface HeartbeatAck {
  /** The server's time in milliseconds since the Unix epoch. */
  serverTime: number;
}

/** `token_expiring`: send `token_refresh`, or the socket closes with 4401. */
export interface TokenExpiring {
  /** How long the token is still valid. */
  inSeconds: number;
}

/** `server_draining`: this node shuts down; reconnect and resume. */
export interface ServerDraining {
  /** How long to wait before that; different for each client. */
  retryAfterMs: number;
}

/** `degraded`: what this node cannot do right now, or what was lost. */
export interface Degraded {
  /** What is unavailable, by name; empty once everything works again. */
  without: Array<string>;
  /** Whether messages of this session that were acknowledged may be lost; left out if not. */
  lost?: boolean;
}

/** `error`: one message was refused; the socket stays open unless a close follows. */
export interface Refusal {
  /** The code, from the one table. */
  code: Code;
  /** What failed, which field, why, and what to do. */
  message: string;
  /** The number of the refused message, if it had one. */
  cid: number | null;
  /** Whether the same message may succeed later. */
  retryable: boolean;
  /** Wait this long before a retry. */
  retryAfterMs: number | null;
}

/** `user_joined`. */
export interface UserJoined {
  /** The user. */
  userId: string;
  /** The name to show. */
  name: string;
  /** Join order. */
  rev: number;
}

/** `user_left`. */
export interface UserLeft {
  /** The user. */
  userId: string;
  /** The reason. */
  reason: LeaveReason;
}

/** Why a seat was freed. */
export type LeaveReason = "left" | "lost" | "replaced" | "kicked" | "closed";

/** `offer` and `answer` (RFC 8829). */
export interface DescriptionFrom {
  /** The sender. */
  senderUserId: string;
  /** The session description, as it was sent. */
  sdp: string;
  /** What each media section carries, by its `mid`. */
  streams?: Record<string, string>;
}

/** `ice_candidate` (RFC 8838). */
export interface IceCandidateFrom {
  /** The sender. */
  senderUserId: string;
  /** The candidate, as it was sent; `null` is the end of candidates. */
  candidate: RTCIceCandidateInit | null;
}

/** `renegotiate`: the answering side requests a new offer. */
export interface RenegotiateFrom {
  /** The sender. */
  senderUserId: string;
  /** The reason, for the log. */
  reason?: string;
  /** The media sections that the sender needs. */
  want?: Want;
  /** Whether the offer is to restart ICE. */
  iceRestart?: boolean;
}

/** `chat_message`. */
export interface ChatMessage {
  /** The message's own id. */
  id: string;
  /** The sender. */
  senderId: string;
  /** The text. */
  content: string;
  /** The server's time in milliseconds since the Unix epoch. */
  timestamp: number;
}

/** `message`: an application's own. */
export interface CustomMessageFrom {
  /** The sender. */
  senderUserId: string;
  /** What it is about. */
  topic: string;
  /** Its content, as it was sent. */
  data: unknown;
}

/** `chat_deleted`: its text is gone from the history. */
export interface ChatDeleted {
  /** The deleted message's id. */
  id: string;
}

/** Every message of a client. */
export type ClientToServer =
  /** Authenticates; the first message. With `resume`, resumes an earlier session. */
  | { type: "hello"; data: Hello }
  /** Joins a room. Answered by `room_joined` or an `error`. */
  | { type: "join_room"; data: JoinRoom; cid?: number }
  /** Leaves the room; the socket stays open. Answered by `room_left` or an `error`. */
  | { type: "leave_room"; data?: Record<string, never>; cid?: number }
  /** An offer to one member; only to members who joined later. */
  | { type: "offer"; data: Description; cid?: number }
  /** The answer to a member's offer. */
  | { type: "answer"; data: Description; cid?: number }
  /** A candidate for one member, or `null` after the last one. */
  | { type: "ice_candidate"; data: IceCandidate; cid?: number }
  /** Requests a new offer from a member who joined earlier. */
  | { type: "renegotiate"; data: Renegotiate; cid?: number }
  /** A text message to everybody else in the room. */
  | { type: "chat_message"; data: Chat; cid?: number }
  /** An application's own message, to one member or to everybody else: numbered, once and replayed as signals are. */
  | { type: "message"; data: CustomMessage; cid?: number }
  /** Keep-alive of the client's script. Answered by `heartbeat_ack`. */
  | { type: "heartbeat"; data?: Record<string, never> }
  /** Everything up to this `seq` was processed; the server need not keep it. */
  | { type: "ack"; seq: number }
  /** Replaces an access token that is about to expire. */
  | { type: "token_refresh"; data: TokenRefresh };

/** Every message of a node; those with a `seq` are numbered within the session. */
export type ServerToClient =
  /** The token is valid. Completes the handshake with the connection's parameters. */
  | { type: "welcome"; data: Welcome }
  /** You have joined. A session begins, with `cid` and `seq` from 1. */
  | { type: "room_joined"; data: RoomJoined }
  /** The session continues; missed messages follow, then new ones. */
  | { type: "resumed"; data: Resumed }
  /** The session has ended; join again. */
  | { type: "resume_failed"; data: ResumeFailed }
  /** The answer to `leave_room`: nothing more of that room follows, and `join_room` may be sent. */
  | { type: "room_left"; data: RoomLeft }
  /** The room was closed for everybody; the socket closes with 4404. */
  | { type: "room_closed"; data: RoomClosed }
  /** Every message up to this `cid` was accepted, or refused by an `error`. */
  | { type: "ack"; cid: number }
  /** The answer to `heartbeat`. */
  | { type: "heartbeat_ack"; data: HeartbeatAck }
  /** Send `token_refresh`, or the socket closes with 4401. */
  | { type: "token_expiring"; data: TokenExpiring }
  /** This node shuts down; reconnect after that time and resume. */
  | { type: "server_draining"; data: ServerDraining }
  /** What this node cannot do right now; `without` is empty once everything works again. With `lost`, acknowledged messages of this session may be lost. */
  | { type: "degraded"; data: Degraded }
  /** One message was refused. The socket stays open unless a close follows. */
  | { type: "error"; data: Refusal }
  /** A member joined. You joined earlier: you offer. */
  | { type: "user_joined"; data: UserJoined; seq: number }
  /** A member's seat was freed: close the peer connection. */
  | { type: "user_left"; data: UserLeft; seq: number }
  /** A member's offer. */
  | { type: "offer"; data: DescriptionFrom; seq: number }
  /** A member's answer. */
  | { type: "answer"; data: DescriptionFrom; seq: number }
  /** A member's candidate; never before the description that it belongs to. */
  | { type: "ice_candidate"; data: IceCandidateFrom; seq: number }
  /** A member requests a new offer from you. */
  | { type: "renegotiate"; data: RenegotiateFrom; seq: number }
  /** A member's text message. The sender does not receive its own. */
  | { type: "chat_message"; data: ChatMessage; seq: number }
  /** A member's message of an application. */
  | { type: "message"; data: CustomMessageFrom; seq: number }
  /** A message of this room was deleted from the history; show it no longer. It may come twice. */
  | { type: "chat_deleted"; data: ChatDeleted; seq: number };

/** Why a message was refused: `error.data.code`, and `code` of a problem+json. */
export const ERROR_CODES = {
  /** The message is not JSON of the documented shape; the text names the field. */
  bad_message: { retryable: false },
  /** The message's `cid` is not the next one; the text says which number was expected. The message was not taken. */
  out_of_order: { retryable: false },
  /** The message's type is not one of the protocol. */
  unknown_type: { retryable: false },
  /** A message other than `hello` was sent before authentication. */
  auth_required: { retryable: false },
  /** The token is malformed, unknown, revoked or not signed by this cluster. */
  auth_invalid: { retryable: false },
  /** The token has expired; fetch a new one and send `hello` again. */
  token_expired: { retryable: false },
  /** The user may not do this. */
  forbidden: { retryable: false },
  /** No room of this id exists. */
  room_not_found: { retryable: false },
  /** The room was closed by its host. */
  room_closed: { retryable: false },
  /** The room already holds as many participants as it may. */
  room_full: { retryable: true },
  /** The message needs a room, and the socket is in none. */
  not_in_room: { retryable: false },
  /** The socket is already in a room; leave it first. */
  already_in_room: { retryable: false },
  /** The target is not in this room (also if it does not exist, or is in another room). */
  peer_not_found: { retryable: false },
  /** An offer from the answering side; send `renegotiate` instead. */
  glare: { retryable: false },
  /** Too many candidates, or for too long, waited for their session description. */
  candidates_overflow: { retryable: false },
  /** The message, or its candidate, is larger than the limits in `welcome` allow. */
  payload_too_large: { retryable: false },
  /** More messages than the rate limit allows; retry after `retryAfterMs`. */
  rate_limited: { retryable: true },
  /** The seat was taken over by a newer socket of the same user. */
  replaced: { retryable: false },
  /** Nothing was received for too long: no `hello`, no message, no pong. */
  timeout: { retryable: true },
  /** The client reads too slowly; undelivered messages are kept for a resume. */
  slow_reader: { retryable: true },
  /** The node shuts down; reconnect and resume. */
  draining: { retryable: true },
  /** A dependency is unavailable; retry. */
  unavailable: { retryable: true },
  /** Internal server error; it has been logged. */
  internal: { retryable: true },
} as const;
export type Code = keyof typeof ERROR_CODES;

/** What a client does after a close. */
export type Comeback = "never" | "resume" | "after_mending";

/** Why a socket was closed (RFC 6455 §7.4); 44xx: do not reconnect, 45xx: reconnect with jittered back-off. */
export const CLOSE_CODES = {
  /** Normal closure. */
  normal: { number: 1000, comeback: "never" },
  /** The node drains; resume after the given delay. */
  draining: { number: 1001, comeback: "resume" },
  /** The frames violate RFC 6455. */
  protocol: { number: 1002, comeback: "after_mending" },
  /** Binary frames are not supported. */
  binary: { number: 1003, comeback: "after_mending" },
  /** A text message was not valid UTF-8. */
  not_utf8: { number: 1007, comeback: "after_mending" },
  /** A message was larger than allowed. */
  too_big: { number: 1009, comeback: "after_mending" },
  /** Internal server error; resume. */
  internal: { number: 1011, comeback: "resume" },
  /** The server is overloaded, or cannot reach the ledger; resume later. */
  overload: { number: 1013, comeback: "resume" },
  /** The token is missing, invalid, revoked or expired. */
  token: { number: 4401, comeback: "never" },
  /** Access denied. */
  forbidden: { number: 4403, comeback: "never" },
  /** The room was closed. */
  room_gone: { number: 4404, comeback: "never" },
  /** Another connection of the same user took over; do not reconnect automatically. */
  replaced: { number: 4409, comeback: "never" },
  /** Nothing was received for too long. */
  timeout: { number: 4508, comeback: "resume" },
  /** Far more messages than the rate limit allows. */
  rate: { number: 4529, comeback: "resume" },
  /** The client reads too slowly; undelivered messages are kept for a resume. */
  slow_reader: { number: 4530, comeback: "resume" },
} as const;
export type Close = keyof typeof CLOSE_CODES;
