// A call in one room: the room, the members' media, and one immutable snapshot for a page.
import {
  AldisError,
  type Chat,
  type ChatEntry,
  type ChatHistory,
  Emitter,
  type Numbered,
  type Refusal,
  Room,
  type RoomApi,
  type RoomEvents,
  type RoomOptions,
  type SessionState,
  type StopReason,
} from "@aldis/client";
import { type GetIceServers, IceServers } from "./ice.ts";
import { LIMITS } from "./limits.ts";
import { Media } from "./media.ts";
import type { Extra, PeerView } from "./peer.ts";
import { Peers } from "./peers.ts";
import { type PeerStats, peerStats } from "./stats.ts";

export interface CallOptions extends RoomOptions {
  /** Reads tokens, history and relay credentials; an `Api` has all of it. */
  api?: RoomApi & { iceServers?: GetIceServers };
  /** This person's devices; left out, nothing is sent until something is published, or `call.media` is turned on. */
  media?: Media;
  /** Renews relay credentials during long calls. */
  getIceServers?: GetIceServers;
  /** `relay` sends all media through a relay, for finding faults. */
  iceTransportPolicy?: RTCIceTransportPolicy;
  RTCPeerConnection?: typeof RTCPeerConnection;
}

export interface CallView {
  state: SessionState;
  userId: string | null;
  roomId: string;
  sessionId: string | null;
  /** Set once `state` is `stopped`. */
  stopped: StopReason | null;
  /** The server's message when it refused or closed. */
  refusal: Refusal | null;
  /** The seat was lost, and the room is full meanwhile: media goes on, and a seat is asked for. */
  crowded: boolean;
  peers: PeerView[];
  /** What the cluster cannot do at the moment, by name; the call continues. */
  without: readonly string[];
  chat: readonly ChatEntry[];
  /** Whether older messages can be loaded (`chat.older`). */
  chatHistory: ChatHistory;
}

/** A track that is sent to everybody beside microphone, camera and screen. */
export interface Publication {
  readonly track: MediaStreamTrack;
  readonly name: string;
  /** Sends it no longer. The track itself goes on: whoever made it stops it. */
  unpublish(): void;
}

export type CallEvents = { changed: undefined } & Pick<
  RoomEvents,
  "state" | "memberJoined" | "memberLeft" | "chat" | "message" | "refused" | "ended"
>;

const FORWARDED = ["state", "memberJoined", "memberLeft", "chat", "message", "refused", "ended"] as const;

export class Call extends Emitter<CallEvents> {
  readonly room: Room;
  readonly media: Media;
  readonly #peers: Peers;
  readonly #ice: IceServers;
  readonly #cleanup: (() => void)[] = [];
  readonly #published = new Set<Extra>();
  #view: CallView | null = null;

  constructor(options: CallOptions) {
    super();
    const { media, iceTransportPolicy = "all", RTCPeerConnection, api } = options;
    this.media = media ?? new Media();
    this.room = new Room({ ...options, worthwhile: () => this.#peers.isStanding });
    const getIceServers = options.getIceServers ?? api?.iceServers?.bind(api);
    this.#ice = new IceServers(getIceServers, () => this.#peers.configure());
    this.#peers = new Peers({
      send: (message) => this.room.signal(message),
      online: () => this.room.state === "joined",
      configuration: () => ({ iceServers: this.#ice.current, iceTransportPolicy }),
      ...(RTCPeerConnection && { RTCPeerConnection }),
    });
    this.#listen();
  }

  get chat(): Chat {
    return this.room.chat;
  }

  /**
   * Joins, and keeps the call connected until `leave` or until the server ends it. Resolves once joined; rejects with `RoomEnded`
   * if that cannot be. While it goes on, another call waits for the same; after its end it begins again.
   */
  join(): Promise<void> {
    const { state } = this.room;
    if (state === "idle" || state === "stopped") this.#begin();
    return this.room.join();
  }

  /** Frees the seat and closes every connection; may be called at any time. The caller releases devices: a preview may continue. */
  leave(): void {
    this.room.leave();
  }

  /**
   * Sends any track to everybody, now and as they come: a canvas, a second camera, a file's sound. `name` says what it is. It ends
   * with `unpublish` or with the track. Throws `AldisError` (`too_many_tracks`) beyond eight.
   */
  publishTrack(track: MediaStreamTrack, { name = "" }: { name?: string } = {}): Publication {
    if (this.#published.size >= LIMITS.extraTracksMax) {
      throw new AldisError(
        "too_many_tracks",
        `${LIMITS.extraTracksMax} tracks are published already, as many as is allowed: unpublish one first.`,
      );
    }
    const extra: Extra = { track, name: name.slice(0, LIMITS.trackNameCharsMax) };
    this.#published.add(extra);
    this.#peers.publish(extra);
    const unpublish = () => {
      if (!this.#published.delete(extra)) return;
      track.removeEventListener("ended", unpublish);
      this.#peers.unpublish(extra);
    };
    track.addEventListener("ended", unpublish);
    return { ...extra, unpublish };
  }

  /** "Try now": reconnects to the service at once instead of waiting for the next attempt. */
  reconnect(): void {
    this.room.reconnect();
  }

  /** "Try again" for one member whose media does not come. */
  retry(userId: string): void {
    this.#peers.retry(userId);
  }

  /** An immutable snapshot; another object after each change. */
  get view(): CallView {
    const { room } = this;
    this.#view ??= {
      state: room.state,
      userId: room.userId,
      roomId: room.roomId,
      sessionId: room.sessionId,
      stopped: room.ended?.code ?? null,
      refusal: room.ended?.refusal ?? null,
      crowded: room.isCrowded,
      peers: this.#peers.views(),
      without: room.without,
      chat: room.chat.entries,
      chatHistory: room.chat.history,
    };
    return this.#view;
  }

  /** The browser's statistics for each member. */
  stats(): Promise<PeerStats[]> {
    return Promise.all(this.#peers.all().map(peerStats));
  }

  #begin(): void {
    const { media } = this;
    this.#cleanup.push(
      media.on("track", ({ slot, track }) => this.#peers.set(slot, track)),
      media.on("changed", () => this.#sayMuted()),
      media.on("screenSound", (track) => this.#sendSound(track)),
    );
    for (const slot of ["microphone", "camera", "screen"] as const) this.#peers.set(slot, media.track(slot));
    this.#sendSound(media.screenSound);
    this.#sayMuted();
  }

  #listen(): void {
    const { room } = this;
    room.on("joined", (joined) => {
      this.#ice.use(joined.iceServers);
      this.#peers.joined(joined);
    });
    room.on("resumed", () => this.#peers.resumed());
    // What was acknowledged may not have arrived: connections that do not work restart.
    room.on("degraded", ({ lost }) => lost && this.#peers.resumed());
    room.on("wake", () => this.#peers.resumed());
    room.on("signal", (message: Numbered) => this.#peers.hear(message));
    room.on("refused", ({ refusal, message }) => {
      if (refusal.code === "candidates_overflow" && message?.type === "ice_candidate")
        this.#peers.candidatesRefused(message.data.targetUserId);
    });
    room.on("ended", () => this.#end());
    for (const type of FORWARDED) room.on(type, (event) => this.emit(type, event as never));
    room.on("changed", () => this.#changed());
    this.#peers.on("changed", () => this.#changed());
  }

  #muted: boolean | null = null;
  #sayMuted(): void {
    const { on } = this.media.view.microphone;
    if (this.#muted === on) return;
    this.#muted = on;
    this.#peers.say({ microphone: on });
  }

  #sound: Publication | null = null;
  #sendSound(track: MediaStreamTrack | null): void {
    this.#sound?.unpublish();
    this.#sound =
      track && this.#published.size < LIMITS.extraTracksMax
        ? this.publishTrack(track, { name: "screen" })
        : null;
  }

  #end(): void {
    this.#peers.close();
    this.#ice.close();
    for (const undo of this.#cleanup.splice(0)) undo();
  }

  #changed(): void {
    this.#view = null;
    this.emit("changed", undefined);
  }
}
