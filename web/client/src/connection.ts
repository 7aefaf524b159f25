// The connection to the cluster: one socket (`Line`) at a time, a new one when it breaks, none after a final close. While
// a node is degraded, a second socket is tried beside the first, and takes over if it resumes the session.
// Handles tokens, back-off and close codes; independent of rooms, `cid` and `seq`.
import { asked, backoff, cap, elsewhere } from "./connection/backoff.ts";
import { type StopReason, verdict } from "./connection/closing.ts";
import { Line, type LineEvents, type SocketMaker } from "./connection/line.ts";
import { Emitter } from "./emitter.ts";
import { SignedOut } from "./errors.ts";
import { CLOSE_CODES } from "./gen/protocol.ts";
import { LIMITS } from "./limits.ts";
import type { ClientToServer, Refusal, Said, Say, ServerToClient } from "./wire.ts";

export type { StopReason } from "./connection/closing.ts";

/**
 * `null`: the browser's cookie suffices; with `force`, it no longer does. Rejects with `SignedOut` when the person must
 * sign in again; any other failure is retried. `roomId`: the room that it is for now; it changes when a backend moves us.
 */
export type GetToken = (options: { force: boolean; roomId?: string }) => Promise<string | null>;

export interface ConnectionOptions {
  /** `wss://…/ws` */
  url: string;
  getToken: GetToken;
  /** Asked at every new socket, for its handshake and again for its hello: the session to resume, if there is one. */
  resume: () => Say<"hello">["resume"];
  /** Asked before giving up: media that works is a reason to go on. */
  worthwhile?: () => boolean;
  WebSocket?: SocketMaker;
  /** In [0, 1); for tests. */
  random?: () => number;
}

export interface ConnectionEvents {
  /** A socket is open and the token was accepted. `resuming`: whether hello requested a resume. */
  welcome: { welcome: Said<"welcome">; resuming: boolean };
  message: ServerToClient;
  /** No socket at the moment; the next attempt follows in `retryInMs`. */
  down: { retryInMs: number; code: number };
  /** Ended permanently. */
  stopped: { reason: StopReason; last?: Refusal };
  /** Every message, for the journal; never its payload. */
  traffic: { direction: "sent" | "received"; type: string };
}

export class Connection extends Emitter<ConnectionEvents> {
  readonly #options: ConnectionOptions;
  readonly #random: () => number;
  #line: Line | null = null;
  /** A second socket beside the one of a degraded node, until it has resumed the session or failed. */
  #beside: Line | null = null;
  #besideTimer: ReturnType<typeof setTimeout> | undefined;
  /** How often that was tried; `null` while the node can signal. */
  #triedBeside: number | null = null;
  /** What was told last of what cannot be done. */
  #without: readonly string[] = [];
  #timer: ReturnType<typeof setTimeout> | undefined;
  #attempt = 0;
  #forceToken = false;
  #forcedBefore = false;
  #downSince = 0;
  /** How long a disconnected seat is kept; 0 before there is one. */
  #windowMs = 0;
  #stopped = true;
  /** Increases with every attempt, so that pending results of older ones are ignored. */
  #generation = 0;

  constructor(options: ConnectionOptions) {
    super();
    this.#options = options;
    this.#random = options.random ?? Math.random;
  }

  start(): void {
    if (!this.#stopped) return;
    this.#stopped = false;
    this.#attempt = 0;
    this.#forceToken = false;
    this.#forcedBefore = false;
    this.#downSince = Date.now();
    void this.#open();
  }

  /** False when there is no socket now. */
  send(message: ClientToServer): boolean {
    const sent = this.#line?.send(message) ?? false;
    if (sent) this.emit("traffic", { direction: "sent", type: message.type });
    return sent;
  }

  /** The session is established: the next failure starts with a short back-off and may force a new token. */
  settled(): void {
    this.#attempt = 0;
    this.#forcedBefore = false;
    this.#downSince = 0;
  }

  /** Closes the current socket and reconnects; for a session whose socket misbehaves. */
  renew(): void {
    this.#line?.abandon();
  }

  /** The network may have changed, or the device slept: check the socket, or reconnect at once instead of waiting. */
  wake(): void {
    if (this.#stopped) return;
    if (this.#line) this.#line.probe(LIMITS.wakeAnswerMs);
    else if (this.#timer !== undefined) this.#now();
  }

  /** As `wake`, and an attempt under way that does not get on is given up for another. */
  retry(): void {
    this.wake();
    if (!this.#line?.isStuck) return;
    this.#line.abandon();
    this.#now();
  }

  #now(): void {
    this.#attempt = 0;
    void this.#open();
  }

  /** Ends permanently, on our own request or for `reason`. */
  stop(reason: StopReason = "left", last?: Refusal): void {
    if (this.#stopped) return;
    this.#stopped = true;
    this.#generation += 1;
    clearTimeout(this.#timer);
    this.#signals();
    this.#line?.close();
    this.#line = null;
    this.emit("stopped", { reason, ...(last && { last }) });
  }

  /** Answers `token_expiring`. A failure is handled by the 4401 that follows. */
  async refreshToken(): Promise<void> {
    try {
      const token = await this.#options.getToken({ force: true });
      if (token) this.send({ type: "token_refresh", data: { token } });
    } catch {
      // The server closes with 4401 when the old token expires; that path retries once and then stops.
    }
  }

  async #open(): Promise<void> {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    this.#generation += 1;
    const generation = this.#generation;
    let token: string | null;
    try {
      token = await this.#options.getToken({ force: this.#forceToken });
      this.#forceToken = false;
    } catch (error) {
      if (generation !== this.#generation) return;
      return isFinal(error) ? this.stop("auth") : this.#wait(1006, null);
    }
    if (generation === this.#generation) this.#dial(token);
  }

  #dial(token: string | null): void {
    try {
      this.#line = this.#newLine(token);
    } catch {
      // The address is none that a socket takes, or is not allowed on this page: no further attempt would be better.
      this.stop("protocol");
    }
  }

  /** A socket that sends hello, with a resume if there is a session. */
  #newLine(token: string | null): Line {
    const { WebSocket: Socket = globalThis.WebSocket, url, resume: toResume } = this.#options;
    const line = new Line(Socket, url, toResume() !== undefined);
    let resuming = false;
    line.on("open", () => {
      const resume = toResume();
      resuming = resume !== undefined;
      line.send({ type: "hello", data: { ...(token && { token }), ...(resume && { resume }) } });
      this.emit("traffic", { direction: "sent", type: "hello" });
    });
    line.on("message", (message) => {
      this.emit("traffic", { direction: "received", type: message.type });
      if (message.type === "welcome") {
        line.keepAlive(message.data.heartbeatSeconds);
        this.#windowMs = message.data.resumeWindowSeconds * 1000;
        if (line === this.#line) this.emit("welcome", { welcome: message.data, resuming });
        return;
      }
      if (line === this.#beside) this.#besideSays(message);
      if (line !== this.#line) return;
      if (message.type === "degraded") this.#degraded(message.data.without);
      else if (message.type === "resumed" || message.type === "room_joined") this.#arrived(line);
      this.emit("message", message);
    });
    line.on("closed", (closed) => {
      if (this.#line === line) this.#closed(closed);
      else if (this.#beside === line) this.#tryBeside();
    });
    return line;
  }

  /** The session is on this node now: what the one before could not do is of no concern. */
  #arrived({ without }: Line): void {
    if (without.join() === this.#without.join()) return;
    this.#without = without;
    this.emit("message", { type: "degraded", data: { without: [...without] } });
  }

  #degraded(without: readonly string[]): void {
    this.#without = without;
    if (!without.includes("signaling")) return this.#signals();
    if (this.#triedBeside === null) this.#tryBeside();
  }

  /** The node has recovered, or was replaced: no other one is tried. */
  #signals(): void {
    clearTimeout(this.#besideTimer);
    this.#triedBeside = null;
    this.#beside?.close();
    this.#beside = null;
  }

  /** Schedules a second socket that tries to resume the session; any earlier attempt has failed. */
  #tryBeside(): void {
    clearTimeout(this.#besideTimer);
    this.#beside?.close();
    this.#beside = null;
    const tried = this.#triedBeside ?? 0;
    this.#triedBeside = tried + 1;
    this.#besideTimer = setTimeout(() => void this.#openBeside(), elsewhere(tried, this.#random()));
  }

  async #openBeside(): Promise<void> {
    const [line, tried] = [this.#line, this.#triedBeside];
    const token = await this.#options.getToken({ force: false }).catch(() => undefined);
    const isStale = line === null || line !== this.#line || tried !== this.#triedBeside;
    if (isStale || this.#options.resume() === undefined) return;
    if (token === undefined) return this.#tryBeside();
    this.#beside = this.#newLine(token);
    this.#besideTimer = setTimeout(() => this.#tryBeside(), LIMITS.joinMs);
  }

  /** Resumed: the second socket replaces the first. Refused: the first stays, and its own node will notify it. */
  #besideSays({ type }: ServerToClient): void {
    if (type !== "resumed" && type !== "resume_failed") return;
    const beside = this.#beside;
    if (type === "resumed") {
      this.#line?.close();
      [this.#line, this.#beside] = [beside, null];
    }
    const tried = this.#triedBeside;
    this.#signals();
    if (type === "resume_failed") this.#triedBeside = tried;
  }

  #closed({ code, last, retryAfterMs }: LineEvents["closed"]): void {
    this.#line = null;
    // The session may just have moved to the second socket: then no other device has taken the seat.
    const isMoved = this.#beside !== null && code === CLOSE_CODES.replaced.number;
    this.#signals();
    if (isMoved) return this.#wait(code, null);
    const what = verdict(code, last);
    if (what.next === "stop") return this.stop(what.reason, last);
    if (what.next === "fresh_token") {
      if (this.#forcedBefore) return this.stop("auth", last);
      this.#forceToken = true;
      this.#forcedBefore = true;
    }
    this.#wait(code, asked(retryAfterMs));
  }

  #wait(code: number, askedMs: number | null): void {
    if (this.#stopped) return;
    const now = Date.now();
    if (this.#downSince === 0) this.#downSince = now;
    const isWorthwhile = this.#options.worthwhile?.() ?? false;
    if (now - this.#downSince > LIMITS.giveUpMs && !isWorthwhile) return this.stop("unreachable");
    const capMs = cap(now - this.#downSince, this.#windowMs);
    const retryInMs = askedMs ?? backoff(this.#attempt, this.#random(), capMs);
    this.#attempt += 1;
    this.emit("down", { retryInMs, code });
    this.#timer = setTimeout(() => void this.#open(), retryInMs);
  }
}

/** By its code as well: an application may have this package twice, as ES modules and as CommonJS. */
function isFinal(error: unknown): boolean {
  return error instanceof SignedOut || (error as { code?: unknown } | null)?.code === "signed_out";
}
