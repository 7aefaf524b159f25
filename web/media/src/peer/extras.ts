// Tracks beside microphone, camera and screen, each in a section of its own: a second camera, a canvas, the sound of a screen.
// The sender says of such a section that it is `a=content:alt` (RFC 4796), and names it in `streams`.
import type { Section } from "./sdp.ts";

/** A further track to send. */
export interface Extra {
  readonly track: MediaStreamTrack;
  /** What it is, for the other members. */
  readonly name: string;
}

export class Extras {
  readonly #pc: RTCPeerConnection;
  /** Where each track is sent; `null` waits for a section. */
  readonly #places = new Map<Extra, RTCRtpTransceiver | null>();
  /** Sections of tracks that have ended. */
  readonly #spare = new Set<RTCRtpTransceiver>();

  constructor(pc: RTCPeerConnection, extras: Iterable<Extra>) {
    this.#pc = pc;
    for (const extra of extras) this.#places.set(extra, null);
  }

  /** Sections that no other track may use. */
  get taken(): RTCRtpTransceiver[] {
    return [...[...this.#places.values()].filter((place) => place !== null), ...this.#spare];
  }

  /** The section of an ended track is used again. */
  add(extra: Extra): void {
    if (this.#places.has(extra)) return;
    const place = [...this.#spare].find((each) => each.receiver.track.kind === extra.track.kind);
    this.#places.set(extra, null);
    if (place) this.#use(extra, place);
  }

  remove(extra: Extra): void {
    const place = this.#places.get(extra);
    this.#places.delete(extra);
    if (!place) return;
    place.direction = "inactive";
    place.sender.replaceTrack(null).catch(() => {});
    this.#spare.add(place);
  }

  /** Offering side: a section for each track that has none. */
  grow(): void {
    for (const extra of this.unplaced()) {
      const streams = [new MediaStream()];
      this.#places.set(extra, this.#pc.addTransceiver(extra.track, { direction: "sendonly", streams }));
    }
  }

  /** After a remote description, and when the three had their choice: sections of theirs that nothing uses. */
  adopt(theirs: ReadonlyMap<string, Section>, taken: ReadonlySet<RTCRtpTransceiver>): void {
    for (const extra of this.unplaced()) {
      const used = new Set([...taken, ...this.taken]);
      const place = this.#pc.getTransceivers().find((each) => {
        const section = each.mid === null ? undefined : theirs.get(each.mid);
        return section?.receives && section.kind === extra.track.kind && !used.has(each);
      });
      if (place) this.#use(extra, place);
    }
  }

  unplaced(): Extra[] {
    return [...this.#places].flatMap(([extra, place]) => (place ? [] : [extra]));
  }

  /** Limits the bandwidth of pictures, in bits per second. */
  async bound(bits: number): Promise<void> {
    for (const [{ track }, place] of this.#places) {
      const parameters = track.kind === "video" ? place?.sender.getParameters?.() : undefined;
      const encoding = parameters?.encodings?.[0];
      if (!place || !parameters || !encoding || encoding.maxBitrate === bits) continue;
      encoding.maxBitrate = bits;
      await place.sender.setParameters(parameters);
    }
  }

  /** The names of what is sent, by `mid`. */
  names(): Record<string, string> {
    const named = [...this.#places].flatMap(([{ name }, place]) => (place?.mid ? [[place.mid, name]] : []));
    return Object.fromEntries(named);
  }

  #use(extra: Extra, place: RTCRtpTransceiver): void {
    this.#spare.delete(place);
    this.#places.set(extra, place);
    place.direction = "sendonly";
    place.sender.setStreams?.(new MediaStream());
    // A sender refuses a track only if the connection is closing.
    place.sender.replaceTrack(extra.track).catch(() => {});
  }
}
