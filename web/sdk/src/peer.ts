// One other member of the room: the connection to them, and their media.
import { Emitter } from "./emitter.ts";
import { LIMITS } from "./limits.ts";
import { Link, type LinkOptions } from "./peer/link.ts";
import { SLOTS, type Slot, type Tracks } from "./peer/slots.ts";
import type { Status } from "./peer/status.ts";
import type { Member } from "./wire.ts";

export type { Role, Signal } from "./peer/negotiation.ts";
export { SLOTS, type Slot, type Tracks } from "./peer/slots.ts";
export type { Status } from "./peer/status.ts";

/** A member's view. Streams keep their identity while their tracks change. */
export interface PeerView {
  userId: string;
  name: string;
  rev: number;
  /** Microphone and camera. */
  stream: MediaStream;
  /** Their screen. */
  screenStream: MediaStream;
  microphone: boolean;
  camera: boolean;
  screen: boolean;
  connection: RTCPeerConnectionState;
}

export class Peer extends Emitter<{ changed: undefined }> {
  readonly member: Member;
  readonly #options: LinkOptions;
  readonly #stream = new MediaStream();
  readonly #screenStream = new MediaStream();
  #link: Link;
  #links = 1;
  #status: Status | null = null;
  #closed = false;

  constructor(member: Member, options: LinkOptions) {
    super();
    this.member = member;
    this.#options = { ...options, tracks: { ...options.tracks } };
    this.#link = this.#makeLink();
  }

  /** The connection now in use; for statistics. */
  get pc(): RTCPeerConnection {
    return this.#link.pc;
  }
  /** 1, 2, …: grows only when a connection had to be rebuilt. */
  get connectionNumber(): number {
    return this.#links;
  }

  get view(): PeerView {
    const camera = this.#link.receiving("camera") !== null;
    return {
      userId: this.member.userId,
      name: this.member.name,
      rev: this.member.rev,
      stream: this.#stream,
      screenStream: this.#screenStream,
      microphone: this.#link.receiving("microphone") !== null && (this.#status?.microphone ?? true),
      camera,
      screen: this.#link.receiving("screen") !== null,
      connection: this.#link.pc.connectionState,
    };
  }

  set(slot: Slot, track: MediaStreamTrack | null): void {
    this.#options.tracks[slot] = track;
    this.#link.set(slot, track);
  }

  share(cameraBits: number): void {
    this.#options.cameraBits = cameraBits;
    this.#link.share(cameraBits);
  }

  say(status: Status): void {
    this.#options.status = status;
    this.#link.say(status);
  }

  /** Relay credentials for the next gathering; existing connections are not affected. */
  configure(configuration: RTCConfiguration): void {
    this.#options.configuration = configuration;
    this.#link.pc.setConfiguration(configuration);
  }

  offered(sdp: string): void {
    this.#link.negotiation.offered(sdp);
  }
  answered(sdp: string): void {
    this.#link.negotiation.answered(sdp);
  }
  candidate(candidate: RTCIceCandidateInit | null): void {
    this.#link.negotiation.candidate(candidate);
  }
  /** The answering side requests an offer. */
  asked(reason: string | null | undefined): void {
    if (this.#options.role !== "offer") return;
    if (reason === "ice_restart") this.#link.restart();
    else if (reason === "rebuild") this.#rebuild(this.#link);
    else this.#link.negotiation.want(reason ?? "asked");
  }

  /** The network path may have changed: begin an ICE restart. */
  restart(): void {
    this.#link.restart();
  }
  /** Signaling is back: repairs what failed meanwhile. */
  check(): void {
    this.#link.check();
  }

  close(): void {
    this.#closed = true;
    this.#link.close();
    for (const stream of [this.#stream, this.#screenStream]) {
      for (const track of stream.getTracks()) stream.removeTrack(track);
    }
  }

  #makeLink(): Link {
    const link: Link = new Link(this.#options, {
      changed: () => this.#changed(link),
      status: (status) => {
        this.#status = status;
        this.#changed(link);
      },
      broken: (offer) => this.#rebuild(link, offer),
    });
    return link;
  }

  #changed(link: Link): void {
    if (this.#closed || link !== this.#link) return;
    for (const slot of SLOTS) this.#show(slot);
    this.emit("changed", undefined);
  }

  /** Updates the stream's tracks from the descriptions. */
  #show(slot: Slot): void {
    const stream = slot === "screen" ? this.#screenStream : this.#stream;
    const kind = slot === "microphone" ? "audio" : "video";
    const track = this.#link.receiving(slot);
    for (const old of stream.getTracks()) {
      if (old.kind === kind && old !== track) stream.removeTrack(old);
    }
    if (track && !stream.getTracks().includes(track)) stream.addTrack(track);
  }

  /** Starts over with a new connection; the other side finds that the offer does not fit its own, and does the same. */
  #rebuild(link: Link, offer?: string): void {
    if (this.#closed || link !== this.#link) return;
    if (offer === undefined && this.#links > LIMITS.rebuildMax) return;
    link.close();
    this.#links += 1;
    this.#link = this.#makeLink();
    if (offer !== undefined) this.#link.negotiation.offered(offer);
    else if (this.#options.role === "answer") this.#options.signal.renegotiate("rebuild");
    this.#changed(this.#link);
  }
}

/** Nothing to send. */
export const NO_TRACKS: Tracks = { microphone: null, camera: null, screen: null };
