// One RTCPeerConnection with its parts. A Peer may use several, one after another.
import { LIMITS } from "../limits.ts";
import type { Extra } from "./extras.ts";
import { Health } from "./health.ts";
import { type Described, Negotiation, type Role, type Signal, type Wish } from "./negotiation.ts";
import { withContents } from "./sdp.ts";
import { type Slot, Slots, type Tracks } from "./slots.ts";

export interface LinkOptions {
  role: Role;
  signal: Signal;
  tracks: Tracks;
  /** Further tracks. */
  extras: ReadonlySet<Extra>;
  configuration: RTCConfiguration;
  /** This member's share of our uplink for the camera; bits a second. */
  cameraBits: number;
  /** Is signaling up, so that a restart can be negotiated? */
  online(): boolean;
  RTCPeerConnection?: typeof RTCPeerConnection;
}

export interface LinkPort {
  /** A visible change. */
  changed(): void;
  broken(offer?: string): void;
}

export class Link {
  readonly pc: RTCPeerConnection;
  readonly negotiation: Negotiation;
  readonly #slots: Slots;
  readonly #health: Health;
  #role: Role;
  readonly #port: LinkPort;
  #cameraBits: number;
  #restartedAt = Number.NEGATIVE_INFINITY;
  /** Sections that were asked for since the last offer. */
  #asked = { audio: 0, video: 0 };

  constructor(options: LinkOptions, port: LinkPort) {
    const Maker = options.RTCPeerConnection ?? RTCPeerConnection;
    this.#role = options.role;
    this.#port = port;
    this.#cameraBits = options.cameraBits;
    this.pc = new Maker(options.configuration);
    this.#slots = new Slots(this.pc, options.tracks, options.extras);
    this.#health = new Health(this.pc, {
      online: () => options.online(),
      restart: () => this.restart(),
      changed: () => port.changed(),
    });
    this.negotiation = new Negotiation(this.pc, {
      role: options.role,
      signal: options.signal,
      online: () => options.online(),
      adopt: (sdp) => {
        this.#asked = { audio: 0, video: 0 };
        this.#slots.adopt(sdp);
      },
      described: (sdp) => this.#described(sdp),
      settled: () => {
        this.share(this.#cameraBits);
        port.changed();
      },
      broken: (offer) => port.broken(offer),
    });
    this.pc.ontrack = () => port.changed();
    if (options.role === "offer") this.#slots.open();
  }

  set(slot: Slot, track: MediaStreamTrack | null): void {
    // A sender refuses a track only if the connection is closing.
    this.#slots.set(slot, track).catch(() => {});
    this.#findPlaces();
  }

  publish(extra: Extra): void {
    this.#slots.extras.add(extra);
    this.#findPlaces();
    this.share(this.#cameraBits);
  }
  unpublish(extra: Extra): void {
    this.#slots.extras.remove(extra);
  }

  receiving(slot: Slot): MediaStreamTrack | null {
    return this.#slots.receiving(slot);
  }
  /** Remote tracks beside microphone, camera and screen. */
  others(): { mid: string; track: MediaStreamTrack }[] {
    return this.#slots.others();
  }
  /** What the other side has no section for. */
  unsent(): Slot[] {
    return this.#slots.unsent();
  }

  /** The other member's session has ended; the media goes on. */
  pause(): void {
    this.negotiation.pause();
  }

  /** A new session of either member over this connection, in a new role. */
  resume(role: Role): void {
    this.#role = role;
    this.#asked = { audio: 0, video: 0 };
    this.negotiation.resume(role);
    this.#findPlaces();
    this.#health.check();
  }

  /** The other side asks for an offer. */
  asked(wish: Partial<Wish>): void {
    if (this.#role !== "offer") return;
    const { connectionState: state } = this.pc;
    if (wish.want) this.#slots.growFor(wish.want);
    // Both sides see that a path is gone, and only this one can restart it.
    if (wish.iceRestart || state === "disconnected" || state === "failed") this.restart();
    else this.negotiation.want({ reason: wish.reason ?? "asked" });
  }

  /** This member's share of our uplink for the camera; bits a second. */
  share(cameraBits: number): void {
    this.#cameraBits = cameraBits;
    // Before both descriptions are set there is nothing to limit yet: `settled` does it later.
    this.#slots.bound("camera", cameraBits).catch(() => {});
    this.#slots.extras.bound(cameraBits).catch(() => {});
  }

  /** New ICE credentials and candidates over the same connection. Both sides may notice a failure: one restart is enough. */
  restart(): void {
    // A browser may close a connection by itself, e.g. when its media process has died.
    if (this.pc.signalingState === "closed") return this.#port.broken();
    if (this.#role === "answer") return this.negotiation.want({ reason: "ice_restart", iceRestart: true });
    const now = performance.now();
    if (now - this.#restartedAt < LIMITS.restartPauseMs) return;
    this.#restartedAt = now;
    // Fires `negotiationneeded`, which makes the offer.
    this.pc.restartIce();
  }

  check(): void {
    this.#health.check();
  }

  #described(sdp: string): Described {
    const streams = this.#slots.extras.names();
    const isNamed = Object.keys(streams).length > 0;
    return { sdp: withContents(sdp, this.#slots.contents()), ...(isNamed && { streams }) };
  }

  /** The offering side adds a section for what has none; the answering side can only ask for one. */
  #findPlaces(): void {
    const slots = this.#slots.unplaced();
    if (this.#role === "offer") {
      for (const slot of slots) this.#slots.grow(slot);
      return this.#slots.extras.grow();
    }
    if (!this.pc.remoteDescription) return;
    const extras = this.#slots.extras.unplaced();
    const needed = (kind: "audio" | "video") =>
      slots.filter((slot) => (slot === "microphone" ? "audio" : "video") === kind).length +
      extras.filter(({ track }) => track.kind === kind).length -
      this.#asked[kind];
    const want = { audio: Math.max(0, needed("audio")), video: Math.max(0, needed("video")) };
    if (want.audio + want.video === 0) return;
    this.#asked.audio += want.audio;
    this.#asked.video += want.video;
    this.negotiation.want({ reason: "media", want });
  }

  close(): void {
    this.negotiation.close();
    this.#health.close();
    this.pc.ontrack = null;
    this.pc.close();
  }
}
