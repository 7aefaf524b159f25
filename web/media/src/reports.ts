// What became of each connection and device, told to the service a few at a time: so that an operator can say why a call failed. Never an
// address. Nothing waits for it; what the service refuses is dropped, and of what does not reach it the newest is told again later.
import type { CandidateInfo, DeviceReport, MediaReport, Reports } from "@aldis/client";
import { LIMITS } from "./limits.ts";
import type { DeviceTrouble } from "./media.ts";
import type { Peer, TroubleCause } from "./peer.ts";
import { type PathStats, peerStats } from "./stats.ts";

/** A connection that is watched. */
export interface Watched {
  /** The same object as long as it is the same connection. */
  readonly id: object;
  readonly end: { userId: string } | { direction: "send" | "recv" };
  readonly state: RTCPeerConnectionState;
  /** What keeps it from coming about. */
  readonly cause: TroubleCause | null;
  /** Whether it has been given up, for the time being. */
  readonly isUnreachable: boolean;
  stats(): Promise<PathStats>;
}

/** The connection to a member. */
export function watched(peer: Peer): Watched {
  const { trouble } = peer.view;
  return {
    id: peer,
    end: { userId: peer.member.userId },
    state: peer.pc.connectionState,
    cause: trouble?.cause ?? null,
    isUnreachable: trouble?.stage === "unreachable",
    stats: () => peerStats(peer),
  };
}

/** A connection as it was last seen. Times in milliseconds. */
interface Course {
  stage: "new" | "up" | "down" | "failed";
  /** When this stage began. */
  at: number;
  /** How long it has been up in earlier stages. */
  up: number;
  cause: TroubleCause | null;
  measured: Measured;
  /** As it was when it was last looked at. */
  watched: Watched;
}

type Measured = Pick<MediaReport, "local" | "remote" | "rttMs" | "lostPerMille">;
type Entry = { media: MediaReport; of: object } | { device: DeviceReport };

const seconds = (ms: number) => Math.max(0, Math.round(ms / 1000));

export class Reporter {
  readonly #send: (reports: Reports) => Promise<void>;
  readonly #known = new Map<object, Course>();
  readonly #devices = new Map<DeviceReport["device"], DeviceTrouble | null>();
  #queue: Entry[] = [];
  #batch: ReturnType<typeof setTimeout> | undefined;
  #sampling: ReturnType<typeof setInterval> | undefined;
  /** Batches that were refused, one after the other. */
  #refused = 0;

  constructor(send: (reports: Reports) => Promise<void>) {
    this.#send = send;
  }

  /** The connections as they are now, after every change. */
  look(connections: readonly Watched[]): void {
    const now = Date.now();
    for (const connection of connections) this.#see(connection, now);
    const ids = new Set(connections.map(({ id }) => id));
    for (const [id, course] of [...this.#known]) if (!ids.has(id)) this.#gone(id, course, now);
    this.#sampling ??=
      this.#known.size > 0 ? setInterval(() => this.#sample(), LIMITS.reportSampleMs) : undefined;
  }

  /** What is wrong with a device now, if anything is. A person who does not want to share a screen has no trouble. */
  device(device: DeviceReport["device"], trouble: DeviceTrouble | null): void {
    const before = this.#devices.get(device) ?? null;
    this.#devices.set(device, trouble);
    const isRefusal = device === "screen" && (trouble === "denied" || trouble === "ended");
    if (trouble && trouble !== before && !isRefusal) this.#add({ device: { device, trouble } });
  }

  /** The call is over: the rest is told at once. */
  end(): void {
    clearInterval(this.#sampling);
    this.#sampling = undefined;
    this.look([]);
    this.#devices.clear();
    void this.#flush();
  }

  #see(watched: Watched, now: number): void {
    const { id, state, cause, isUnreachable } = watched;
    const course = this.#known.get(id) ?? {
      stage: "new",
      at: now,
      up: 0,
      cause: null,
      measured: {},
      watched,
    };
    this.#known.set(id, course);
    course.watched = watched;
    if (cause) course.cause = cause;
    if (state === "connected") this.#up(course, now);
    else if (course.stage === "up")
      Object.assign(course, { stage: "down", up: course.up + now - course.at, at: now });
    if (state === "failed" && course.stage === "down") this.#failed(course, "interrupted", now);
    if (isUnreachable && course.stage === "new") this.#failed(course, course.cause ?? "no_path", now);
  }

  #up(course: Course, now: number): void {
    const { stage, at } = course;
    if (stage === "up") return;
    Object.assign(course, { stage: "up", at: now });
    if (stage === "new") this.#say(course, { state: "connected", seconds: seconds(now - at) });
    if (stage === "failed") this.#say(course, { state: "recovered", seconds: seconds(now - at) });
  }

  #failed(course: Course, trouble: NonNullable<MediaReport["trouble"]>, now: number): void {
    this.#say(course, { state: "failed", trouble, seconds: seconds(now - course.at), ...course.measured });
    Object.assign(course, { stage: "failed", at: now });
  }

  #gone(id: object, course: Course, now: number): void {
    this.#known.delete(id);
    const { stage, up, at, measured, cause } = course;
    if (up > 0 || stage === "up") {
      const whole = up + (stage === "up" ? now - at : 0);
      this.#say(course, { state: "ended", seconds: seconds(whole), ...measured });
    } else if (stage === "new" && now - at >= LIMITS.connectingMs) {
      // Somebody gave up before we did.
      this.#say(course, { state: "failed", seconds: seconds(now - at), ...(cause && { trouble: cause }) });
    }
  }

  #say({ watched: { id, end } }: Course, report: Measured & Omit<MediaReport, "userId" | "direction">): void {
    this.#add({ of: id, media: { ...end, ...report } });
  }

  #add(entry: Entry): void {
    if (this.#refused >= LIMITS.reportRefusalsMax) return;
    this.#queue = [...this.#queue, entry].slice(-LIMITS.reportEntriesMax);
    this.#batch ??= setTimeout(() => void this.#flush(), LIMITS.reportBatchMs);
  }

  async #flush(): Promise<void> {
    clearTimeout(this.#batch);
    this.#batch = undefined;
    const entries = this.#queue.splice(0);
    if (entries.length === 0) return;
    const devices = entries.flatMap((entry) => ("device" in entry ? [entry.device] : []));
    const media = await Promise.all(
      entries.flatMap((entry) => ("media" in entry ? [this.#filled(entry)] : [])),
    );
    try {
      await this.#send({ ...(media.length > 0 && { media }), ...(devices.length > 0 && { devices }) });
      this.#refused = 0;
    } catch (error) {
      if (isRefusal(error)) this.#refused += 1;
      else this.#keep(entries);
    }
  }

  /** The service is away; after the call there is nobody to try again. */
  #keep(entries: readonly Entry[]): void {
    this.#queue = [...entries, ...this.#queue].slice(-LIMITS.reportEntriesMax);
    if (this.#known.size > 0) this.#batch ??= setTimeout(() => void this.#flush(), LIMITS.reportAgainMs);
  }

  /** A connection that works now is measured now. */
  async #filled({ media, of }: { media: MediaReport; of: object }): Promise<MediaReport> {
    const course = this.#known.get(of);
    if (!course || media.state === "ended" || media.state === "failed") return media;
    await measure(course);
    return { ...media, ...course.measured };
  }

  #sample(): void {
    for (const course of this.#known.values()) if (course.stage === "up") void measure(course);
  }
}

/** The service does not take it: by its status, as an application may have the classes twice. */
function isRefusal(error: unknown): boolean {
  const { status } = (error ?? {}) as { status?: unknown };
  return typeof status === "number" && status >= 400 && status < 500 && status !== 429;
}

async function measure(course: Course): Promise<void> {
  const stats = await course.watched.stats().catch(() => null);
  if (stats?.localCandidateType) course.measured = measured(stats);
}

/** What is told of a connection's statistics. */
export function measured(stats: PathStats): Measured {
  const { roundTripTime, packetsLost, packetsReceived } = stats;
  const all = packetsReceived + packetsLost;
  const [local, remote] = [info(stats, "local"), info(stats, "remote")];
  return {
    ...(local && { local }),
    ...(remote && { remote }),
    ...(roundTripTime !== null && { rttMs: Math.round(roundTripTime * 1000) }),
    ...(all > 0 && { lostPerMille: Math.min(1000, Math.max(0, Math.round((1000 * packetsLost) / all))) }),
  };
}

const TYPES = ["host", "srflx", "prflx", "relay"] as const;
const PROTOCOLS = ["udp", "tcp", "tls"] as const;

function info(stats: PathStats, end: "local" | "remote"): CandidateInfo | null {
  const type = TYPES.find((each) => each === stats[`${end}CandidateType`]);
  const protocol = PROTOCOLS.find((each) => each === stats[`${end}Protocol`]);
  const family = stats[`${end}Family`];
  return type ? { type, ...(protocol && { protocol }), ...(family && { family }) } : null;
}
