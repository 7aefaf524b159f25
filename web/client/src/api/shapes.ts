// What the HTTP API sends and takes, as far as this package uses it; `/openapi.json` of a node has all of it. The names of this package
// for shapes of that document.
import type { components } from "../gen/rest.ts";

type Shape<Name extends keyof components["schemas"]> = components["schemas"][Name];

/** A user, as shown to themselves. `email` is empty for a guest, who has no account. */
export type User = Shape<"Account">;

/** Whether people without an account may join: `ask` asks the host. */
export type Guests = Shape<"Guests">;

/** A room. `participants` is absent when unknown, and in lists. */
export type RoomInfo = Shape<"RoomBody">;

/** Settings of a new room; what is left out is the default. */
export type RoomSettings = Given<Omit<Shape<"CreateRoom">, "mode" | "guests">> & {
  /**
   * `sfu`: through a media server, where the node has one; `auto`: through it from three members on, with two between their
   * browsers. Cannot be changed later.
   */
  mode?: "mesh" | "sfu" | "auto";
  guests?: Guests;
};

/** What a room's host changes; what is left out stays as it is. */
export type RoomChange = Given<Omit<Shape<"ChangeRoom">, "guests">> & { guests?: Guests };

/** Absent rather than `null`. */
type Given<T> = { [Key in keyof T]?: NonNullable<T[Key]> };

/** A guest who waits for the host. */
export type WaitingGuest = Shape<"WaitingBody">;

/** Somebody whom the host has removed for good. */
export type Ban = Shape<"BanBody">;

/** The node's answer to a guest who has to wait. */
export interface Waiting {
  /** The guest's secret. */
  waiting: string;
  /** How long to wait before the next question; the node answers that one only once something has happened, or after seconds. */
  pollAfterMs: number;
}

/** One end of a network path: never its address. */
export interface CandidateInfo {
  type: "host" | "srflx" | "prflx" | "relay";
  protocol?: "udp" | "tcp" | "tls";
  family?: "ipv4" | "ipv6";
}

/** What became of the connection to one member, or of one to the room's media server. */
export type MediaReport = (
  | { userId: string; direction?: undefined }
  /** In rooms with a media server: the connection by which this person sends to it, or receives from it. */
  | { userId?: undefined; direction: "send" | "recv" }
) & {
  state: "connected" | "recovered" | "failed" | "ended";
  trouble?: "no_answer" | "no_path" | "no_keys" | "interrupted";
  local?: CandidateInfo;
  remote?: CandidateInfo;
  /** The last round trip. */
  rttMs?: number;
  /** Packets of a thousand that did not arrive. */
  lostPerMille?: number;
  /** How long connecting, or the interruption, took; of `ended`, how long it was connected. */
  seconds?: number;
};

/** A device that is of no use. */
export interface DeviceReport {
  device: "microphone" | "camera" | "screen";
  trouble: "denied" | "missing" | "busy" | "unavailable" | "ended";
}

/** What a program reports of its media, for the room's timeline: at most 16 connections and 6 devices at once. */
export interface Reports {
  media?: MediaReport[];
  devices?: DeviceReport[];
}

/** What anybody who knows a room's id may know of it. */
export type RoomCard = Shape<"RoomCard">;

/** How accounts are made and recovered on this node. */
export type AuthSettings = Shape<"AuthSettings">;

/** The node's answer to a login, or to a guest who may come in. */
export type Signed = Pick<Shape<"LetIn">, "accessToken" | "expiresIn"> & {
  user: Pick<User, "id" | "name"> & { email?: string };
  /** Only where it was asked for instead of a cookie. */
  refreshToken?: string;
};
