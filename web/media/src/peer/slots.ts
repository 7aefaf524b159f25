// The three tracks that two members may send each other, and what else a stranger sends. Sections are told by kind, by `mid`
// and by what the sender says of them (`a=content`), never by position: docs/protocol.md, "The media profile".
import { type Extra, Extras } from "./extras.ts";
import { type Section, sections } from "./sdp.ts";

/** What this SDK sends, in the order of its own offers. */
export const SLOTS = ["microphone", "camera", "screen"] as const;
export type Slot = (typeof SLOTS)[number];
/** The tracks to send, by slot; `null` sends nothing. */
export type Tracks = Record<Slot, MediaStreamTrack | null>;

const KIND: Record<Slot, "audio" | "video"> = { microphone: "audio", camera: "video", screen: "video" };
const SCREEN = "slides";
const FURTHER = "alt";
/** The most sections that the other side may ask for; a description names at most 32. */
const ASKED_MAX = 16;

export class Slots {
  readonly #pc: RTCPeerConnection;
  readonly #tracks: Tracks;
  /** Microphone and camera are one stream, so that the receiver synchronises them; the screen is another. */
  readonly #call = new MediaStream();
  readonly #screen = new MediaStream();
  /** Where each slot is sent; a slot without a place waits for a section. */
  readonly #places = new Map<Slot, RTCRtpTransceiver>();
  /** The other side's last description, by `mid`. */
  #theirs = new Map<string, Section>();
  /** How many sections the other side asked for. */
  #asked = 0;
  /** What is sent beside the three. */
  readonly extras: Extras;

  constructor(pc: RTCPeerConnection, tracks: Tracks, extras: Iterable<Extra>) {
    this.#pc = pc;
    this.#tracks = { ...tracks };
    this.extras = new Extras(pc, extras);
  }

  /** Offering side, before its first offer: a section for each slot, in use or not, so that the other side may start at any time. */
  open(): void {
    for (const slot of SLOTS) this.grow(slot);
    this.extras.grow();
  }

  /** Offering side: a further section for a slot that has none. */
  grow(slot: Slot): void {
    if (this.#places.has(slot)) return;
    const track = this.#tracks[slot];
    const init = { direction: direction(track), streams: [this.#stream(slot)] };
    this.#places.set(slot, this.#pc.addTransceiver(track ?? KIND[slot], init));
  }

  /** Offering side: sections that the other side needs. */
  growFor({ audio = 0, video = 0 }: { audio?: number; video?: number }): void {
    // Our own screen needs one as well, and both can use it.
    const isScreen = video > 0 && !this.#places.has("screen");
    if (isScreen) this.grow("screen");
    const kinds = [...new Array(audio).fill("audio"), ...new Array(video - Number(isScreen)).fill("video")];
    for (const kind of kinds.slice(0, ASKED_MAX - this.#asked)) {
      this.#asked += 1;
      this.#pc.addTransceiver(kind, { direction: "recvonly" });
    }
  }

  /** After each remote description was applied, and before an answer: reads it, and finds places for slots that have none. */
  adopt(sdp: string): void {
    this.#theirs = new Map(sections(sdp).map((section) => [section.mid, section]));
    for (const slot of SLOTS) {
      const place = this.#places.has(slot) ? undefined : this.#free(slot);
      if (!place) continue;
      this.#places.set(slot, place);
      place.sender.setStreams?.(this.#stream(slot));
      void this.#apply(slot);
    }
    this.extras.adopt(this.#theirs, new Set(this.#places.values()));
  }

  /** Sends this track, or nothing. Replacing is seamless; starting or stopping triggers a negotiation. */
  set(slot: Slot, track: MediaStreamTrack | null): Promise<void> {
    this.#tracks[slot] = track;
    return this.#apply(slot);
  }

  /** Slots with a track that the other side has no section for. */
  unplaced(): Slot[] {
    return SLOTS.filter((slot) => this.#tracks[slot] && !this.#places.has(slot));
  }

  /** Slots whose track does not reach the other side at all. */
  unsent(): Slot[] {
    return this.unplaced().filter((slot) => slot !== "screen" || !this.#places.has("camera"));
  }

  /** Limits this slot's bandwidth, in bits per second. Takes effect at once, without a negotiation. */
  async bound(slot: Slot, bits: number): Promise<void> {
    const sender = this.#places.get(slot)?.sender;
    const parameters = sender?.getParameters?.();
    const encoding = parameters?.encodings?.[0];
    if (!sender || !parameters || !encoding || encoding.maxBitrate === bits) return;
    encoding.maxBitrate = bits;
    await sender.setParameters(parameters);
  }

  /** What this side says of its sections, by `mid`: a screen, or further tracks. */
  contents(): Map<string, string> {
    const further = Object.keys(this.extras.names()).map((mid) => [mid, FURTHER] as const);
    const mid = (this.#places.get("screen") ?? (this.#tracks.screen && this.#places.get("camera")))?.mid;
    return new Map(mid ? [...further, [mid, SCREEN]] : further);
  }

  /** The remote track, if the other side sends in this slot according to the current descriptions. */
  receiving(slot: Slot): MediaStreamTrack | null {
    return this.#received().get(slot)?.receiver.track ?? null;
  }

  /** Remote tracks beside the three: a stranger's further cameras, screens and microphones. */
  others(): { mid: string; track: MediaStreamTrack }[] {
    const known = new Set(this.#received().values());
    return this.#active().flatMap((place) =>
      known.has(place) || !place.mid ? [] : [{ mid: place.mid, track: place.receiver.track }],
    );
  }

  /** The sections that the other side sends in, one a slot: by its own words first, then by what they are to us. */
  #received(): Map<Slot, RTCRtpTransceiver> {
    const found = new Map<Slot, RTCRtpTransceiver>();
    const mine = new Map(Array.from(this.#places, ([slot, place]) => [place, slot]));
    const active = this.#active();
    const screen = active.find((place) => this.#isScreen(place));
    if (screen) found.set("screen", screen);
    for (const place of active) {
      const slot = mine.get(place) ?? byKind(place);
      const isNamed = this.#content(place) === SCREEN || this.#content(place) === FURTHER;
      if (!isNamed && !found.has(slot)) found.set(slot, place);
    }
    return found;
  }

  #active(): RTCRtpTransceiver[] {
    return this.#pc
      .getTransceivers()
      .filter(({ currentDirection: now }) => now === "sendrecv" || now === "recvonly");
  }

  /** A section of theirs in which this slot may be sent. */
  #free(slot: Slot): RTCRtpTransceiver | undefined {
    const taken = new Set([...this.#places.values(), ...this.extras.taken]);
    const fits = this.#pc.getTransceivers().filter((place) => {
      const section = place.mid === null ? undefined : this.#theirs.get(place.mid);
      return section?.receives && section.kind === KIND[slot] && !taken.has(place);
    });
    if (slot !== "screen") return fits.find((place) => !this.#isScreen(place));
    return fits.find((place) => this.#isScreen(place)) ?? fits[0];
  }

  #isScreen(place: RTCRtpTransceiver): boolean {
    return this.#content(place) === SCREEN;
  }

  /** What the other side says of a section. */
  #content(place: RTCRtpTransceiver): string | null {
    return place.mid === null ? null : (this.#theirs.get(place.mid)?.content ?? null);
  }

  #apply(slot: Slot): Promise<void> {
    const place = this.#places.get(slot);
    // Who has one picture of us sees the screen instead of the camera.
    const instead = slot === "screen" && !place ? this.#places.get("camera") : undefined;
    if (instead) return send(instead, this.#tracks.screen ?? this.#tracks.camera);
    if (!place) return Promise.resolve();
    const isCovered = slot === "camera" && !this.#places.has("screen") && this.#tracks.screen !== null;
    return send(place, this.#tracks[isCovered ? "screen" : slot]);
  }

  #stream(slot: Slot): MediaStream {
    return slot === "screen" ? this.#screen : this.#call;
  }
}

function send(place: RTCRtpTransceiver, track: MediaStreamTrack | null): Promise<void> {
  if (place.direction !== direction(track)) place.direction = direction(track);
  return place.sender.replaceTrack(track);
}

function byKind(place: RTCRtpTransceiver): Slot {
  return place.receiver.track.kind === "audio" ? "microphone" : "camera";
}

/** Receiving is always offered, so that the other side can start at any time. */
function direction(track: MediaStreamTrack | null): RTCRtpTransceiverDirection {
  return track ? "sendrecv" : "recvonly";
}
