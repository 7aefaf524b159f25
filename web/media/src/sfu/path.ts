// Media through a media server, in one session and one epoch; whatever comes after is another `SfuPath`. What is wanted is kept
// apart from what is; three loops, each serialised, bring one to the other: opening, sending, receiving.
import { Emitter, type Member, type Numbered, type Room, type SfuNotice } from "@aldis/client";
import { LIMITS } from "../limits.ts";
import type { PathState, Paths, PathTrouble } from "../paths.ts";
import type { Extra, PeerView, Slot, Status } from "../peer.ts";
import type { Watched } from "../reports.ts";
import type { PeerStats } from "../stats.ts";
import { type Device, type MakeDevice, makeDevice } from "./device.ts";
import { Faces } from "./faces.ts";
import { faultOf, pauseAfter, troubleOf } from "./faults.ts";
import { Loop } from "./loop.ts";
import { Receiver } from "./receiver.ts";
import { Sender } from "./sender.ts";
import { sfuStats, transportStats } from "./stats.ts";
import { SfuTransport } from "./transport.ts";

/** What it needs of a room. */
export type SfuRoom = Pick<Room, "request" | "members" | "flow" | "sessionId">;

export interface SfuOptions {
  room: SfuRoom;
  iceTransportPolicy?: RTCIceTransportPolicy;
  makeDevice?: MakeDevice;
  /** In [0, 1); for tests. */
  random?: () => number;
}

type Side = "open" | "send" | "recv";

export class SfuPath extends Emitter<{ changed: undefined; stale: undefined }> implements Paths {
  readonly #options: SfuOptions;
  readonly #sessionId: string | null;
  readonly #transports: Record<"send" | "recv", SfuTransport>;
  readonly #loops: Record<Side, Loop>;
  readonly #sender: Sender;
  readonly #receiver: Receiver;
  readonly #faces = new Faces();
  readonly #troubles = new Map<Side, unknown>();
  #members: readonly Member[];
  #epoch: number | null = null;
  #device: Device | null = null;
  #isStale = false;
  #forgiving: ReturnType<typeof setTimeout> | undefined;
  #closed = false;

  constructor(options: SfuOptions) {
    super();
    this.#options = options;
    const { room } = options;
    this.#sessionId = room.sessionId;
    this.#members = room.members;
    this.#transports = { send: this.#transport("send"), recv: this.#transport("recv") };
    const epoch = () => this.#epoch ?? 0;
    this.#sender = new Sender({ room, epoch, transport: this.#transports.send });
    this.#receiver = new Receiver({
      room,
      epoch,
      transport: this.#transports.recv,
      device: () => this.#needDevice(),
      members: () => this.#members,
      changed: () => this.#changed(),
      kick: () => this.#loops.recv.kick(),
    });
    this.#loops = {
      open: this.#loop("open", () => this.#open()),
      send: this.#loop("send", () => this.#sender.reconcile()),
      recv: this.#loop("recv", () => this.#receiver.reconcile()),
    };
    this.#loops.open.now();
  }

  /** The epoch that all ids here are of; `null` before the media server has answered. */
  get epoch(): number | null {
    return this.#epoch;
  }

  /** Whether this is still the way of the room's present session and epoch. */
  get fits(): boolean {
    const { flow, sessionId } = this.#options.room;
    const isOld = this.#epoch !== null && flow.epoch > this.#epoch;
    return !this.#isStale && !this.#closed && sessionId === this.#sessionId && !isOld;
  }

  get state(): PathState {
    const faults = [...this.#troubles.values()].map(faultOf);
    const { send, recv } = this.#transports;
    if (faults.includes("away")) return "unavailable";
    if (send.unreachableBy || recv.unreachableBy || this.#isRefused) return "failed";
    if (!this.#device) return "connecting";
    const broken = [send, recv].filter(({ state }) => state === "disconnected" || state === "failed");
    if (broken.some(({ wasReached }) => wasReached)) return "reconnecting";
    const isConnecting = broken.length > 0 || send.state === "connecting" || recv.state === "connecting";
    return isConnecting ? "connecting" : "connected";
  }

  get trouble(): PathTrouble | null {
    const tried = this.#transports.send.triedBy ?? this.#transports.recv.triedBy;
    if (tried) {
      const message = `The media server cannot be reached; tried ${tried.join(", ")}.`;
      return { code: "unreachable", message, tried };
    }
    const worst = [...this.#troubles.values()].find((error) => ["away", "refused"].includes(faultOf(error)));
    return worst === undefined ? null : troubleOf(worst);
  }

  get isStanding(): boolean {
    return [this.#transports.send, this.#transports.recv].some(
      ({ state }) => state === "connected" || state === "disconnected",
    );
  }

  views(): PeerView[] {
    const of = (userId: string) => this.#receiver.of(userId);
    const lacks = (member: Member) => this.#receiver.lacks(member);
    const { state } = this.#transports.recv;
    return this.#faces.views({ members: this.#members, of, lacks, state, isOpen: this.#device !== null });
  }

  stats(): Promise<PeerStats[]> {
    return sfuStats(this.#members, (userId) => this.#receiver.of(userId), this.#transports.recv);
  }

  /** The connections to the media server that were begun. */
  watched(): Watched[] {
    return (["send", "recv"] as const).flatMap((direction) => {
      const transport = this.#transports[direction];
      const { state, unreachableBy } = transport;
      const isUnreachable = unreachableBy !== null;
      const stats = () => transportStats(direction, transport);
      const cause = isUnreachable ? "no_path" : null;
      const begun = { id: transport, end: { direction }, state, cause, isUnreachable, stats } as const;
      return transport.number > 0 ? [begun] : [];
    });
  }

  /** A new session is another path. */
  joined(): void {}

  resumed(): void {
    if (!this.fits) return;
    this.#sender.doubt();
    this.#again();
  }

  hear(_message: Numbered): void {
    this.#look();
    this.#loops.recv.kick();
  }

  notice(notice: SfuNotice): void {
    this.#receiver.notice(notice);
  }

  /** Signals between the browsers are of no concern. */
  refused(): void {}

  set(slot: Slot, track: MediaStreamTrack | null): void {
    this.#sender.set(slot, track);
    this.#send();
  }
  publish(extra: Extra): void {
    this.#sender.publish(extra);
    this.#send();
  }
  unpublish(extra: Extra): void {
    this.#sender.unpublish(extra);
    this.#send();
  }
  say(status: Status): void {
    this.#sender.say(status);
    this.#send();
  }
  see(userId: string, width: number): void {
    this.#receiver.see(userId, width);
  }
  /** Each transport is made with fresh ones, and a running one does not need them. */
  configure(): void {}

  retry(): void {
    clearTimeout(this.#forgiving);
    this.#forgiving = undefined;
    this.#sender.forgive();
    this.#receiver.forgive();
    this.#again();
  }

  close(): void {
    this.#closed = true;
    clearTimeout(this.#forgiving);
    for (const loop of Object.values(this.#loops)) loop.close();
    this.#receiver.close();
    this.#transports.send.close();
    this.#transports.recv.close();
  }

  async #open(): Promise<void> {
    if (this.#device) return;
    const { room } = this.#options;
    const asked = room.request("sfu_get_router_capabilities", {});
    // All that can be had before the answer.
    const making = (this.#options.makeDevice ?? makeDevice)();
    making.catch(() => {});
    if (this.#members.some(({ producers = [] }) => producers.length > 0)) this.#ahead("recv");
    const { epoch, dialect, rtpCapabilities } = await asked;
    if (dialect !== "ortc") {
      const text = `The media server speaks ${dialect}, which this version does not.`;
      throw Object.assign(new Error(text), { code: "unsupported" });
    }
    // Later news were faster than the answer.
    if (room.flow.epoch > epoch) throw Object.assign(new Error("It has moved."), { code: "unavailable" });
    const device = await making;
    await device.load({ routerRtpCapabilities: rtpCapabilities });
    if (this.#closed) return;
    this.#epoch = epoch;
    this.#device = device;
    this.#look();
    this.#again();
  }

  #needDevice(): Device {
    if (!this.#device) throw new Error("There is no device before the media server has answered.");
    return this.#device;
  }

  #transport(direction: "send" | "recv"): SfuTransport {
    const { room, iceTransportPolicy = "all" } = this.#options;
    return new SfuTransport({
      room,
      direction,
      epoch: () => this.#epoch ?? 0,
      open: (created) => {
        const options = { ...created, iceTransportPolicy } as never;
        const device = this.#needDevice();
        return direction === "send"
          ? device.createSendTransport(options)
          : device.createRecvTransport(options);
      },
      changed: () => this.#changed(),
      waits: (error) => this.#waits(direction, error),
      lost: () => {
        if (direction === "send") this.#sender.lost();
        else this.#receiver.lost();
        this.#loops[direction].now();
        this.#changed();
      },
      stale: () => this.#turnStale(),
    });
  }

  #loop(side: Side, task: () => Promise<void>): Loop {
    const run = async () => {
      // Requests of an earlier epoch would be refused; its successor is under way.
      if (!this.fits || (side !== "open" && !this.#device)) return;
      await task();
      if (this.#troubles.delete(side)) this.#changed();
    };
    return new Loop(run, (error, attempt) => this.#failed(side, error, attempt));
  }

  #waits(side: Side, error: unknown): void {
    if (error === null) this.#troubles.delete(side);
    else this.#troubles.set(side, error);
    this.#changed();
  }

  /** When a side that has failed tries again. */
  #failed(side: Side, error: unknown, attempt: number): number | null {
    if (this.#closed) return null;
    this.#troubles.set(side, error);
    const fault = faultOf(error);
    if (fault === "gone" && side !== "open") this.#transports[side].rebuild();
    this.#changed();
    if (fault === "stale") {
      this.#turnStale();
      return null;
    }
    if (fault === "refused") {
      // Whatever else is wanted is brought at once.
      this.#forgiving ??= setTimeout(() => this.retry(), LIMITS.sfuRefusedMs);
      return null;
    }
    return pauseAfter(error, attempt, (this.#options.random ?? Math.random)());
  }

  get #isRefused(): boolean {
    return faultOf(this.#troubles.get("open") ?? { code: "unavailable" }) === "refused";
  }

  #turnStale(): void {
    if (this.#isStale || this.#closed) return;
    this.#isStale = true;
    this.emit("stale", undefined);
  }

  /** What members send, as long as it is of this epoch; then it stays as it was. */
  #look(): void {
    if (!this.fits) return;
    this.#members = this.#options.room.members;
    this.#changed();
  }

  #ahead(direction: "send" | "recv"): void {
    if (!this.#device && this.fits) this.#transports[direction].ahead(this.#options.room.flow.epoch);
  }

  #send(): void {
    if (this.#sender.isWanted) this.#ahead("send");
    this.#loops.send.now();
  }

  #again(): void {
    this.#look();
    for (const transport of Object.values(this.#transports)) transport.check();
    for (const loop of Object.values(this.#loops)) loop.now();
  }

  #changed(): void {
    if (!this.#closed) this.emit("changed", undefined);
  }
}
