// The three tracks that two members may send each other, at fixed positions in the session description.
// The offering side makes the transceivers in this order once; the answering side recognises them by their order
// (JSEP never reorders m-lines, RFC 8829 §5.2.2). So no message has to announce which stream is which.

/** Media by position: m-line 0, 1, 2. */
export const SLOTS = ["microphone", "camera", "screen"] as const;
export type Slot = (typeof SLOTS)[number];
/** The tracks to send, by slot; `null` sends nothing. */
export type Tracks = Record<Slot, MediaStreamTrack | null>;

const KIND: Record<Slot, "audio" | "video"> = { microphone: "audio", camera: "video", screen: "video" };

export class Slots {
  readonly #pc: RTCPeerConnection;
  readonly #tracks: Tracks;
  /** Microphone and camera are one stream, so that the receiver synchronises them; the screen is another. */
  readonly #call = new MediaStream();
  readonly #screen = new MediaStream();
  #places: RTCRtpTransceiver[] = [];

  constructor(pc: RTCPeerConnection, tracks: Tracks) {
    this.#pc = pc;
    this.#tracks = { ...tracks };
  }

  /** Offering side, once, before the first offer. */
  open(): void {
    this.#places = SLOTS.map((slot) => {
      const track = this.#tracks[slot];
      const init = { direction: direction(track), streams: [this.#stream(slot)] };
      return this.#pc.addTransceiver(track ?? KIND[slot], init);
    });
  }

  /** Answering side, after each remote offer and before the answer. */
  adopt(): void {
    if (this.#places.length > 0) return;
    this.#places = this.#pc.getTransceivers().slice(0, SLOTS.length);
    SLOTS.forEach((slot, index) => {
      this.#places[index]?.sender.setStreams?.(this.#stream(slot));
      void this.#apply(slot);
    });
  }

  /** Sends this track, or nothing. Replacing is seamless; starting or stopping triggers a negotiation. */
  set(slot: Slot, track: MediaStreamTrack | null): Promise<void> {
    this.#tracks[slot] = track;
    return this.#apply(slot);
  }

  /** Limits this slot's bandwidth, in bits per second. Takes effect at once, without a negotiation. */
  async bound(slot: Slot, bits: number): Promise<void> {
    const sender = this.#place(slot)?.sender;
    const parameters = sender?.getParameters?.();
    const encoding = parameters?.encodings?.[0];
    if (!sender || !parameters || !encoding || encoding.maxBitrate === bits) return;
    encoding.maxBitrate = bits;
    await sender.setParameters(parameters);
  }

  /** The remote track, if the other side sends in this slot according to the current descriptions. */
  receiving(slot: Slot): MediaStreamTrack | null {
    const place = this.#place(slot);
    const now = place?.currentDirection;
    return place && (now === "sendrecv" || now === "recvonly") ? place.receiver.track : null;
  }

  #apply(slot: Slot): Promise<void> {
    const place = this.#place(slot);
    if (!place) return Promise.resolve();
    const track = this.#tracks[slot];
    if (place.direction !== direction(track)) place.direction = direction(track);
    return place.sender.replaceTrack(track);
  }

  #place(slot: Slot): RTCRtpTransceiver | undefined {
    return this.#places[SLOTS.indexOf(slot)];
  }

  #stream(slot: Slot): MediaStream {
    return slot === "screen" ? this.#screen : this.#call;
  }
}

/** Receiving is always offered, so that the other side can start at any time. */
function direction(track: MediaStreamTrack | null): RTCRtpTransceiverDirection {
  return track ? "sendrecv" : "recvonly";
}
