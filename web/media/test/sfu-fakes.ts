// A room with a media server, as far as a path sees it, and a device without a browser. Answers come at once unless a test holds
// them; what was asked is remembered.
import type { Flow, Member, Producer, RequestType } from "@aldis/client";
import { RequestRefused } from "@aldis/client";
import type { MakeDevice } from "../src/sfu/device.ts";
import { SfuPath } from "../src/sfu/path.ts";
import { FakeTrack } from "./fakes.ts";

interface Asked {
  type: RequestType;
  data: Record<string, unknown>;
  /** The number of a question that was refused before. */
  again?: number | null | undefined;
}
interface Held extends Asked {
  answer(data?: unknown): void;
  refuse(code: string, extra?: object): void;
}

export class FakeRoom {
  members: Member[] = [];
  flow: Flow = { meant: "sfu", mode: "sfu", epoch: 1, speaker: null };
  sessionId: string | null = "s1";
  state = "joined" as const;
  readonly asked: Asked[] = [];
  readonly #held: Held[] = [];
  readonly #holding = new Set<string>();
  readonly #refusing = new Map<string, object[]>();
  #next = 1;
  #refused = 0;

  request = ((type: RequestType, data: Record<string, unknown>, again?: number | null) => {
    this.asked.push({ type, data, again });
    const refusal = this.#refusing.get(type)?.shift();
    if (refusal) return Promise.reject(Object.assign(new RequestRefused("lost"), refusal));
    if (!this.#holding.has(type)) return Promise.resolve(this.#answer(type, data));
    return new Promise((resolve, reject) => {
      this.#held.push({
        type,
        data,
        answer: (answer) => resolve(answer ?? this.#answer(type, data)),
        refuse: (code, extra) => reject(Object.assign(new RequestRefused("lost"), { code, ...extra })),
      });
    });
  }) as never;

  /** Keeps the answers to these until `held` gives them. */
  hold(type: RequestType): void {
    this.#holding.add(type);
  }
  flowAgain(type: RequestType): void {
    this.#holding.delete(type);
  }
  held(type: RequestType): Held {
    const at = this.#held.findIndex((each) => each.type === type);
    const [found] = at < 0 ? [] : this.#held.splice(at, 1);
    if (!found) throw new Error(`nothing of type ${type} is held`);
    return found;
  }
  /** The next one of this type is refused. */
  refuse(type: RequestType, code: string, retryAfterMs: number | null = null): void {
    this.#refused += 1;
    const refusal = { code, retryAfterMs, rid: this.#refused };
    this.#refusing.set(type, [...(this.#refusing.get(type) ?? []), refusal]);
  }
  /** What was asked, in short, since the last time. */
  takeAsked(): string[] {
    return this.asked.splice(0).map(({ type, data, again }) => {
      const about = [data.direction, data.source, data.producerId, data.consumerId, data.transportId];
      const what = about.find((each) => each !== undefined);
      const paused = data.paused ? " paused" : "";
      const layer = data.spatialLayer === undefined ? "" : ` ${data.spatialLayer}`;
      const number = again ? ` again as ${again}` : "";
      return `${type.slice("sfu_".length)}${what === undefined ? "" : ` ${what}`}${paused}${layer}${number}`;
    });
  }

  /** A member with what they send. */
  seat(userId: string, ...producers: Producer[]): void {
    const others = this.members.filter((member) => member.userId !== userId);
    this.members = [
      ...others,
      { userId, name: userId.toUpperCase(), rev: others.length + 1, state: "on", producers },
    ];
  }

  #answer(type: RequestType, data: Record<string, unknown>): unknown {
    const id = `${type === "sfu_produce" ? "p" : type === "sfu_consume" ? "c" : "t"}${this.#next}`;
    switch (type) {
      case "sfu_get_router_capabilities":
        return { epoch: this.flow.epoch, dialect: "ortc", rtpCapabilities: {} };
      case "sfu_create_transport":
        this.#next += 1;
        return {
          epoch: data.epoch,
          id: `${data.direction}${this.flow.epoch}.${this.#next}`,
          iceParameters: {},
          iceCandidates: [{ protocol: "udp" }, { protocol: "tcp" }],
          dtlsParameters: {},
          iceServers: [],
        };
      case "sfu_produce":
        this.#next += 1;
        return { id };
      case "sfu_consume":
        return {
          id: `c-${data.producerId}`,
          producerId: data.producerId,
          userId: "",
          kind: String(data.producerId).startsWith("m") ? "audio" : "video",
          type: "simple",
          rtpParameters: { encodings: [{ scalabilityMode: "L3T1" }] },
          producerPaused: false,
        };
      case "sfu_restart_ice":
        return { iceParameters: {} };
      default:
        return {};
    }
  }
}

type Listener = (...args: never[]) => void;

export class FakeConsumer {
  readonly track: FakeTrack & { id: string };
  closed = false;
  frames = 5;
  constructor(readonly options: { id: string; kind: string; rtpParameters: object }) {
    this.track = Object.assign(new FakeTrack(options.kind), { id: `track-${options.id}` });
  }
  get id(): string {
    return this.options.id;
  }
  get rtpParameters(): object {
    return this.options.rtpParameters;
  }
  close(): void {
    this.closed = true;
  }
  async getStats(): Promise<Map<string, object>> {
    return new Map([["in", { framesDecoded: this.frames }]]);
  }
}

export class FakeTransport {
  static made: FakeTransport[] = [];
  /** What becomes of a transport that is used. */
  static outcome = "connected";
  /** The newest that is open. */
  static open(direction: "send" | "recv"): FakeTransport {
    const found = FakeTransport.made.filter((each) => each.direction === direction && !each.closed).at(-1);
    if (!found) throw new Error(`no ${direction} transport is open`);
    return found;
  }
  connectionState = "new";
  closed = false;
  restarts = 0;
  readonly consumers: FakeConsumer[] = [];
  readonly producers: { id: string; track: FakeTrack; closed: boolean; encodings: object[] }[] = [];
  readonly #listeners = new Map<string, Listener>();
  constructor(
    readonly direction: "send" | "recv",
    readonly options: { id: string },
  ) {
    FakeTransport.made.push(this);
  }
  get id(): string {
    return this.options.id;
  }
  on(type: string, listener: Listener): void {
    this.#listeners.set(type, listener);
  }
  become(state: string): void {
    this.connectionState = state;
    this.#emit("connectionstatechange", state);
  }
  async produce(options: { track: FakeTrack; encodings?: object[]; appData: object }): Promise<unknown> {
    await this.#connect();
    const { id } = await new Promise<{ id: string }>((done, failed) => {
      const asked = { kind: options.track.kind, rtpParameters: {}, appData: options.appData };
      this.#emit("produce", asked, done, failed);
    });
    const producer = {
      id,
      track: options.track,
      closed: false,
      encodings: options.encodings ?? [],
      close() {
        producer.closed = true;
      },
      async replaceTrack({ track }: { track: FakeTrack }) {
        producer.track = track;
      },
    };
    this.producers.push(producer);
    return producer;
  }
  async consume(options: FakeConsumer["options"]): Promise<FakeConsumer> {
    await this.#connect();
    const consumer = new FakeConsumer(options);
    this.consumers.push(consumer);
    return consumer;
  }
  async restartIce(): Promise<void> {
    this.restarts += 1;
  }
  async getStats(): Promise<Map<string, object>> {
    const reports = this.consumers.map(({ id, track, frames }) => ({
      id,
      type: "inbound-rtp",
      trackIdentifier: track.id,
      framesDecoded: frames,
      packetsReceived: frames,
    }));
    return new Map(reports.map((report) => [report.id, report]));
  }
  close(): void {
    this.closed = true;
    this.connectionState = "closed";
  }
  #connecting: Promise<void> | undefined;
  async #connect(): Promise<void> {
    this.#connecting ??= new Promise<void>((done, failed) =>
      this.#emit("connect", { dtlsParameters: {} }, done, failed),
    ).then(() => this.become(FakeTransport.outcome));
    await this.#connecting;
  }
  #emit(type: string, ...args: unknown[]): void {
    this.#listeners.get(type)?.(...(args as never[]));
  }
}

export const fakeDevice: MakeDevice = async () =>
  ({
    recvRtpCapabilities: {},
    load: async () => {},
    createSendTransport: (options: { id: string }) => new FakeTransport("send", options),
    createRecvTransport: (options: { id: string }) => new FakeTransport("recv", options),
  }) as never;

export const camera = (producerId: string): Producer => ({
  producerId,
  kind: "video",
  source: "camera",
  paused: false,
});
export const microphone = (producerId: string, paused = false): Producer => ({
  producerId,
  kind: "audio",
  source: "microphone",
  paused,
});
/** Any numbered message: the path looks at the room's state. */
export const NEWS = { type: "chat_deleted" as const, seq: 1, data: { id: "x" } };

export function newPath(room: FakeRoom): SfuPath {
  return new SfuPath({ room: room as never, makeDevice: fakeDevice, random: () => 0 });
}
export const track = (kind: string, width?: number) =>
  Object.assign(new FakeTrack(kind), {
    readyState: "live",
    getSettings: () => ({ deviceId: "device", width }),
  }) as unknown as MediaStreamTrack & FakeTrack;
