// What the HTTP API sends and takes, as far as this package uses it; `/openapi.json` of a node has all of it.

export interface User {
  id: string;
  /** Empty for a guest, who has no account. */
  email: string;
  name: string;
}

/** Whether people without an account may join: `ask` asks the host. */
export type Guests = "yes" | "ask" | "no";

export interface RoomInfo {
  /** `xxx-yyyy-zzz` */
  roomId: string;
  /** What it is called; may be empty. */
  name: string;
  hostId: string;
  maxParticipants: number;
  /** How long a disconnected participant's seat is kept. */
  seatWindowSeconds?: number;
  mode: string;
  guests: Guests;
  createdAt: string;
  active: boolean;
  /** Current number of participants; absent when unknown, and in lists. */
  participants?: number;
}

/** Settings chosen by a room's host. */
export interface RoomSettings {
  name?: string;
  maxParticipants?: number;
  seatWindowSeconds?: number;
  guests?: Guests;
}

/** What anybody who knows a room's id may know of it. */
export interface RoomCard {
  roomId: string;
  /** May be empty. */
  name: string;
  active: boolean;
  guests: Guests;
  /** Current number of participants; absent when unknown. */
  participants?: number;
}

/** How accounts are made and recovered on this node. */
export interface AuthSettings {
  /** Who may sign up: anybody, whoever has an invite, or nobody. */
  signup: "open" | "invite" | "closed";
  /** Whether an account can be used only after its owner has opened a link in a mail. */
  verifyEmail: boolean;
  /** Whether mails are sent, so that a forgotten password can be replaced. */
  passwordReset: boolean;
}

/** The node's answer to a login. */
export interface Signed {
  accessToken: string;
  /** Seconds. */
  expiresIn: number;
  user: { id: string; email?: string; name: string };
  /** Only where it was asked for instead of a cookie. */
  refreshToken?: string;
}
