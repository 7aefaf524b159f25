// A call in one room: the room, the members' media, and one immutable snapshot for a page.
import {
  AldisError,
  type Chat,
  type ChatEntry,
  type ChatHistory,
  Emitter,
  type Numbered,
  type Refusal,
  type Reports,
  Room,
  type RoomApi,
  type RoomEvents,
  type RoomOptions,
  type RoomRules,
  type SessionState,
  type StopReason,
} from "@aldis/client";
import { type GetIceServers, IceServers } from "./ice.ts";
import { LIMITS } from "./limits.ts";
import { Media } from "./media.ts";
import { PathSwitch } from "./paths/switch.ts";
import type { PathState, PathTrouble } from "./paths.ts";
import { MICROPHONE, MUTED } from "./peer/status.ts";
import type { Extra, PeerView, Slot } from "./peer.ts";
import { Peers } from "./peers.ts";
import { Reporter } from "./reports.ts";
import type { SfuOptions, SfuPath } from "./sfu/path.ts";
import type { PeerStats } from "./stats.ts";

export interface CallOptions extends RoomOptions {
  /** Reads tokens, history and relay credentials, and takes reports; an `Api` has all of it. */
  api?: RoomApi & {
    iceServers?: GetIceServers;
    report?: (roomId: string, reports: Reports) => Promise<void>;
  };
  /**
   * Whether the service is told what became of connections and devices: kinds of paths, round trips, losses and errors, never an address,
   * so that its operator can say why a call failed. Default: true.
   */
  reports?: boolean;
  /** This person's devices; left out, nothing is sent until something is published, or `call.media` is turned on. */
  media?: Media;
  /** Renews relay credentials during long calls. */
  getIceServers?: GetIceServers;
  /** `relay` sends all media through a relay, for finding faults. */
  iceTransportPolicy?: RTCIceTransportPolicy;
  RTCPeerConnection?: typeof RTCPeerConnection;
  /** Loads what rooms with a media server need; `import("@aldis/media/sfu")` if left out. */
  sfu?: () => Promise<SfuModule>;
}

/** The entry `@aldis/media/sfu`. */
export interface SfuModule {
  SfuPath: new (options: SfuOptions) => SfuPath;
}

/** Which way media goes. */
export interface PathView {
  /**
   * How media is meant to flow in this room: between the browsers, or through a media server; in a room of mode `auto` as suits
   * its size.
   */
  meant: "mesh" | "sfu";
  /** How it flows now: `mesh` also in a room with a media server while there is none. */
  mode: "mesh" | "sfu";
  state: PathState;
  /** What is wrong with it, in rooms with a media server. */
  trouble: PathTrouble | null;
  /** The user id of who speaks, if a media server tells. */
  speaker: string | null;
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
  path: PathView;
  /** Who hosts the room, whether it is locked, whether guests may join, its name; `null` until it is known. */
  rules: RoomRules | null;
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
  "state" | "memberJoined" | "memberLeft" | "chat" | "message" | "moved" | "refused" | "ended"
>;

const SLOTS = ["microphone", "camera", "screen"] as const;
const FORWARDED = [
  "state",
  "memberJoined",
  "memberLeft",
  "chat",
  "message",
  "moved",
  "refused",
  "ended",
] as const;

export class Call extends Emitter<CallEvents> {
  readonly room: Room;
  readonly media: Media;
  readonly #paths: PathSwitch;
  readonly #ice: IceServers;
  readonly #report: ((roomId: string, reports: Reports) => Promise<void>) | undefined;
  #reporter: Reporter | null;
  readonly #cleanup: (() => void)[] = [];
  readonly #published = new Set<Extra>();
  #view: CallView | null = null;

  constructor(options: CallOptions) {
    super();
    const { media, iceTransportPolicy = "all", RTCPeerConnection, api } = options;
    this.media = media ?? new Media();
    this.room = new Room({ ...options, worthwhile: () => this.#paths.isStanding });
    const { room } = this;
    const getIceServers = options.getIceServers ?? api?.iceServers?.bind(api);
    this.#ice = new IceServers(getIceServers, () => this.#paths.configure());
    const isMesh = () => room.flow.mode === "mesh";
    const mesh = () =>
      new Peers({
        // Signals are refused while media goes through a media server, and of whom the others are not told.
        send: (message) => isMesh() && !room.isHidden && room.signal(message),
        online: () => room.state === "joined" && isMesh() && !room.isHidden,
        configuration: () => ({ iceServers: this.#ice.current, iceTransportPolicy }),
        ...(RTCPeerConnection && { RTCPeerConnection }),
      });
    const load = options.sfu ?? (() => import("./sfu.ts"));
    const sfu = async () => {
      const { SfuPath } = await load();
      return () => new SfuPath({ room, iceTransportPolicy });
    };
    this.#paths = new PathSwitch({ room, mesh, sfu });
    this.#report = options.reports === false ? undefined : api?.report?.bind(api);
    this.#reporter = this.#newReporter(room.roomId);
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
    this.#paths.publish(extra);
    const unpublish = () => {
      if (!this.#published.delete(extra)) return;
      track.removeEventListener("ended", unpublish);
      this.#paths.unpublish(extra);
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
    this.#paths.retry(userId);
  }

  /**
   * A member's camera is shown `width` CSS pixels wide here, or not at all (0). In rooms with a media server smaller pictures are
   * received smaller, and pictures that are not shown not at all; whoever is not named is received large.
   */
  see(userId: string, width: number): void {
    this.#paths.see(userId, Math.round(width * (globalThis.devicePixelRatio ?? 1)));
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
      peers: this.#paths.views(),
      path: this.#path(),
      rules: room.rules,
      without: room.without,
      chat: room.chat.entries,
      chatHistory: room.chat.history,
    };
    return this.#view;
  }

  /** The browser's statistics for each member. */
  stats(): Promise<PeerStats[]> {
    return this.#paths.stats();
  }

  #begin(): void {
    const { media } = this;
    this.#cleanup.push(
      media.on("track", ({ slot, track }) => this.#send(slot, track)),
      media.on("changed", () => this.#deviceChanged()),
      media.on("screenSound", (track) => this.#sendSound(track)),
    );
    // Whether it is muted is known before it is sent.
    this.#deviceChanged();
    for (const slot of SLOTS) this.#send(slot, media.track(slot));
    this.#sendSound(media.screenSound);
  }

  /** Nothing is sent of whom the others are not told. */
  #send(slot: Slot, track: MediaStreamTrack | null): void {
    this.#paths.set(slot, this.room.isHidden ? null : track);
  }

  #listen(): void {
    const { room } = this;
    room.on("joined", (joined) => {
      this.#ice.use(joined.iceServers);
      if (room.isHidden) for (const slot of SLOTS) this.#send(slot, null);
      this.#paths.joined(joined);
      // After the room has told again what was told in a lost session.
      this.#tellMuted();
    });
    room.on("resumed", () => {
      this.#paths.resumed();
      this.#tellMuted();
    });
    room.on("moved", ({ roomId }) => this.#moved(roomId));
    // What was acknowledged may not have arrived: connections that do not work restart.
    room.on("degraded", ({ lost, without }) => this.#degraded(lost ?? false, !without.includes("media")));
    room.on("wake", () => this.#paths.resumed());
    room.on("signal", (message: Numbered) => this.#paths.hear(message));
    room.on("notice", (notice) => this.#paths.notice(notice));
    room.on("attributesChanged", ({ member, changes }) => this.#paths.told(member.userId, changes));
    room.on("refused", ({ refusal, message }) => this.#paths.refused(refusal, message));
    room.on("ended", () => this.#end());
    for (const type of FORWARDED) room.on(type, (event) => this.emit(type, event as never));
    room.on("changed", () => this.#changed());
    this.#paths.on("changed", () => {
      this.#reporter?.look(this.#paths.watched());
      this.#changed();
    });
  }

  /** Whoever was in the room before is not in this one, which was told nothing; what ends is told in the one before. */
  #moved(roomId: string): void {
    this.#reporter?.end();
    this.#reporter = this.#newReporter(roomId);
    this.#toldMuted = false;
    this.#paths.close();
  }

  #newReporter(roomId: string): Reporter | null {
    const report = this.#report;
    return report ? new Reporter((reports) => report(roomId, reports)) : null;
  }

  #hasMedia = true;
  /** A media server that is back is asked at once. */
  #degraded(lost: boolean, hasMedia: boolean): void {
    const isBack = hasMedia && !this.#hasMedia;
    this.#hasMedia = hasMedia;
    if (lost || isBack) this.#paths.resumed();
  }

  #deviceChanged(): void {
    const { view } = this.media;
    for (const device of SLOTS) this.#reporter?.device(device, view[device].trouble);
    this.#sayMuted();
  }

  #muted: boolean | null = null;
  #sayMuted(): void {
    const { on } = this.media.view.microphone;
    if (this.#muted !== on) this.#paths.say({ microphone: on });
    this.#muted = on;
    this.#tellMuted();
  }

  /** Whether everybody in the room was told that the microphone sends silence, which no description shows. */
  #toldMuted: boolean | null = false;
  #tellMuted(): void {
    const isMuted = this.#muted === false && this.media.track("microphone") !== null;
    if (this.room.state !== "joined" || this.room.isHidden || isMuted === this.#toldMuted) return;
    this.#toldMuted = isMuted;
    this.room.setAttributes({ [MICROPHONE]: isMuted ? MUTED : null }).catch(() => {
      // The session has ended meanwhile: it is told in the next one.
      this.#toldMuted = null;
    });
  }

  #sound: Publication | null = null;
  #sendSound(track: MediaStreamTrack | null): void {
    this.#sound?.unpublish();
    this.#sound =
      track && this.#published.size < LIMITS.extraTracksMax
        ? this.publishTrack(track, { name: "screen" })
        : null;
  }

  #path(): PathView {
    const { meant, mode, speaker } = this.room.flow;
    return { meant, mode, speaker, state: this.#paths.state, trouble: this.#paths.trouble };
  }

  #end(): void {
    this.#reporter?.end();
    this.#toldMuted = false;
    this.#paths.close();
    this.#ice.close();
    for (const undo of this.#cleanup.splice(0)) undo();
  }

  #changed(): void {
    this.#view = null;
    this.emit("changed", undefined);
  }
}
