// Which way media goes, and how it changes in the middle of a call: the new way is made first, each member is shown by it once
// their media has arrived there, and the old one is closed a moment after all have, so that others have ours, or after ten seconds.
import {
  type Counted,
  Emitter,
  type Numbered,
  type Refusal,
  type Room,
  type Said,
  type SfuNotice,
} from "@aldis/client";
import { LIMITS } from "../limits.ts";
import type { PathState, Paths, PathTrouble } from "../paths.ts";
import type { Extra, PeerView, Slot, Status } from "../peer.ts";
import type { Peers } from "../peers.ts";
import type { Watched } from "../reports.ts";
import { Faces } from "../sfu/faces.ts";
import type { SfuPath } from "../sfu/path.ts";
import type { PeerStats } from "../stats.ts";
import { hasArrived } from "./ready.ts";
import { Wish } from "./wish.ts";

/** What a room must tell. */
export type SwitchRoom = Pick<Room, "members" | "flow" | "sessionId" | "state">;

export interface SwitchOptions {
  room: SwitchRoom;
  mesh(): Peers;
  /** Loads and makes the way through a media server; rejects if it cannot be loaded. */
  sfu(): Promise<() => SfuPath>;
}

/** How long after a way turned out to be of an earlier epoch another one is made; news are usually faster. */
const STALE_MS = 300;
const LOAD_RETRY_MS = [500, 1_000, 2_000, 5_000, 10_000];
/** How long after the room refused a signal because media flows otherwise it is tried again. */
const REFUSED_MS = 1_000;

/** `before`: how many ways there were before it. */
type Way = ({ kind: "mesh"; paths: Peers } | { kind: "sfu"; paths: SfuPath }) & { before: number };

export class PathSwitch extends Emitter<{ changed: undefined }> {
  readonly #options: SwitchOptions;
  readonly #wish = new Wish();
  readonly #faces = new Faces();
  #now: Way | null = null;
  #next: Way | null = null;
  /** Of no use here any more; others may still be shown by them. */
  readonly #lingering = new Set<Way>();
  /** Members whose media has arrived on the next way. */
  #arrived = new Set<string>();
  #joined: Said<"room_joined"> | null = null;
  #make: (() => SfuPath) | null = null;
  #loading = false;
  #loadTrouble: PathTrouble | null = null;
  #timers = new Set<ReturnType<typeof setTimeout>>();
  #deadline = 0;
  #ways = 0;

  constructor(options: SwitchOptions) {
    super();
    this.#options = options;
  }

  get state(): PathState {
    if (this.#loadTrouble) return "unavailable";
    return this.#target?.paths.state ?? "connecting";
  }
  get trouble(): PathTrouble | null {
    return this.#loadTrouble ?? this.#target?.paths.trouble ?? null;
  }
  get isStanding(): boolean {
    return [this.#now, this.#next].some((way) => way?.paths.isStanding);
  }

  /** The connections that carry media, or are to. */
  watched(): Watched[] {
    return [this.#now, this.#next].flatMap((way) => way?.paths.watched() ?? []);
  }

  views(): PeerView[] {
    const [now, next] = [this.#now?.paths.views(), this.#next?.paths.views()];
    if (!next) return now ?? this.#strangers();
    const before = new Map(now?.map((view) => [view.userId, view]));
    return next.map((view) => (this.#arrived.has(view.userId) ? view : (before.get(view.userId) ?? view)));
  }

  async stats(): Promise<PeerStats[]> {
    const now = await statsOf(this.#now);
    if (!this.#next) return now;
    const next = await statsOf(this.#next);
    return next.map((stats) =>
      this.#arrived.has(stats.userId) ? stats : (now.find(({ userId }) => userId === stats.userId) ?? stats),
    );
  }

  joined(joined: Said<"room_joined">): void {
    this.#joined = joined;
    this.#wish.forget(new Set(joined.peers.map(({ userId }) => userId)));
    const before = this.#target;
    this.#turn();
    // A new one knows already.
    if (before?.kind === "mesh" && before === this.#target) before.paths.joined(joined);
    this.emit("changed", undefined);
  }
  resumed(): void {
    this.#turn();
    this.#target?.paths.resumed();
  }
  hear(message: Numbered): void {
    if (message.type === "media_changed") this.#turn();
    const way = this.#target;
    if (message.type === "user_left") {
      this.#arrived.delete(message.data.userId);
      // It may be gone back to.
      if (this.#now !== way) this.#now?.paths.hear(message);
    }
    way?.paths.hear(message);
  }
  notice(notice: SfuNotice): void {
    const way = this.#target;
    if (way?.kind === "sfu") way.paths.notice(notice);
  }
  told(userId: string, changes: Readonly<Record<string, string | null>>): void {
    this.#each((paths) => paths.told?.(userId, changes));
  }
  refused(refusal: Refusal, message: Counted | undefined): void {
    const way = this.#target;
    if (way?.kind !== "mesh") return;
    way.paths.refused(refusal, message);
    if (refusal.code !== "wrong_mode" || !message?.data || !("targetUserId" in message.data)) return;
    const { targetUserId } = message.data;
    this.#later(REFUSED_MS, () => way === this.#target && way.paths.retry(targetUserId));
  }

  set(slot: Slot, track: MediaStreamTrack | null): void {
    this.#wish.set(slot, track);
    this.#each((paths) => paths.set(slot, track));
  }
  publish(extra: Extra): void {
    this.#wish.publish(extra);
    this.#each((paths) => paths.publish(extra));
  }
  unpublish(extra: Extra): void {
    this.#wish.unpublish(extra);
    this.#each((paths) => paths.unpublish(extra));
  }
  say(status: Status): void {
    this.#wish.say(status);
    this.#each((paths) => paths.say(status));
  }
  see(userId: string, width: number): void {
    this.#wish.see(userId, width);
    this.#each((paths) => paths.see(userId, width));
  }
  configure(): void {
    this.#each((paths) => paths.configure());
  }
  retry(userId: string): void {
    this.#target?.paths.retry(userId);
  }

  close(): void {
    for (const timer of this.#timers) clearTimeout(timer);
    this.#timers.clear();
    this.#each((paths) => paths.close());
    for (const { paths } of this.#lingering) paths.close();
    this.#lingering.clear();
    [this.#now, this.#next, this.#joined, this.#loadTrouble] = [null, null, null, null];
    this.#arrived.clear();
  }

  /** Members before anything is known of their media. */
  #strangers(): PeerView[] {
    return this.#faces.views({
      members: this.#options.room.members,
      of: () => [],
      lacks: () => true,
      state: "new",
      isOpen: false,
    });
  }

  /** The way that is wanted: in use, or being made. */
  get #target(): Way | null {
    return this.#next ?? this.#now;
  }

  /** Makes another way, if media is to flow otherwise than it does. */
  #turn(): void {
    const { flow, members } = this.#options.room;
    const way = this.#target;
    if (flow.mode === "mesh") {
      this.#loadTrouble = null;
      if (way?.kind === "mesh") return;
      const kept = this.#now?.kind === "mesh" ? this.#now : null;
      const paths = kept?.paths ?? this.#options.mesh();
      if (kept) this.#keep();
      else this.#begin({ kind: "mesh", paths, before: this.#ways });
      // Who has closed theirs meanwhile answers, or offers, with another certificate: that connection is made anew.
      if (this.#joined) paths.joined({ ...this.#joined, peers: [...members] });
    } else if (way?.kind !== "sfu" || !way.paths.fits) {
      if (!this.#make) return void this.#load();
      const paths = this.#make();
      paths.on("stale", () => this.#later(STALE_MS, () => this.#target?.paths === paths && this.#again()));
      this.#begin({ kind: "sfu", paths, before: this.#ways });
    }
  }

  /** The way in use is wanted again before the next one has come about. */
  #keep(): void {
    this.#next?.paths.close();
    this.#next = null;
    this.#arrived.clear();
    this.emit("changed", undefined);
  }

  #again(): void {
    if (this.#options.room.state === "joined") this.#turn();
  }

  #begin(way: Way): void {
    const { paths } = way;
    this.#ways += 1;
    // Of two meshes the other side's connection would hear both.
    if (way.kind === "mesh") for (const old of [...this.#lingering]) if (old.kind === "mesh") this.#drop(old);
    this.#wish.tell(paths);
    (paths as Paths).on("changed", () => this.emit("changed", undefined));
    // One that was being made is of no use any more.
    this.#next?.paths.close();
    this.#arrived.clear();
    if (!this.#now) {
      this.#now = way;
      this.#next = null;
      return;
    }
    this.#next = way;
    this.#deadline = performance.now() + LIMITS.switchMs;
    this.#await(way);
  }

  /** Looks now and then whose media has arrived on the new way; when all has, the old one is closed. */
  #await(way: Way): void {
    this.#later(LIMITS.switchPollMs, async () => {
      if (this.#next !== way) return;
      const stats = await way.paths.stats().catch((): PeerStats[] => []);
      if (this.#next !== way) return;
      const views = way.paths.views();
      const of = new Map(stats.map((each) => [each.userId, each]));
      const old = new Map(this.#now?.paths.views().map((view) => [view.userId, view]));
      const before = this.#arrived.size;
      for (const view of views) {
        const { userId } = view;
        const known = { before: old.get(userId), width: this.#wish.width(userId) };
        if (hasArrived(view, of.get(userId), known)) this.#arrived.add(userId);
      }
      const isDone =
        views.every(({ userId }) => this.#arrived.has(userId)) && way.paths.state === "connected";
      if (isDone || performance.now() >= this.#deadline) this.#settle(way, isDone);
      else this.#await(way);
      if (this.#arrived.size !== before) this.emit("changed", undefined);
    });
  }

  #settle(way: Way, isDone: boolean): void {
    const old = this.#now;
    if (old && isDone) {
      this.#lingering.add(old);
      this.#later(LIMITS.switchLingerMs, () => this.#drop(old));
    } else old?.paths.close();
    this.#now = way;
    this.#next = null;
    this.#arrived.clear();
    this.emit("changed", undefined);
  }

  #drop(old: Way): void {
    if (this.#lingering.delete(old)) old.paths.close();
  }

  async #load(attempt = 0): Promise<void> {
    if (this.#loading) return;
    this.#loading = true;
    try {
      this.#make = await this.#options.sfu();
      this.#loadTrouble = null;
    } catch (error) {
      const message = `The part of the program for media servers was not loaded: ${(error as Error)?.message}`;
      this.#loadTrouble = { code: "not_loaded", message, tried: [] };
      const pause = LOAD_RETRY_MS[Math.min(attempt, LOAD_RETRY_MS.length - 1)] ?? 0;
      this.#later(pause, () => this.#options.room.flow.mode === "sfu" && void this.#load(attempt + 1));
    }
    this.#loading = false;
    if (this.#make && this.#joined) this.#turn();
    this.emit("changed", undefined);
  }

  #each(act: (paths: Paths) => void): void {
    for (const way of [this.#now, this.#next]) if (way) act(way.paths);
  }

  #later(ms: number, act: () => unknown): void {
    const timer = setTimeout(() => {
      this.#timers.delete(timer);
      act();
    }, ms);
    this.#timers.add(timer);
  }
}

/** A connection of another way is another connection of the member. */
async function statsOf(way: Way | null): Promise<PeerStats[]> {
  const stats = (await way?.paths.stats()) ?? [];
  return stats.map((each) => ({ ...each, connectionNumber: each.connectionNumber + (way?.before ?? 0) }));
}
