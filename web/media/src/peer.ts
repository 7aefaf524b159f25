// One other member of the room: the connection to them, and their media. It outlives their session: while media works, a
// member without one is `away`, and is adopted when they join again.
import { Emitter, type Member } from "@aldis/client";
import { LIMITS } from "./limits.ts";
import type { Extra } from "./peer/extras.ts";
import { Link, type LinkOptions } from "./peer/link.ts";
import type { Role, Wish } from "./peer/negotiation.ts";
import { causeOf, Patience, type Trouble } from "./peer/patience.ts";
import type { Slot, Tracks } from "./peer/slots.ts";
import type { Status } from "./peer/status.ts";
import { type ExtraStream, Streams } from "./peer/streams.ts";

export type { Extra } from "./peer/extras.ts";
export type { Role, Signal, Wish } from "./peer/negotiation.ts";
export type { Trouble, TroubleCause } from "./peer/patience.ts";
export { SLOTS, type Slot, type Tracks } from "./peer/slots.ts";
export type { Status } from "./peer/status.ts";
export type { ExtraStream } from "./peer/streams.ts";

/** A member's view. Streams keep their identity while their tracks change. */
export interface PeerView {
  userId: string;
  name: string;
  rev: number;
  /** `away`: their session has ended, their media goes on; they are expected to join again. */
  presence: "here" | "away";
  /** Microphone and camera. */
  stream: MediaStream;
  /** Their screen. */
  screenStream: MediaStream;
  /** What else they send, such as a second camera. */
  others: readonly ExtraStream[];
  microphone: boolean;
  camera: boolean;
  screen: boolean;
  connection: RTCPeerConnectionState;
  /** Why there is no media, once that takes too long. */
  trouble: Trouble | null;
  /** What we send and their program has no place for. */
  unsent: readonly Slot[];
}

export interface PeerEvents {
  changed: undefined;
  /** The media of a member who is away has ended, too. */
  ended: undefined;
}

export class Peer extends Emitter<PeerEvents> {
  /** Where this member was first seen in join order; it does not change when they join again. */
  readonly since: number;
  readonly #options: LinkOptions;
  readonly #streams = new Streams();
  readonly #patience: Patience;
  #member: Member;
  #link: Link;
  readonly #extras: Set<Extra>;
  #links = 1;
  #rebuilds = 0;
  #status: Status | null = null;
  #away = false;
  #awayTimer: ReturnType<typeof setTimeout> | undefined;
  #closed = false;

  constructor(member: Member, options: LinkOptions) {
    super();
    this.#member = member;
    this.since = member.rev;
    this.#extras = new Set(options.extras);
    this.#options = {
      ...options,
      tracks: { ...options.tracks },
      extras: this.#extras,
      online: () => !this.#away && options.online(),
    };
    this.#patience = new Patience({ online: () => this.#options.online(), act: (stage) => this.#act(stage) });
    this.#link = this.#makeLink();
    this.#patience.see(this.pc.connectionState);
  }

  get member(): Member {
    return this.#member;
  }
  /** The connection now in use; for statistics. */
  get pc(): RTCPeerConnection {
    return this.#link.pc;
  }
  /** 1, 2, …: grows only when a connection had to be rebuilt. */
  get connectionNumber(): number {
    return this.#links;
  }
  /** Does media flow, or may it flow again by itself? */
  get isStanding(): boolean {
    const { connectionState } = this.pc;
    return connectionState === "connected" || connectionState === "disconnected";
  }

  get view(): PeerView {
    const { stage } = this.#patience;
    const isReceiving = (slot: Slot) => this.#link.receiving(slot) !== null;
    return {
      userId: this.#member.userId,
      name: this.#member.name,
      rev: this.#member.rev,
      presence: this.#away ? "away" : "here",
      ...this.#streams.view,
      microphone: isReceiving("microphone") && (this.#status?.microphone ?? true),
      camera: isReceiving("camera"),
      screen: isReceiving("screen"),
      connection: this.pc.connectionState,
      trouble: stage && { stage, cause: causeOf(this.pc) },
      unsent: this.#link.unsent(),
    };
  }

  /** Their remote tracks as they are now; for statistics. */
  receiving(slot: Slot): MediaStreamTrack | null {
    return this.#link.receiving(slot);
  }

  set(slot: Slot, track: MediaStreamTrack | null): void {
    this.#options.tracks[slot] = track;
    this.#link.set(slot, track);
  }

  publish(extra: Extra): void {
    this.#extras.add(extra);
    this.#link.publish(extra);
  }
  unpublish(extra: Extra): void {
    this.#extras.delete(extra);
    this.#link.unpublish(extra);
  }

  share(cameraBits: number): void {
    this.#options.cameraBits = cameraBits;
    this.#link.share(cameraBits);
  }

  /** What they say of themselves. */
  told(status: Status): void {
    this.#status = status;
    this.#changed(this.#link);
  }

  /** Relay credentials for the next gathering; existing connections are not affected. */
  configure(configuration: RTCConfiguration): void {
    this.#options.configuration = configuration;
    this.#link.pc.setConfiguration(this.#configuration());
  }

  /** `streams`: what they call their sections. */
  offered(sdp: string, streams: Record<string, string> = {}): void {
    this.#streams.names = streams;
    this.#link.negotiation.offered(sdp);
  }
  answered(sdp: string, streams: Record<string, string> = {}): void {
    this.#streams.names = streams;
    this.#link.negotiation.answered(sdp);
  }
  candidate(candidate: RTCIceCandidateInit | null): void {
    this.#link.negotiation.candidate(candidate);
  }
  /** The answering side requests an offer. */
  asked(wish: Partial<Wish>): void {
    if (this.pc.signalingState === "closed") this.#rebuild(this.#link);
    else this.#link.asked(wish);
  }

  /** The network path may have changed: begin an ICE restart. */
  restart(): void {
    this.#link.restart();
  }
  /** Signaling is back: repairs what failed meanwhile. */
  check(): void {
    this.#link.check();
  }
  /** A person asks for another attempt. */
  retry(): void {
    this.#patience.stop();
    this.#rebuilds = 0;
    this.#again();
  }

  /** Their session has ended, not by their own wish: the media goes on. */
  depart(): void {
    this.#away = true;
    this.#link.pause();
    this.#watchAway();
  }

  /** They, or we, have joined again: the same connection goes on, in the new session's role. */
  adopt(member: Member, role: Role): void {
    this.#member = member;
    this.#options.role = role;
    this.#away = false;
    clearTimeout(this.#awayTimer);
    this.#link.resume(role);
  }

  close(): void {
    this.#closed = true;
    clearTimeout(this.#awayTimer);
    this.#patience.stop();
    this.#link.close();
    this.#streams.clear();
  }

  #makeLink(): Link {
    const link: Link = new Link(
      { ...this.#options, configuration: this.#configuration() },
      {
        changed: () => this.#changed(link),
        broken: (offer) => this.#rebuild(link, offer),
      },
    );
    return link;
  }

  /** After a direct connection was tried in vain, only relays are. */
  #configuration(): RTCConfiguration {
    const { configuration } = this.#options;
    return this.#patience.stage === "relay" && hasRelay(configuration)
      ? { ...configuration, iceTransportPolicy: "relay" }
      : configuration;
  }

  #changed(link: Link): void {
    if (this.#closed || link !== this.#link) return;
    const { connectionState } = this.pc;
    if (connectionState === "connected") this.#rebuilds = 0;
    this.#patience.see(connectionState);
    this.#streams.show(link);
    if (this.#away) this.#watchAway();
    if (!this.#closed) this.emit("changed", undefined);
  }

  /** Media that ended, or stays interrupted, is the end of a member who is away. */
  #watchAway(): void {
    clearTimeout(this.#awayTimer);
    if (this.pc.connectionState === "connected") return;
    if (!this.isStanding) return this.emit("ended", undefined);
    this.#awayTimer = setTimeout(() => this.emit("ended", undefined), LIMITS.awayDisconnectedMs);
  }

  #act(stage: Trouble["stage"]): void {
    if (stage !== "unreachable") this.#again(stage === "relay");
    this.#changed(this.#link);
  }

  /** Tries again; only the offering side can, so the other one asks. `anew`: with a new connection. */
  #again(anew = true): void {
    if (this.#options.role === "answer") {
      this.#options.signal.renegotiate({ reason: "no_media", iceRestart: true });
    } else if (!this.pc.remoteDescription) this.#link.negotiation.repeat();
    else if (anew) this.#rebuild(this.#link);
    else this.#link.restart();
  }

  /** Starts over with a new connection; the other side finds that the offer does not fit its own, and does the same. */
  #rebuild(link: Link, offer?: string): void {
    if (this.#closed || link !== this.#link) return;
    if (this.#rebuilds >= (offer === undefined ? LIMITS.rebuildMax : LIMITS.rebuildAskedMax)) return;
    link.close();
    this.#rebuilds += 1;
    this.#links += 1;
    this.#link = this.#makeLink();
    if (offer !== undefined) this.#link.negotiation.offered(offer);
    else if (this.#options.role === "answer") this.#options.signal.renegotiate({ reason: "rebuild" });
    this.#changed(this.#link);
  }
}

/** Nothing to send. */
export const NO_TRACKS: Tracks = { microphone: null, camera: null, screen: null };

function hasRelay({ iceServers = [] }: RTCConfiguration): boolean {
  return iceServers.some(({ urls }) => [urls].flat().some((url) => /^turns?:/.test(url)));
}
