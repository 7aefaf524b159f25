// The wire of `aldis.v1`: every message, every error code, every close code.
// Generated from the Rust types in actors/src/protocol; do not edit. To make it anew:
// ALDIS_BLESS=1 cargo test -p actors --test protocol

/** The WebSocket sub-protocol. */
export const SUBPROTOCOL = "aldis.v1";

/** `hello`: who is there, and whether an earlier session is to go on. */
export interface Hello {
  /** The access token; left out when it came with the handshake. */
  token?: string;
  /** The session to go on with. */
  resume?: Resume;
}

/** The session that a `hello` wants to go on with. */
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
  /** Whom it is for. */
  targetUserId: string;
  /** The session description; passed on as it is. */
  sdp: string;
}

/** `ice_candidate`: a candidate for one member (RFC 8838); `null` says that there are no more. */
export interface IceCandidate {
  /** Whom it is for. */
  targetUserId: string;
  /** The candidate; passed on as it is. */
  candidate: RTCIceCandidateInit | null;
}

/** `renegotiate`: asks the offering side for a new offer. */
export interface Renegotiate {
  /** Whom it is for. */
  targetUserId: string;
  /** Why, for the other side's log; at most 256 bytes. */
  reason?: string;
}

/** `chat_message`. */
export interface Chat {
  /** The text; 1 to 4 000 characters. */
  content: string;
}

/** `token_refresh`. */
export interface TokenRefresh {
  /** The new access token, of the same user. */
  token: string;
}

/** `welcome`: the token was good; what holds on this socket. */
export interface Welcome {
  /** Who the token says is there. */
  userId: string;
  /** The node that answers. */
  nodeId: string;
  /** The sub-protocol, `aldis.v1`. */
  protocol: string;
  /** Send `heartbeat` this often, in seconds. */
  heartbeatSeconds: number;
  /** How long a lost socket's seat is kept unless the room says otherwise, in seconds. */
  resumeWindowSeconds: number;
  /** What one client may do. */
  limits: WelcomeLimits;
  /** What this node can do beyond the core, by name. */
  features: Array<string>;
}

/** What one client may do. */
export interface WelcomeLimits {
  /** Bytes in one message. */
  messageBytesMax: number;
  /** Messages a second, sustained. */
  messagesPerSecond: number;
  /** Messages at once on top of that. */
  burst: number;
  /** Characters in one chat message. */
  chatCharsMax: number;
}

/** `room_joined`: the seat is yours; a session begins, and with it `cid` and `seq` at 1. */
export interface RoomJoined {
  /** The room. */
  roomId: string;
  /** Who was there before, in join order. */
  existingPeers: Array<string>;
  /** The same with what is known of them. */
  peers: Array<Peer>;
  /** Your own join order. */
  rev: number;
  /** Your stay. */
  sessionId: string;
  /** Secret; what `hello.resume` needs. */
  resumeToken: string;
  /** How media flows. */
  mode: Mode;
  /** STUN and TURN servers with credentials for you. */
  iceServers: Array<IceServer>;
}

/** How media flows in a room. */
export type Mode = "mesh" | "sfu";

/** A member as it is listed to the others. */
export interface Peer {
  /** Who. */
  userId: string;
  /** The name to show. */
  name: string;
  /** Join order; of two members the one with the smaller `rev` offers. */
  rev: number;
  /** Whether their socket stands. */
  state: PeerState;
}

/** Whether a member's socket stands. */
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

/** `resumed`: the session goes on; what was missed follows. */
export interface Resumed {
  /** Who is there now, yourself left out. */
  peers: Array<Peer>;
  /** The `seq` that follows next. */
  fromSeq: number;
}

/** `resume_failed`: the session is truly gone; join again. */
export interface ResumeFailed {
  /** Why. */
  reason: ResumeFailure;
}

/** Why a session cannot go on. */
export type ResumeFailure = "bad_token" | "seat_gone" | "gap" | "room_closed";

/** `room_closed`: the room is gone for everybody. */
export interface RoomClosed {
  /** Why. */
  reason: LeaveReason;
}

/** `heartbeat_ack`. */
export interface HeartbeatAck {
  /** The server's time in milliseconds since the Unix epoch. */
  serverTime: number;
}

/** `token_expiring`: send `token_refresh`, or the socket closes with 4401. */
export interface TokenExpiring {
  /** How long the token is still good. */
  inSeconds: number;
}

/** `server_draining`: this node leaves; come back, and another one answers. */
export interface ServerDraining {
  /** How long to wait before that; each socket is told its own. */
  retryAfterMs: number;
}

/** `degraded`: what this node cannot do just now. */
export interface Degraded {
  /** By name; empty when all is well again. */
  without: Array<string>;
}

/** `error`: one message was refused; the socket stays open unless a close follows. */
export interface Refusal {
  /** The code, from the one table. */
  code: Code;
  /** What failed, which input, why, what to do. */
  message: string;
  /** The number of the message it is about. */
  cid: number | null;
  /** Whether the same message may succeed later. */
  retryable: boolean;
  /** Wait this long before trying again. */
  retryAfterMs: number | null;
}

/** `user_joined`. */
export interface UserJoined {
  /** Who. */
  userId: string;
  /** The name to show. */
  name: string;
  /** Join order. */
  rev: number;
}

/** `user_left`. */
export interface UserLeft {
  /** Who. */
  userId: string;
  /** Why. */
  reason: LeaveReason;
}

/** Why a seat is free again. */
export type LeaveReason = "left" | "lost" | "replaced" | "kicked" | "closed";

/** `offer` and `answer` (RFC 8829). */
export interface DescriptionFrom {
  /** Who says it. */
  senderUserId: string;
  /** The session description, as it was sent. */
  sdp: string;
}

/** `ice_candidate` (RFC 8838). */
export interface IceCandidateFrom {
  /** Who says it. */
  senderUserId: string;
  /** The candidate, as it was sent; `null` says that there are no more. */
  candidate: RTCIceCandidateInit | null;
}

/** `renegotiate`: the answering side wishes for a new offer. */
export interface RenegotiateFrom {
  /** Who says it. */
  senderUserId: string;
  /** Why, for the log. */
  reason?: string;
}

/** `chat_message`. */
export interface ChatMessage {
  /** The message's own id. */
  id: string;
  /** Who says it. */
  senderId: string;
  /** The text. */
  content: string;
  /** The server's time in milliseconds since the Unix epoch. */
  timestamp: number;
}

/** What a browser can say. */
export type ClientToServer =
  /** Who is there; the first message. With `resume`, an earlier session goes on. */
  | { type: "hello"; data: Hello }
  /** Let me into this room. Answered by `room_joined` or an `error`. */
  | { type: "join_room"; data: JoinRoom; cid?: number }
  /** I leave the room; the socket stays open. */
  | { type: "leave_room"; data?: Record<string, never>; cid?: number }
  /** An offer for one member; only to members who joined later. */
  | { type: "offer"; data: Description; cid?: number }
  /** The answer to a member's offer. */
  | { type: "answer"; data: Description; cid?: number }
  /** A candidate for one member, or `null` after the last one. */
  | { type: "ice_candidate"; data: IceCandidate; cid?: number }
  /** A wish for a new offer, to a member who joined earlier. */
  | { type: "renegotiate"; data: Renegotiate; cid?: number }
  /** A text for everybody else in the room. */
  | { type: "chat_message"; data: Chat; cid?: number }
  /** I am alive. Answered by `heartbeat_ack`. */
  | { type: "heartbeat"; data?: Record<string, never> }
  /** Everything up to this `seq` has been processed; the server need not keep it. */
  | { type: "ack"; seq: number }
  /** A new token of the same user, in place of one that runs out. */
  | { type: "token_refresh"; data: TokenRefresh };

/** What a node can say; what has a `seq` is numbered within the session. */
export type ServerToClient =
  /** The token was good; what holds on this socket. */
  | { type: "welcome"; data: Welcome }
  /** The seat is yours. A session begins, and `cid` and `seq` start at 1. */
  | { type: "room_joined"; data: RoomJoined }
  /** The session goes on; what was missed follows, then what is new. */
  | { type: "resumed"; data: Resumed }
  /** The session is truly gone; join again. */
  | { type: "resume_failed"; data: ResumeFailed }
  /** The room is gone for everybody; the socket closes with 4404. */
  | { type: "room_closed"; data: RoomClosed }
  /** Every message up to this `cid` is in the ledger, or was refused by an `error`. */
  | { type: "ack"; cid: number }
  /** The answer to `heartbeat`. */
  | { type: "heartbeat_ack"; data: HeartbeatAck }
  /** Send `token_refresh`, or the socket closes with 4401. */
  | { type: "token_expiring"; data: TokenExpiring }
  /** This node leaves; reconnect after so long and resume. */
  | { type: "server_draining"; data: ServerDraining }
  /** What this node cannot do just now; empty when all is well again. */
  | { type: "degraded"; data: Degraded }
  /** One message was refused. The socket stays open unless a close follows. */
  | { type: "error"; data: Refusal }
  /** Somebody took a seat. You joined earlier: you offer. */
  | { type: "user_joined"; data: UserJoined; seq: number }
  /** Somebody's seat is free: close the connection to them. */
  | { type: "user_left"; data: UserLeft; seq: number }
  /** A member's offer. */
  | { type: "offer"; data: DescriptionFrom; seq: number }
  /** A member's answer. */
  | { type: "answer"; data: DescriptionFrom; seq: number }
  /** A member's candidate; never before the description it belongs to. */
  | { type: "ice_candidate"; data: IceCandidateFrom; seq: number }
  /** A member wishes for a new offer from you. */
  | { type: "renegotiate"; data: RenegotiateFrom; seq: number }
  /** A member's text. The sender does not get their own back. */
  | { type: "chat_message"; data: ChatMessage; seq: number };

/** Why a message was refused: `error.data.code`, and `code` of a problem+json. */
export const ERROR_CODES = {
  /** The message is not JSON of the documented shape; the text names the field. */
  bad_message: { retryable: false },
  /** The message's type is not one of the protocol. */
  unknown_type: { retryable: false },
  /** Something other than `hello` came before the token did. */
  auth_required: { retryable: false },
  /** The token is malformed, unknown or not signed by this cluster. */
  auth_invalid: { retryable: false },
  /** The token has run out; fetch a new one and say hello again. */
  token_expired: { retryable: false },
  /** The user may not do this. */
  forbidden: { retryable: false },
  /** No room of this id exists. */
  room_not_found: { retryable: false },
  /** The room was closed by its host. */
  room_closed: { retryable: false },
  /** The room already holds as many participants as it may. */
  room_full: { retryable: true },
  /** This needs a room, and the socket is in none. */
  not_in_room: { retryable: false },
  /** The socket is already in a room; leave it first. */
  already_in_room: { retryable: false },
  /** The target is not in this room (also said of strangers in other rooms). */
  peer_not_found: { retryable: false },
  /** An offer from the side that answers; send `renegotiate` instead. */
  glare: { retryable: false },
  /** Too many candidates waited, or waited too long, for the description they belong to. */
  candidates_overflow: { retryable: false },
  /** The message is larger than the limits in `welcome` allow. */
  payload_too_large: { retryable: false },
  /** More messages than the rate budget allows; wait for `retryAfterMs`. */
  rate_limited: { retryable: true },
  /** The seat was taken over by a newer socket of the same user. */
  replaced: { retryable: false },
  /** Nothing was heard for too long: no hello, no heartbeat, no pong. */
  timeout: { retryable: true },
  /** The client reads too slowly; what was sent waits in its inbox for a resume. */
  slow_reader: { retryable: true },
  /** The node is leaving; resume elsewhere. */
  draining: { retryable: true },
  /** Something the answer depends on is away; try again. */
  unavailable: { retryable: true },
  /** A fault of the server's own; it has been logged. */
  internal: { retryable: true },
} as const;
export type Code = keyof typeof ERROR_CODES;

/** What a client does after a close. */
export type Comeback = "never" | "resume" | "after_mending";

/** Why a socket was closed (RFC 6455 §7.4); 44xx stop, 45xx come back with jitter. */
export const CLOSE_CODES = {
  /** The conversation is over. */
  normal: { number: 1000, comeback: "never" },
  /** The node drains; resume elsewhere after the given jitter. */
  draining: { number: 1001, comeback: "resume" },
  /** The frames break RFC 6455. */
  protocol: { number: 1002, comeback: "after_mending" },
  /** Binary frames are not spoken here. */
  binary: { number: 1003, comeback: "after_mending" },
  /** A text message was not UTF-8. */
  not_utf8: { number: 1007, comeback: "after_mending" },
  /** A message was larger than allowed. */
  too_big: { number: 1009, comeback: "after_mending" },
  /** The server failed; resume. */
  internal: { number: 1011, comeback: "resume" },
  /** The server restarts; resume. */
  restart: { number: 1012, comeback: "resume" },
  /** The server carries all it can; come back later. */
  overload: { number: 1013, comeback: "resume" },
  /** The token is missing, invalid or has run out. */
  token: { number: 4401, comeback: "never" },
  /** The user may not be here. */
  forbidden: { number: 4403, comeback: "never" },
  /** The room is gone. */
  room_gone: { number: 4404, comeback: "never" },
  /** A newer socket of the same user took over; never reconnect by itself. */
  replaced: { number: 4409, comeback: "never" },
  /** Nothing was heard for too long. */
  timeout: { number: 4508, comeback: "resume" },
  /** Far more messages than the rate budget allows. */
  rate: { number: 4529, comeback: "resume" },
  /** The client reads too slowly; its inbox is kept. */
  slow_reader: { number: 4530, comeback: "resume" },
} as const;
export type Close = keyof typeof CLOSE_CODES;
