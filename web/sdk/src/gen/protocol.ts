// The wire of `aldis.v1`: every message, every error code, every close code.
// Follows the Rust types in actors/src/protocol, which are the source.

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
  roomId: string;
}
/** `offer` and `answer`: a description for one member (RFC 8829). */
export interface Description {
  targetUserId: string;
  sdp: string;
}
/** `ice_candidate`: a candidate for one member (RFC 8838); `null` says that there are no more. */
export interface IceCandidate {
  targetUserId: string;
  candidate: RTCIceCandidateInit | null;
}
/** `renegotiate`: asks the offering side for a new offer. */
export interface Renegotiate {
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
  token: string;
}

/** What a browser can say. */
export type ClientToServer =
  | { type: "hello"; data: Hello }
  | { type: "join_room"; data: JoinRoom; cid?: number }
  | { type: "leave_room"; data?: Record<string, never>; cid?: number }
  | { type: "offer"; data: Description; cid?: number }
  | { type: "answer"; data: Description; cid?: number }
  | { type: "ice_candidate"; data: IceCandidate; cid?: number }
  | { type: "renegotiate"; data: Renegotiate; cid?: number }
  | { type: "chat_message"; data: Chat; cid?: number }
  | { type: "heartbeat"; data?: Record<string, never> }
  | { type: "ack"; seq: number }
  | { type: "token_refresh"; data: TokenRefresh };

/** `welcome`: the token was good; what holds on this socket. */
export interface Welcome {
  userId: string;
  nodeId: string;
  protocol: string;
  /** Send `heartbeat` this often, in seconds. */
  heartbeatSeconds: number;
  /** How long a lost socket's seat is kept unless the room says otherwise, in seconds. */
  resumeWindowSeconds: number;
  limits: WelcomeLimits;
  features: string[];
}
/** What one client may do. */
export interface WelcomeLimits {
  messageBytesMax: number;
  messagesPerSecond: number;
  burst: number;
  chatCharsMax: number;
}
/** A member as it is listed to the others. */
export interface Peer {
  userId: string;
  name: string;
  /** Join order; of two members the one with the smaller `rev` offers. */
  rev: number;
  state: PeerState;
}
/** Whether a member's socket stands. */
export type PeerState = "on" | "gone";
/** A STUN or TURN server, as `RTCIceServer` (W3C WebRTC §4.2.3). */
export interface IceServer {
  urls: string[];
  /** `<expiry>:<userId>` (coturn's REST credentials). */
  username?: string;
  credential?: string;
}
/** `room_joined`: the seat is yours; a session begins, and with it `cid` and `seq` at 1. */
export interface RoomJoined {
  roomId: string;
  existingPeers: string[];
  peers: Peer[];
  rev: number;
  sessionId: string;
  /** Secret; what `hello.resume` needs. */
  resumeToken: string;
  mode: Mode;
  iceServers: IceServer[];
}
/** How media flows in a room. */
export type Mode = "mesh" | "sfu";
/** `resumed`: the session goes on; what was missed follows. */
export interface Resumed {
  peers: Peer[];
  /** The `seq` that follows next. */
  fromSeq: number;
}
/** `resume_failed`: the session is truly gone; join again. */
export interface ResumeFailed {
  reason: ResumeFailure;
}
/** Why a session cannot go on. */
export type ResumeFailure = "bad_token" | "seat_gone" | "gap" | "room_closed";
/** `user_joined`. */
export interface UserJoined {
  userId: string;
  name: string;
  rev: number;
}
/** `user_left`. */
export interface UserLeft {
  userId: string;
  reason: LeaveReason;
}
/** Why a seat is free again. */
export type LeaveReason = "left" | "lost" | "replaced" | "kicked" | "closed";
/** A relayed `offer` or `answer`. */
export interface DescriptionFrom {
  senderUserId: string;
  sdp: string;
}
/** A relayed `ice_candidate`. */
export interface IceCandidateFrom {
  senderUserId: string;
  candidate: RTCIceCandidateInit | null;
}
/** A relayed `renegotiate`. */
export interface RenegotiateFrom {
  senderUserId: string;
  reason?: string;
}
/** A relayed `chat_message`. */
export interface ChatMessage {
  id: string;
  senderId: string;
  content: string;
  /** Milliseconds since the Unix epoch. */
  timestamp: number;
}
/** `error`: one message was refused; the socket stays open unless a close follows. */
export interface Refusal {
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

/** What a node can say. */
export type ServerToClient =
  | { type: "welcome"; data: Welcome }
  | { type: "ack"; cid: number }
  | { type: "heartbeat_ack"; data: { serverTime: number } }
  | { type: "error"; data: Refusal }
  | { type: "room_joined"; data: RoomJoined }
  | { type: "resumed"; data: Resumed }
  | { type: "resume_failed"; data: ResumeFailed }
  | { type: "token_expiring"; data: { inSeconds: number } }
  | { type: "server_draining"; data: { retryAfterMs: number } }
  | { type: "room_closed"; data: { reason: LeaveReason } }
  | { type: "degraded"; data: { without: string[] } }
  | { type: "user_joined"; data: UserJoined; seq: number }
  | { type: "user_left"; data: UserLeft; seq: number }
  | { type: "offer"; data: DescriptionFrom; seq: number }
  | { type: "answer"; data: DescriptionFrom; seq: number }
  | { type: "ice_candidate"; data: IceCandidateFrom; seq: number }
  | { type: "renegotiate"; data: RenegotiateFrom; seq: number }
  | { type: "chat_message"; data: ChatMessage; seq: number };

/** Why a message was refused: `error.data.code`, and `code` of a problem+json. */
export const ERROR_CODES = {
  bad_message: { retryable: false },
  unknown_type: { retryable: false },
  auth_required: { retryable: false },
  auth_invalid: { retryable: false },
  token_expired: { retryable: false },
  forbidden: { retryable: false },
  room_not_found: { retryable: false },
  room_closed: { retryable: false },
  room_full: { retryable: true },
  not_in_room: { retryable: false },
  already_in_room: { retryable: false },
  peer_not_found: { retryable: false },
  glare: { retryable: false },
  candidates_overflow: { retryable: false },
  payload_too_large: { retryable: false },
  rate_limited: { retryable: true },
  replaced: { retryable: false },
  timeout: { retryable: true },
  slow_reader: { retryable: true },
  draining: { retryable: true },
  unavailable: { retryable: true },
  internal: { retryable: true },
} as const;
export type Code = keyof typeof ERROR_CODES;

/** What a client does after a close. */
export type Comeback = "never" | "resume" | "after_mending";

/** Why a socket was closed (RFC 6455 §7.4); 44xx stop, 45xx come back with jitter. */
export const CLOSE_CODES = {
  normal: { number: 1000, comeback: "never" },
  draining: { number: 1001, comeback: "resume" },
  protocol: { number: 1002, comeback: "after_mending" },
  binary: { number: 1003, comeback: "after_mending" },
  not_utf8: { number: 1007, comeback: "after_mending" },
  too_big: { number: 1009, comeback: "after_mending" },
  internal: { number: 1011, comeback: "resume" },
  restart: { number: 1012, comeback: "resume" },
  overload: { number: 1013, comeback: "resume" },
  token: { number: 4401, comeback: "never" },
  forbidden: { number: 4403, comeback: "never" },
  room_gone: { number: 4404, comeback: "never" },
  replaced: { number: 4409, comeback: "never" },
  timeout: { number: 4508, comeback: "resume" },
  rate: { number: 4529, comeback: "resume" },
  slow_reader: { number: 4530, comeback: "resume" },
} as const;
export type Close = keyof typeof CLOSE_CODES;
