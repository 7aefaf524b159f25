// Names for the parts of the generated wire types. The rest of the SDK imports these, so that the
// generator is free to change the generated file's layout.
import type { ClientToServer, ServerToClient } from "./gen/protocol.ts";

export type { ClientToServer, Code, ServerToClient } from "./gen/protocol.ts";

/** The `data` of the server's message of this type. */
export type Said<T extends ServerToClient["type"]> = Extract<
  ServerToClient,
  { type: T; data: unknown }
>["data"];
/** The `data` of the client's message of this type. */
export type Say<T extends ClientToServer["type"]> = Extract<
  ClientToServer,
  { type: T; data: unknown }
>["data"];

/** Client messages that are numbered by `cid`, kept until acknowledged, and resent after a resume. */
export type Counted = Extract<
  ClientToServer,
  {
    type:
      | "offer"
      | "answer"
      | "ice_candidate"
      | "renegotiate"
      | "chat_message"
      | "message"
      | "set_attributes"
      | "remove_member"
      | "request_mute"
      | "hand_over"
      | "set_room"
      | "end_room";
  }
>;
/** Server messages that are numbered by `seq`. */
export type Numbered = Extract<
  ServerToClient,
  {
    type:
      | "user_joined"
      | "user_left"
      | "offer"
      | "answer"
      | "ice_candidate"
      | "renegotiate"
      | "chat_message"
      | "message"
      | "chat_deleted"
      | "attributes_changed"
      | "mute_requested"
      | "room_changed"
      | "guests_waiting"
      | "sfu_new_producer"
      | "sfu_producer_changed"
      | "sfu_producer_closed"
      | "media_changed";
  }
>;
/** Requests to the room's media server: each is answered by a message of its own type, or refused. */
export type RequestType = Extract<ClientToServer["type"], `sfu_${string}`>;
export type RequestMessage = Extract<ClientToServer, { type: RequestType }>;
/** What a request of this type says. */
export type Asking<T extends RequestType> = NonNullable<Extract<ClientToServer, { type: T }>["data"]>;
/** The answer's `data`. */
export type Answer<T extends RequestType> = NonNullable<Extract<ServerToClient, { type: T }>["data"]>;
/** What a node tells of media as it happens, without a number. */
export type SfuNotice = Extract<
  ServerToClient,
  { type: "sfu_consumer_layers" | "sfu_consumer_closed" | "sfu_active_speaker" }
>;
/** A track that a member sends through the media server. */
export type Producer = NonNullable<Member["producers"]>[number];
/** A member of the room as the server lists it. */
export type Member = Said<"room_joined">["peers"][number];
/** A change of attributes by name; `null` removes one. */
export type AttributeChanges = Say<"set_attributes">["attributes"];
/** What everybody knows of a room's settings. */
export type RoomRules = Said<"room_changed">;
/** An `error` message's data. */
export type Refusal = Said<"error">;

/** The WebSocket sub-protocol this SDK speaks. */
export const SUB_PROTOCOL = "aldis.v1";
/** Offered beside it by a client that will resume, so that an overloaded node refuses it last; never selected. */
export const RESUME_SUB_PROTOCOL = "aldis.resume";
