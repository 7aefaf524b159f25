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
  { type: "offer" | "answer" | "ice_candidate" | "renegotiate" | "chat_message" | "message" }
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
      | "sfu_new_producer"
      | "sfu_producer_changed"
      | "sfu_producer_closed"
      | "media_changed";
  }
>;
/** A member of the room as the server lists it. */
export type Member = Said<"room_joined">["peers"][number];
/** An `error` message's data. */
export type Refusal = Said<"error">;

/** The WebSocket sub-protocol this SDK speaks. */
export const SUB_PROTOCOL = "aldis.v1";
/** Offered beside it by a client that will resume, so that an overloaded node refuses it last; never selected. */
export const RESUME_SUB_PROTOCOL = "aldis.resume";
