// What this person receives: what the members announce, less what is received already. A consumer is made paused and goes on
// when the browser has it, with a key frame; pictures that nobody sees are paused, small ones are received small.
import type { Producer as Announced, Answer, Member, Room, SfuNotice } from "@aldis/client";
import { LIMITS } from "../limits.ts";
import type { Consumer, Device, Transport } from "./device.ts";
import { codeOf, faultOf } from "./faults.ts";
import { layerFor, layersOf } from "./layers.ts";
import type { SfuTransport } from "./transport.ts";

/** A producer that is announced but not found is asked for again so often; its end may be under way. */
const MISSED_MAX = 3;
const MISSED_MS = 500;

/** One track that is received. */
export interface Got {
  readonly userId: string;
  readonly announced: Announced;
  readonly consumer: Consumer;
  readonly layers: number;
  /** As the media server has it; `null`: nobody is sure. */
  flows: boolean | null;
  layer: number;
}

export interface ReceiverPort {
  readonly room: Pick<Room, "request">;
  readonly transport: SfuTransport;
  epoch(): number;
  device(): Device;
  /** The members with what they send in this epoch. */
  members(): readonly Member[];
  changed(): void;
  /** Run again soon. */
  kick(): void;
}

type Consumed = Answer<"sfu_consume">;

interface Wanted {
  userId: string;
  announced: Announced;
}

export class Receiver {
  readonly #port: ReceiverPort;
  /** By the producer's id. */
  readonly #got = new Map<string, Got>();
  readonly #widths = new Map<string, number>();
  /** Ended at the media server; the room's news of it is under way. */
  readonly #ended = new Set<string>();
  /** By the producer's id, why. */
  readonly #refused = new Map<string, unknown>();
  readonly #missed = new Map<string, number>();
  #timer: ReturnType<typeof setTimeout> | undefined;
  readonly #shrinking = new Map<string, ReturnType<typeof setTimeout>>();

  constructor(port: ReceiverPort) {
    this.#port = port;
  }

  /** What is received of a member. */
  of(userId: string): Got[] {
    return [...this.#got.values()].filter((got) => got.userId === userId);
  }
  /** Whether something that a member announces is yet to come; what is refused, or has ended, will not. */
  lacks({ producers = [] }: Member): boolean {
    return producers.some(({ producerId }) => this.#isMissing(producerId));
  }
  get(producerId: string): Got | undefined {
    return this.#got.get(producerId);
  }

  /** A member's camera is shown this wide, in device pixels; 0: not at all. */
  see(userId: string, width: number): void {
    const before = this.#widths.get(userId);
    clearTimeout(this.#shrinking.get(userId));
    if (before === width) return;
    const tell = () => {
      this.#widths.set(userId, width);
      this.#port.kick();
    };
    if (before === undefined) return tell();
    if (width > 0 && width < before) {
      this.#shrinking.set(userId, setTimeout(tell, LIMITS.seeSmallerMs));
      return;
    }
    this.#widths.set(userId, width);
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.#port.kick(), LIMITS.seeMs);
  }

  notice(notice: SfuNotice): void {
    if (notice.type !== "sfu_consumer_closed") return;
    const { consumerId } = notice.data;
    const got = [...this.#got.values()].find(({ consumer }) => consumer.id === consumerId);
    if (!got) return;
    this.#ended.add(got.announced.producerId);
    this.#drop(got);
    this.#port.changed();
  }

  /** The transport is gone, with all that it carried. */
  lost(): void {
    for (const got of [...this.#got.values()]) this.#drop(got);
  }

  forgive(): void {
    this.#refused.clear();
    this.#missed.clear();
  }

  close(): void {
    for (const timer of [this.#timer, ...this.#shrinking.values()]) clearTimeout(timer);
    this.lost();
  }

  /** Makes the actual as the wanted. Throws what stopped it, and what is refused. */
  async reconcile(): Promise<void> {
    const wanted = this.#wanted();
    for (const [id, got] of [...this.#got]) if (!wanted.has(id)) this.#drop(got);
    for (const id of this.#ended) if (!wanted.has(id)) this.#ended.delete(id);
    for (const id of this.#refused.keys()) if (!wanted.has(id)) this.#refused.delete(id);
    const missing = [...wanted].filter(([id]) => this.#isMissing(id));
    if (missing.length > 0) {
      // One transport for all of them, before any of them.
      const transport = await this.#port.transport.ensure();
      const groups: Wanted[][] = [];
      while (missing.length > 0) groups.push(missing.splice(0, LIMITS.receiveAtOnce).map(([, each]) => each));
      await all(groups.map((group) => this.#consume(transport, group)));
    }
    await all([...this.#got.values()].map((got) => this.#adjust(got)));
    for (const error of this.#refused.values()) throw error;
  }

  #wanted(): Map<string, Wanted> {
    const tracks = this.#port
      .members()
      .flatMap(({ userId, producers = [] }) =>
        producers.map((announced): [string, Wanted] => [announced.producerId, { userId, announced }]),
      );
    return new Map(tracks);
  }

  #isMissing(producerId: string): boolean {
    return !this.#got.has(producerId) && !this.#ended.has(producerId) && !this.#refused.has(producerId);
  }

  /** Asks for all, and gives them to the browser together. */
  async #consume(transport: Transport, wanted: Wanted[]): Promise<void> {
    const rtpCapabilities = this.#port.device().recvRtpCapabilities;
    const epoch = this.#port.epoch();
    const asked = wanted.map((each) => {
      const { producerId } = each.announced;
      const data = { epoch, transportId: transport.id, producerId, rtpCapabilities };
      return { each, made: this.#port.room.request("sfu_consume", data) };
    });
    await Promise.allSettled(asked.map(({ made }) => made));
    await all(asked.map(({ each, made }) => this.#receive(transport, each, made)));
  }

  async #receive(
    transport: Transport,
    { userId, announced }: Wanted,
    asked: Promise<Consumed>,
  ): Promise<void> {
    const { producerId } = announced;
    try {
      const made = await asked;
      // It has ended, or the transport was given up, before the answer came.
      if (!this.#wanted().has(producerId) || transport !== this.#port.transport.present) {
        return this.#closeThere(made.id);
      }
      const consuming = transport.consume(made as unknown as Parameters<Transport["consume"]>[0]);
      const layers = layersOf(made.rtpParameters);
      const isEarly = transport.connectionState === "new" && this.#widthOf({ userId, announced }) !== 0;
      const layer = layerFor(this.#widthOf({ userId, announced }), layers);
      const begun = isEarly ? this.#begin(made.id, layer, layers) : { flows: false, layer: layers - 1 };
      const [consumer, as] = await Promise.all([consuming, begun]);
      if (transport !== this.#port.transport.present) return;
      const got = { userId, announced, consumer, layers, ...as };
      this.#got.set(producerId, got);
      this.#missed.delete(producerId);
      if (got.flows) this.#expect(got);
      this.#port.changed();
      await this.#adjust(got);
    } catch (error) {
      // One track that is refused does not keep the others.
      if (faultOf(error) === "refused") return void this.#refused.set(producerId, error);
      if (codeOf(error) !== "media_not_found") throw error;
      this.#miss(producerId, error);
    }
  }
  /**
   * Nothing comes before the browser is connected, so the media server may send what the browser is about to have: from the
   * first key frame in the size that is shown. What fails is asked for again once the browser has it.
   */
  async #begin(
    consumerId: string,
    layer: number,
    layers: number,
  ): Promise<{ flows: true | null; layer: number }> {
    const of = { epoch: this.#port.epoch(), consumerId };
    const { room } = this.#port;
    const largest = layers - 1;
    const sized = layer < largest && room.request("sfu_set_preferred_layers", { ...of, spatialLayer: layer });
    const resumed = room.request("sfu_consumer_resume", of);
    const [size, flow] = await Promise.allSettled([sized, resumed]);
    return {
      flows: flow.status === "fulfilled" ? true : null,
      layer: size.status === "fulfilled" ? layer : largest,
    };
  }

  /** Announced, but not there: its end is under way, or it is our transport that is not there. */
  #miss(producerId: string, error: unknown): void {
    if (!this.#wanted().has(producerId)) return;
    const times = (this.#missed.get(producerId) ?? 0) + 1;
    this.#missed.set(producerId, times);
    if (times < MISSED_MAX) {
      throw Object.assign(new Error("A track that is announced is not found."), {
        code: "unavailable",
        retryAfterMs: MISSED_MS,
      });
    }
    this.#missed.delete(producerId);
    throw error;
  }

  /** Pauses what nobody sees, and asks for the size that is shown. */
  async #adjust(got: Got): Promise<void> {
    const width = this.#widthOf(got);
    await this.#let(got, width !== 0);
    const layer = layerFor(width, got.layers);
    if (width === 0 || layer === got.layer || !this.#has(got)) return;
    await this.#ask("sfu_set_preferred_layers", { ...this.#id(got), spatialLayer: layer });
    got.layer = layer;
  }

  /** How wide it is shown, where that matters. */
  #widthOf({ userId, announced }: Wanted): number | undefined {
    return announced.source === "camera" ? this.#widths.get(userId) : undefined;
  }

  async #let(got: Got, flow: boolean): Promise<void> {
    if (got.flows === flow || !this.#has(got)) return;
    got.flows = null;
    const isDone = await this.#ask(flow ? "sfu_consumer_resume" : "sfu_consumer_pause", this.#id(got));
    if (!isDone) return;
    got.flows = flow;
    if (flow) this.#expect(got);
  }

  #expect(got: Got): void {
    if (got.announced.kind === "video") setTimeout(() => void this.#begins(got), LIMITS.keyFrameMs);
  }

  /** A picture that does not begin lacks a key frame. */
  async #begins(got: Got): Promise<void> {
    if (!got.flows || !this.#has(got) || this.#isPaused(got)) return;
    const reports = await got.consumer.getStats().catch(() => new Map());
    let frames = 0;
    reports.forEach((report: { framesDecoded?: number }) => {
      frames = Math.max(frames, report.framesDecoded ?? 0);
    });
    if (frames > 0 || !this.#has(got)) return;
    await this.#ask("sfu_request_keyframe", this.#id(got)).catch(() => {});
  }

  #isPaused(got: Got): boolean {
    return this.#wanted().get(got.announced.producerId)?.announced.paused ?? true;
  }

  /** Asks about a consumer; false if it has ended meanwhile. */
  async #ask<
    T extends
      | "sfu_consumer_resume"
      | "sfu_consumer_pause"
      | "sfu_request_keyframe"
      | "sfu_set_preferred_layers",
  >(type: T, data: { epoch: number; consumerId: string; spatialLayer?: number }): Promise<boolean> {
    try {
      await this.#port.room.request(type, data as never);
      return true;
    } catch (error) {
      if (codeOf(error) !== "media_not_found") throw error;
      const got = [...this.#got.values()].find(({ consumer }) => consumer.id === data.consumerId);
      if (got) this.#drop(got);
      this.#port.kick();
      return false;
    }
  }

  #closeThere(consumerId: string): void {
    this.#port.room.request("sfu_close_consumer", { epoch: this.#port.epoch(), consumerId }).catch(() => {});
  }

  #id({ consumer }: Got): { epoch: number; consumerId: string } {
    return { epoch: this.#port.epoch(), consumerId: consumer.id };
  }

  #has(got: Got): boolean {
    return this.#got.get(got.announced.producerId) === got;
  }

  #drop(got: Got): void {
    this.#got.delete(got.announced.producerId);
    got.consumer.close();
  }
}

/** Waits for all, then throws the worst of what failed: what ends everything first. */
async function all(tasks: Promise<void>[]): Promise<void> {
  const failed = (await Promise.allSettled(tasks)).flatMap((each) =>
    each.status === "rejected" ? [each.reason] : [],
  );
  const order = ["stale", "gone", "away", "again", "refused"];
  failed.sort((a, b) => order.indexOf(faultOf(a)) - order.indexOf(faultOf(b)));
  if (failed.length > 0) throw failed[0];
}
