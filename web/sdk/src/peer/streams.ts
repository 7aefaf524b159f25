// A member's media as streams for a page: they keep their identity while tracks come and go.
import type { Link } from "./link.ts";
import { SLOTS, type Slot } from "./slots.ts";

/** A further track of a member; `id` is its section's. */
export interface ExtraStream {
  id: string;
  kind: "audio" | "video";
  stream: MediaStream;
}

export class Streams {
  readonly #stream = new MediaStream();
  readonly #screenStream = new MediaStream();
  #others: readonly ExtraStream[] = [];

  get view(): { stream: MediaStream; screenStream: MediaStream; others: readonly ExtraStream[] } {
    return { stream: this.#stream, screenStream: this.#screenStream, others: this.#others };
  }

  /** Updates the tracks from the descriptions. */
  show(link: Link): void {
    for (const slot of SLOTS) this.#show(slot, link.receiving(slot));
    const others = link.others();
    const known = new Map(this.#others.map((other) => [other.id, other]));
    const isSame =
      others.length === this.#others.length &&
      others.every(({ mid, track }) => known.get(mid)?.stream.getTracks()[0] === track);
    if (isSame) return;
    this.#others = others.map(({ mid, track }) => {
      const old = known.get(mid);
      if (old?.stream.getTracks()[0] === track) return old;
      return { id: mid, kind: track.kind as "audio" | "video", stream: new MediaStream([track]) };
    });
  }

  clear(): void {
    for (const stream of [this.#stream, this.#screenStream]) {
      for (const track of stream.getTracks()) stream.removeTrack(track);
    }
    this.#others = [];
  }

  #show(slot: Slot, track: MediaStreamTrack | null): void {
    const stream = slot === "screen" ? this.#screenStream : this.#stream;
    const kind = slot === "microphone" ? "audio" : "video";
    for (const old of stream.getTracks()) {
      if (old.kind === kind && old !== track) stream.removeTrack(old);
    }
    if (track && !stream.getTracks().includes(track)) stream.addTrack(track);
  }
}
