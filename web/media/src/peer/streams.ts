// A member's media as streams for a page: they keep their identity while tracks come and go.
import { LIMITS } from "../limits.ts";
import { SLOTS, type Slot } from "./slots.ts";

/** A further track of a member; `id` is its section's. */
export interface ExtraStream {
  id: string;
  kind: "audio" | "video";
  /** What their program calls it. */
  name: string | null;
  stream: MediaStream;
}

/** Remote tracks as a connection has them: by slot, and the others by an id of theirs. */
export interface Received {
  receiving(slot: Slot): MediaStreamTrack | null;
  others(): { mid: string; track: MediaStreamTrack }[];
}

export class Streams {
  readonly #stream = new MediaStream();
  readonly #screenStream = new MediaStream();
  #others: readonly ExtraStream[] = [];
  /** What the other side calls its sections, by `mid`. */
  names: Record<string, string> = {};

  get view(): { stream: MediaStream; screenStream: MediaStream; others: readonly ExtraStream[] } {
    return { stream: this.#stream, screenStream: this.#screenStream, others: this.#others };
  }

  /** Updates the tracks to those that are received now. */
  show(link: Received): void {
    for (const slot of SLOTS) this.#show(slot, link.receiving(slot));
    const others = link.others();
    const known = new Map(this.#others.map((other) => [other.id, other]));
    const isKept = ({ mid, track }: (typeof others)[0]) => {
      const old = known.get(mid);
      return old?.stream.getTracks()[0] === track && old.name === this.#name(mid);
    };
    if (others.length === this.#others.length && others.every(isKept)) return;
    this.#others = others.map(({ mid, track }) => {
      const old = known.get(mid);
      const stream = old?.stream.getTracks()[0] === track ? old.stream : new MediaStream([track]);
      return { id: mid, kind: track.kind as "audio" | "video", name: this.#name(mid), stream };
    });
  }

  clear(): void {
    for (const stream of [this.#stream, this.#screenStream]) {
      for (const track of stream.getTracks()) stream.removeTrack(track);
    }
    this.#others = [];
  }

  /** Others may send anything as a name. */
  #name(mid: string): string | null {
    const name: unknown = Object.hasOwn(this.names, mid) ? this.names[mid] : null;
    return typeof name === "string" ? name.slice(0, LIMITS.trackNameCharsMax) : null;
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
