// How media reaches the other members: the port that a call knows. Between the browsers it is `Peers`; through a media server
// it is in the entry `sfu`, which is loaded only in rooms that need it.
import type { Counted, Numbered, Refusal, Said } from "@aldis/client";
import type { Extra, PeerView, Slot, Status } from "./peer.ts";
import type { Watched } from "./reports.ts";
import type { PeerStats } from "./stats.ts";

/**
 * The state of the way as a whole. `connecting`: being made. `connected`: media can flow. `reconnecting`: interrupted, and being
 * mended. `unavailable`: there is no media server; asked again by itself. `failed`: it cannot be, for the reason in `trouble`.
 */
export type PathState = "connecting" | "connected" | "reconnecting" | "unavailable" | "failed";

/** What is wrong with the way to a media server. */
export interface PathTrouble {
  /** A code of the protocol (`media_limit`, `media_rejected`, …), `unreachable`, `unsupported` or `not_loaded`. */
  code: string;
  /** A sentence in English, for logs and for codes without words of your own. */
  message: string;
  /** With `unreachable`: the kinds of path that were tried: `udp`, `tcp`, `relay`. */
  tried: readonly string[];
}

export interface Paths {
  /** The other members, in the order in which they came. */
  views(): PeerView[];
  stats(): Promise<PeerStats[]>;
  /** The connections that carry media, or are to. */
  watched(): Watched[];
  readonly state: PathState;
  readonly trouble: PathTrouble | null;
  /** Is there media that works, or may work again by itself? */
  readonly isStanding: boolean;
  on(type: "changed", listener: () => void): () => void;

  joined(joined: Said<"room_joined">): void;
  /** Signaling is back after an interruption. */
  resumed(): void;
  hear(message: Numbered): void;
  /** A member's attributes have changed; between the browsers they tell who is muted, elsewhere the media server's producers do. */
  told?(userId: string, changes: Readonly<Record<string, string | null>>): void;
  refused(refusal: Refusal, message: Counted | undefined): void;

  set(slot: Slot, track: MediaStreamTrack | null): void;
  publish(extra: Extra): void;
  unpublish(extra: Extra): void;
  say(status: Status): void;
  /** A member's picture is shown this wide, in device pixels; 0: not at all. */
  see(userId: string, width: number): void;
  /** Relay credentials were renewed. */
  configure(): void;
  retry(userId: string): void;
  close(): void;
}
