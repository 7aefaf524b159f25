// The wire of `aldis.v1`: every message, every error code, every close code.
// Generated from the Rust types in protocol/src; do not edit. To regenerate:
// ALDIS_BLESS=1 cargo test -p aldis-protocol --test wire
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

/** `set_attributes`: sets or removes attributes of the sender; others stay as they are. */
export interface SetAttributes {
  /** By name (`[a-z][a-zA-Z0-9_.-]{0,31}`, not `metadata`): a text of at most 512 bytes, or `null` to remove it. */
  attributes: Record<string, string | null>;
}

/** `remove_member`. */
export interface RemoveMember {
  /** Who is removed. */
  userId: string;
  /** Whether this user may not come back, until the ban is lifted. */
  ban?: boolean;
}

/** `request_mute`. */
export interface RequestMute {
  /** Who is asked. */
  userId: string;
  /** What they are asked to switch off. */
  kind: TrackKind;
}

/** `hand_over`. */
export interface HandOver {
  /** The new host, who is in the room. */
  userId: string;
}

/** `set_room`: what is left out stays as it is. */
export interface SetRoom {
  /** Whether nobody new may join. */
  locked?: boolean;
  /** Whether people without an account may join. */
  guests?: Guests;
}

/** Whether people without an account may join. */
export type Guests = "yes" | "ask" | "no";

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
  /** Those of a room with a media server; left out if the node has none. */
  media?: MediaLimits;
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
  /** How media is meant to flow; in a room of mode `auto`, as suits its size. */
  mode: Mode;
  /** How it flows now. */
  media: MediaState;
  /** The room's host. This and the next three are left out while the node cannot look the room up. */
  hostId?: string;
  /** Whether nobody new may join. */
  locked?: boolean;
  /** Whether people without an account may join. */
  guests?: Guests;
  /** What the room is called; may be empty. */
  name?: string;
  /** What you tell of yourself; left out if nothing. A new session begins with your token's `metadata` alone. */
  attributes?: Record<string, string>;
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
  /** What they send through the media server; left out if nothing. */
  producers?: Array<PeerProducer>;
  /** What they tell of themselves, by name; left out if nothing. `metadata` is their token's. */
  attributes?: Record<string, string>;
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
  /** How media flows now. */
  media: MediaState;
  /** The room's host. This and the next three are left out while the node cannot look the room up. */
  hostId?: string;
  /** Whether nobody new may join. */
  locked?: boolean;
  /** Whether people without an account may join. */
  guests?: Guests;
  /** What the room is called; may be empty. */
  name?: string;
  /** What you tell of yourself; left out if nothing. */
  attributes?: Record<string, string>;
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

/** `moved`: a backend has moved you to another room; you have left this one. */
export interface Moved {
  /** The room to join. */
  roomId: string;
  /** A token for it, which grants as much for as long as the present one, where that is for the room before only. */
  token?: string;
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
  /** The number of the refused request to a media server; left out of other refusals. */
  rid?: number;
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
  /** What they tell of themselves, by name; left out if nothing. `metadata` is their token's. */
  attributes?: Record<string, string>;
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
  /** The member who sent it; left out if the application's backend did. */
  senderUserId?: string;
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

/** `attributes_changed`: a member's attributes were set or removed. */
export interface AttributesChanged {
  /** The member. */
  userId: string;
  /** Those that changed; `null`: removed. */
  attributes: Record<string, string | null>;
}

/** `mute_requested`: the host asks you to switch something off. It is a request: you decide. */
export interface MuteRequested {
  /** Who asks. */
  by: string;
  /** What to switch off. */
  kind: TrackKind;
}

/** `room_changed`: what everybody may know of the room's settings, as they are now. */
export interface RoomChanged {
  /** The host. */
  hostId: string;
  /** Whether nobody new may join. */
  locked: boolean;
  /** Whether people without an account may join. */
  guests: Guests;
  /** What the room is called; may be empty. */
  name: string;
}

/** `guests_waiting`: how many guests wait for the host now; who they are the host asks by HTTP. */
export interface GuestsWaiting {
  /** How many. */
  count: number;
}

/** Which way a transport carries media, from the browser's view. */
export type SfuDirection = "send" | "recv";

/** `sfu_create_transport`. */
export interface SfuCreateTransport {
  /** The media epoch, from `sfu_get_router_capabilities`. */
  epoch: number;
  /** Which way it carries media. */
  direction: SfuDirection;
}

/** `sfu_connect_transport`. */
export interface SfuConnectTransport {
  /** The media epoch. */
  epoch: number;
  /** The transport. */
  transportId: string;
  /** The browser's DTLS parameters. */
  dtlsParameters: object;
}

/** `sfu_restart_ice` and `sfu_close_transport`. */
export interface SfuTransport {
  /** The media epoch. */
  epoch: number;
  /** The transport. */
  transportId: string;
}

/** `sfu_produce`. */
export interface SfuProduce {
  /** The media epoch. */
  epoch: number;
  /** The sending transport. */
  transportId: string;
  /** What it is. */
  kind: TrackKind;
  /** Where it comes from, told to the others: 1 to 32 of `a`–`z` and `_`. */
  source: string;
  /** Whether it starts paused. */
  paused?: boolean;
  /** What the browser sends. */
  rtpParameters: object;
}

/** `sfu_pause_producer`, `sfu_resume_producer` and `sfu_close_producer`. */
export interface SfuProducer {
  /** The media epoch. */
  epoch: number;
  /** The sender's own producer. */
  producerId: string;
}

/** `sfu_consume`. */
export interface SfuConsume {
  /** The media epoch. */
  epoch: number;
  /** The receiving transport. */
  transportId: string;
  /** Another member's producer. */
  producerId: string;
  /** What the browser can receive. */
  rtpCapabilities: object;
}

/** `sfu_consumer_pause`, `sfu_consumer_resume`, `sfu_request_keyframe` and `sfu_close_consumer`. */
export interface SfuConsumer {
  /** The media epoch. */
  epoch: number;
  /** The consumer. */
  consumerId: string;
}

/** `sfu_set_preferred_layers`: the largest layers to be received, from 0. */
export interface SfuPreferredLayers {
  /** The media epoch. */
  epoch: number;
  /** The consumer. */
  consumerId: string;
  /** The size; at most 7. */
  spatialLayer: number;
  /** The frame rate; at most 7. */
  temporalLayer?: number;
}

/** What somebody sends. */
export type TrackKind = "audio" | "video";

/** A room's media, in `room_joined` and `resumed`. */
export interface MediaState {
  /** How media flows now: `mesh` also in a room of mode `sfu` while there is no media server. */
  mode: Mode;
  /** The media epoch; 0 before anybody has asked for capabilities. */
  epoch: number;
  /** The dialect of parameters; left out between the browsers. */
  dialect?: string;
  /** Who spoke last, if that is known. */
  speaker?: string;
}

/** The limits of one member of a room with a media server, in `welcome.limits`. */
export interface MediaLimits {
  /** Transports. */
  transportsMax: number;
  /** Producers. */
  producersMax: number;
  /** Consumers. */
  consumersMax: number;
  /** Requests that are not answered yet. */
  requestsMax: number;
}

/** A track that a member sends. */
export interface PeerProducer {
  /** The producer's id. */
  producerId: string;
  /** What it is. */
  kind: TrackKind;
  /** Where it comes from. */
  source: string;
  /** Whether it is paused. */
  paused: boolean;
}

/** `sfu_get_router_capabilities`, answered. */
export interface SfuRouterCapabilities {
  /** The media epoch, for all other requests. */
  epoch: number;
  /** The dialect of parameters: `ortc`. */
  dialect: string;
  /** What the router can. */
  rtpCapabilities: object;
}

/** `sfu_create_transport`, answered. */
export interface SfuTransportCreated {
  /** The media epoch. */
  epoch: number;
  /** Its id. */
  id: string;
  /** The media server's ICE parameters. */
  iceParameters: object;
  /** Its candidates. */
  iceCandidates: Array<object>;
  /** Its DTLS parameters. */
  dtlsParameters: object;
  /** STUN and TURN servers with credentials for you. */
  iceServers: Array<IceServer>;
}

/** `sfu_restart_ice`, answered. */
export interface SfuIceRestarted {
  /** The media server's new ICE parameters. */
  iceParameters: object;
}

/** `sfu_produce`, answered. */
export interface SfuProduced {
  /** The producer's id. */
  id: string;
}

/** `sfu_consume`, answered: the consumer is paused until `sfu_consumer_resume`. */
export interface SfuConsumed {
  /** Whose track it is. */
  userId: string;
  /** The consumer's id. */
  id: string;
  /** The producer. */
  producerId: string;
  /** What it is. */
  kind: TrackKind;
  /** How it is encoded: `simple`, `simulcast` or `svc`. */
  type: string;
  /** What the media server sends. */
  rtpParameters: object;
  /** Whether its producer is paused. */
  producerPaused: boolean;
}

/** `sfu_consumer_layers`: what a consumer receives now; both are null if nothing arrives. */
export interface SfuConsumerLayers {
  /** The consumer. */
  consumerId: string;
  /** The size. */
  spatialLayer: number | null;
  /** The frame rate. */
  temporalLayer: number | null;
}

/** `sfu_consumer_closed`: a consumer has ended with its producer. */
export interface SfuConsumerClosed {
  /** The consumer. */
  consumerId: string;
  /** Why. */
  reason: ConsumerEnd;
}

/** Why a consumer has ended. */
export type ConsumerEnd = "producer";

/** `sfu_active_speaker`. */
export interface SfuActiveSpeaker {
  /** Who speaks; null: nobody. */
  userId: string | null;
}

/** `media_changed`: every `sfu_*` id of an earlier epoch is void. */
export interface MediaChanged {
  /** How media flows now. */
  mode: Mode;
  /** The new epoch. One that is not greater than the known one is old news, repeated after a resume. */
  epoch: number;
  /** Why. */
  reason: MediaReason;
}

/** Why the place or the way of a room's media has changed. */
export type MediaReason = "placed" | "media_lost" | "media_moved" | "media_unavailable" | "recovered" | "grown" | "shrunk";

/** `sfu_new_producer`: a member sends a new track. */
export interface SfuNewProducer {
  /** The member. */
  userId: string;
  /** The producer's id. */
  producerId: string;
  /** What it is. */
  kind: TrackKind;
  /** Where it comes from. */
  source: string;
  /** Whether it is paused. */
  paused: boolean;
  /** The media epoch. */
  epoch: number;
}

/** `sfu_producer_changed`: a member has paused a track, or goes on. */
export interface SfuProducerChanged {
  /** The member. */
  userId: string;
  /** The producer's id. */
  producerId: string;
  /** Whether it is paused. */
  paused: boolean;
}

/** `sfu_producer_closed`: a member's track has ended. Those of a member who has left end with `user_left`. */
export interface SfuProducerClosed {
  /** The member. */
  userId: string;
  /** The producer's id. */
  producerId: string;
  /** Why. */
  reason: ProducerEnd;
}

/** Why a producer has ended. */
export type ProducerEnd = "closed" | "media";

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
  /** Sets or removes attributes of yours; the others get `attributes_changed`. */
  | { type: "set_attributes"; data: SetAttributes; cid?: number }
  /** For the host: removes a member, and with `ban` for good. */
  | { type: "remove_member"; data: RemoveMember; cid?: number }
  /** For the host: a member gets `mute_requested`. */
  | { type: "request_mute"; data: RequestMute; cid?: number }
  /** For the host: another member is the host from now on. */
  | { type: "hand_over"; data: HandOver; cid?: number }
  /** For the host: whether anybody new may join, and whether guests may. */
  | { type: "set_room"; data: SetRoom; cid?: number }
  /** For the host: closes the room for everybody, the host included. */
  | { type: "end_room"; data?: Record<string, never>; cid?: number }
  /** Keep-alive of the client's script. Answered by `heartbeat_ack`. */
  | { type: "heartbeat"; data?: Record<string, never> }
  /** Everything up to this `seq` was processed; the server need not keep it. */
  | { type: "ack"; seq: number }
  /** Replaces an access token that is about to expire. */
  | { type: "token_refresh"; data: TokenRefresh }
  /** Asks what the router of the room's media server can; the first one in a room has a media server chosen. */
  | { type: "sfu_get_router_capabilities"; data?: Record<string, never>; rid?: number }
  /** Asks for a transport. */
  | { type: "sfu_create_transport"; data: SfuCreateTransport; rid?: number }
  /** Tells the browser's DTLS parameters, once. */
  | { type: "sfu_connect_transport"; data: SfuConnectTransport; rid?: number }
  /** Asks for new ICE credentials of a transport. */
  | { type: "sfu_restart_ice"; data: SfuTransport; rid?: number }
  /** Ends a transport with all that it carries. */
  | { type: "sfu_close_transport"; data: SfuTransport; rid?: number }
  /** Sends a track; the others get `sfu_new_producer`. */
  | { type: "sfu_produce"; data: SfuProduce; rid?: number }
  /** Pauses a track; the others get `sfu_producer_changed`. */
  | { type: "sfu_pause_producer"; data: SfuProducer; rid?: number }
  /** Goes on with a track. */
  | { type: "sfu_resume_producer"; data: SfuProducer; rid?: number }
  /** Ends a track; the others get `sfu_producer_closed`. */
  | { type: "sfu_close_producer"; data: SfuProducer; rid?: number }
  /** Receives another member's track, paused at first. */
  | { type: "sfu_consume"; data: SfuConsume; rid?: number }
  /** Pauses what is received. */
  | { type: "sfu_consumer_pause"; data: SfuConsumer; rid?: number }
  /** Goes on with it, with a key frame. */
  | { type: "sfu_consumer_resume"; data: SfuConsumer; rid?: number }
  /** Says which layers are to be received. */
  | { type: "sfu_set_preferred_layers"; data: SfuPreferredLayers; rid?: number }
  /** Asks for a key frame; one a second is enough. */
  | { type: "sfu_request_keyframe"; data: SfuConsumer; rid?: number }
  /** Receives a track no more. */
  | { type: "sfu_close_consumer"; data: SfuConsumer; rid?: number };

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
  /** A backend has moved you: you have left the room. Send `token_refresh` with the token, if there is one, then `join_room`. */
  | { type: "moved"; data: Moved }
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
  /** The answer to it. */
  | { type: "sfu_get_router_capabilities"; data: SfuRouterCapabilities; rid?: number }
  /** The answer to it. */
  | { type: "sfu_create_transport"; data: SfuTransportCreated; rid?: number }
  /** The answer to it. */
  | { type: "sfu_connect_transport"; data?: Record<string, never>; rid?: number }
  /** The answer to it. */
  | { type: "sfu_restart_ice"; data: SfuIceRestarted; rid?: number }
  /** The answer to it. */
  | { type: "sfu_close_transport"; data?: Record<string, never>; rid?: number }
  /** The answer to it, once the others will be told. */
  | { type: "sfu_produce"; data: SfuProduced; rid?: number }
  /** The answer to it, once the others will be told. */
  | { type: "sfu_pause_producer"; data?: Record<string, never>; rid?: number }
  /** The answer to it, once the others will be told. */
  | { type: "sfu_resume_producer"; data?: Record<string, never>; rid?: number }
  /** The answer to it, once the others will be told. */
  | { type: "sfu_close_producer"; data?: Record<string, never>; rid?: number }
  /** The answer to it. */
  | { type: "sfu_consume"; data: SfuConsumed; rid?: number }
  /** The answer to it. */
  | { type: "sfu_consumer_pause"; data?: Record<string, never>; rid?: number }
  /** The answer to it. */
  | { type: "sfu_consumer_resume"; data?: Record<string, never>; rid?: number }
  /** The answer to it. */
  | { type: "sfu_set_preferred_layers"; data?: Record<string, never>; rid?: number }
  /** The answer to it. */
  | { type: "sfu_request_keyframe"; data?: Record<string, never>; rid?: number }
  /** The answer to it. */
  | { type: "sfu_close_consumer"; data?: Record<string, never>; rid?: number }
  /** A consumer receives other layers now. */
  | { type: "sfu_consumer_layers"; data: SfuConsumerLayers }
  /** A consumer has ended. */
  | { type: "sfu_consumer_closed"; data: SfuConsumerClosed }
  /** Somebody else speaks; at most twice a second. */
  | { type: "sfu_active_speaker"; data: SfuActiveSpeaker }
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
  /** A message of an application: a member's, or without `senderUserId` its backend's, which may come twice. */
  | { type: "message"; data: CustomMessageFrom; seq: number }
  /** A message of this room was deleted from the history; show it no longer. It may come twice. */
  | { type: "chat_deleted"; data: ChatDeleted; seq: number }
  /** A member's attributes were set or removed. The member does not get it. */
  | { type: "attributes_changed"; data: AttributesChanged; seq: number }
  /** The host asks you to switch something off; you decide. */
  | { type: "mute_requested"; data: MuteRequested; seq: number }
  /** The host, the lock, the rule for guests, or the name of the room is another one. It may come without a change. */
  | { type: "room_changed"; data: RoomChanged; seq: number }
  /** So many guests wait for the host. All are told; the host asks by HTTP who they are. */
  | { type: "guests_waiting"; data: GuestsWaiting; seq: number }
  /** Media flows otherwise, or through another media server: what is known of an earlier epoch is void. */
  | { type: "media_changed"; data: MediaChanged; seq: number }
  /** A member sends a new track. The sender does not get it. */
  | { type: "sfu_new_producer"; data: SfuNewProducer; seq: number }
  /** A member has paused a track, or goes on. */
  | { type: "sfu_producer_changed"; data: SfuProducerChanged; seq: number }
  /** A member's track has ended. */
  | { type: "sfu_producer_closed"; data: SfuProducerClosed; seq: number };

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
  /** Only the room's host may do this, or a token with the grant `admin`. */
  not_host: { retryable: false },
  /** The host has removed you from the room. You may join again. */
  removed: { retryable: false },
  /** The host has removed you from the room, and you may not come back. */
  banned: { retryable: false },
  /** The host has locked the room: nobody new may join. */
  room_locked: { retryable: false },
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
  /** No media server answers; retry after `retryAfterMs`. */
  media_unavailable: { retryable: true },
  /** The ids are of an earlier media epoch: ask for the router's capabilities again. */
  media_stale: { retryable: false },
  /** You have no such transport or consumer, and nobody here has such a producer (also if others have it). */
  media_not_found: { retryable: false },
  /** The media server refused the parameters; the text is its own. */
  media_rejected: { retryable: false },
  /** More transports, producers, consumers or open requests than `welcome.limits.media` allows. */
  media_limit: { retryable: false },
  /** The message does not fit how media flows: `sfu_*` between browsers, a signal in a room with a media server. */
  wrong_mode: { retryable: false },
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
  /** Access denied, or removed by the host: the `error` before it says which. */
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
