// A peer connection that does only what a test says, and remembers what was asked of it.
import { sections } from "../src/peer/sdp.ts";

export { settle } from "../../client/test/fakes.ts";

export class FakeTrack {
  enabled = true;
  onended: (() => void) | null = null;
  stopped = false;
  contentHint = "";
  readonly kind: string;
  constructor(kind: string) {
    this.kind = kind;
  }
  stop(): void {
    this.stopped = true;
  }
  getSettings(): { deviceId: string } {
    return { deviceId: "device" };
  }
}

export class FakeStream {
  #tracks: FakeTrack[];
  constructor(tracks: FakeTrack[] = []) {
    this.#tracks = [...tracks];
  }
  getTracks(): FakeTrack[] {
    return [...this.#tracks];
  }
  addTrack(track: FakeTrack): void {
    this.#tracks.push(track);
  }
  removeTrack(track: FakeTrack): void {
    this.#tracks = this.#tracks.filter((each) => each !== track);
  }
}

class FakeTransceiver {
  currentDirection: string | null = null;
  mid: string | null = null;
  readonly kind: string;
  track: FakeTrack | null;
  readonly receiver: { track: FakeTrack };
  readonly sender: {
    replaceTrack(track: FakeTrack | null): Promise<void>;
    setStreams(): void;
    getParameters(): RTCRtpSendParameters;
    setParameters(parameters: RTCRtpSendParameters): Promise<void>;
  };
  #parameters = { encodings: [{}] } as unknown as RTCRtpSendParameters;
  #direction: string;
  readonly #pc: FakePeerConnection;
  constructor(pc: FakePeerConnection, kind: string, track: FakeTrack | null, direction: string) {
    this.#pc = pc;
    this.kind = kind;
    this.#direction = direction;
    this.track = track;
    this.receiver = { track: new FakeTrack(kind) };
    this.sender = {
      replaceTrack: async (next) => {
        this.track = next;
      },
      setStreams: () => {},
      getParameters: () => structuredClone(this.#parameters),
      setParameters: async (parameters) => {
        this.#parameters = parameters;
      },
    };
  }
  bits(): number | undefined {
    return this.#parameters.encodings[0]?.maxBitrate;
  }
  get direction(): string {
    return this.#direction;
  }
  set direction(direction: string) {
    this.#direction = direction;
    this.#pc.needs();
  }
}

type Description = { type: string; sdp: string };

/** The parts of JSEP's state machine that the SDK leans on; its SDP is only a name. */
export class FakePeerConnection {
  static made: FakePeerConnection[] = [];
  static get last(): FakePeerConnection {
    const pc = FakePeerConnection.made.at(-1);
    if (!pc) throw new Error("no connection has been made");
    return pc;
  }
  signalingState = "stable";
  connectionState = "new";
  iceConnectionState = "new";
  localDescription: Description | null = null;
  remoteDescription: Description | null = null;
  candidates: unknown[] = [];
  restarts = 0;
  rollbacks = 0;
  closed = false;
  refuseRemote = false;
  onnegotiationneeded: (() => void) | null = null;
  onicecandidate: ((event: { candidate: unknown }) => void) | null = null;
  onconnectionstatechange: (() => void) | null = null;
  oniceconnectionstatechange: (() => void) | null = null;
  ontrack: (() => void) | null = null;
  readonly configuration: RTCConfiguration;
  readonly #transceivers: FakeTransceiver[] = [];
  readonly #id = FakePeerConnection.made.length + 1;
  #version = 0;
  #needed = false;

  constructor(configuration: RTCConfiguration) {
    this.configuration = configuration;
    FakePeerConnection.made.push(this);
  }
  addTransceiver(what: string | FakeTrack, init: { direction: string }): FakeTransceiver {
    const track = typeof what === "string" ? null : what;
    const transceiver = new FakeTransceiver(this, track?.kind ?? String(what), track, init.direction);
    this.#transceivers.push(transceiver);
    this.needs();
    return transceiver;
  }
  getTransceivers(): FakeTransceiver[] {
    return this.#transceivers;
  }
  setConfiguration(): void {}
  restartIce(): void {
    this.restarts += 1;
    this.needs();
  }
  async setLocalDescription(given?: { type: string }): Promise<void> {
    if (given?.type === "rollback") {
      this.rollbacks += 1;
      this.signalingState = "stable";
      return;
    }
    this.#version += 1;
    const type = this.signalingState === "have-remote-offer" ? "answer" : "offer";
    for (const [at, place] of this.#transceivers.entries()) place.mid ??= String(at);
    this.localDescription = { type, sdp: this.#sdp(type) };
    this.signalingState = type === "offer" ? "have-local-offer" : "stable";
    this.#needed = false;
  }
  async setRemoteDescription(description: Description): Promise<void> {
    if (this.refuseRemote) throw new Error("InvalidAccessError");
    if (description.type === "offer") {
      for (const { mid, kind } of sections(description.sdp)) {
        if (this.#transceivers.some((place) => place.mid === mid)) continue;
        const place = new FakeTransceiver(this, kind, null, "recvonly");
        place.mid = mid;
        this.#transceivers.push(place);
      }
    }
    this.remoteDescription = description;
    this.signalingState = description.type === "offer" ? "have-remote-offer" : "stable";
  }
  async addIceCandidate(candidate: unknown): Promise<void> {
    if (!this.remoteDescription) throw new Error("InvalidStateError: there is no remote description");
    this.candidates.push(candidate);
  }
  close(): void {
    this.closed = true;
    this.signalingState = "closed";
  }

  needs(): void {
    if (this.#needed) return;
    this.#needed = true;
    queueMicrotask(() => this.#needed && this.onnegotiationneeded?.());
  }
  gather(candidate: unknown): void {
    this.onicecandidate?.({ candidate });
  }
  become(state: string): void {
    this.connectionState = state;
    this.onconnectionstatechange?.();
  }
  #sdp(type: string): string {
    const media = this.#transceivers.map(({ mid, kind }) => ({ mid: mid ?? "", kind }));
    return sdp(`pc-${this.#id}`, { version: this.#version, media, name: type });
  }
}

interface Described {
  /** The `o=` line's version, or with `session` its session id. */
  version?: number;
  session?: string;
  name?: string;
  media?: { mid: string; kind: string; content?: string; direction?: string }[];
}

/** What Aldis offers. */
const MEDIA = [
  { mid: "0", kind: "audio" },
  { mid: "1", kind: "video" },
  { mid: "2", kind: "video", content: "slides" },
];

/** An SDP of the connection `id`, which is its certificate. */
export function sdp(
  id: string | number,
  { version = 1, session, name = "-", media = MEDIA }: Described = {},
): string {
  const lines = media.flatMap(
    ({ mid, kind, content, direction = "sendrecv" }: NonNullable<Described["media"]>[0]) => [
      `m=${kind} 9 UDP/TLS/RTP/SAVPF 96`,
      `a=${direction}`,
      `a=mid:${mid}`,
      ...(content ? [`a=content:${content}`] : []),
      `a=fingerprint:sha-256 ${id}`,
    ],
  );
  return [`v=0`, `o=- ${session ?? id} ${version} IN IP4 127.0.0.1`, `s=${name}`, ...lines, ""].join("\r\n");
}
