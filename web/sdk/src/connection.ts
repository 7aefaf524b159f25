// The standing connection to the cluster: one line at a time, a new one when it breaks, none when told to stop. While a
// node says that it cannot signal, a second line is tried beside the first, and takes over if it resumes the session.
// Knows tokens, back-off and close codes; knows nothing of rooms, `cid` or `seq`.
import { asked, backoff, cap, elsewhere } from "./connection/backoff.ts";
import { type StopReason, verdict } from "./connection/closing.ts";
import { Line, type LineEvents, type SocketMaker } from "./connection/line.ts";
import { Emitter } from "./emitter.ts";
import { CLOSE_CODES } from "./gen/protocol.ts";
import { LIMITS } from "./limits.ts";
import type { ClientToServer, Refusal, Said, Say, ServerToClient } from "./wire.ts";

export type { StopReason } from "./connection/closing.ts";

/**
 * `null`: the browser's cookie will do; asked with `force`, it no longer does. Rejects with `SignedOut` when there is no
 * way to a token but signing in again; any other failure is tried again.
 */
export type GetToken = (options: { force: boolean }) => Promise<string | null>;

/** Thrown by `getToken` when the person must sign in again. */
export class SignedOut extends Error {
  override name = "SignedOut";
}

export interface ConnectionOptions {
  /** `wss://…/ws` */
  url: string;
  getToken: GetToken;
  /** Asked at every new socket, for its handshake and again for its hello: what to continue, if anything. */
  resume: () => Say<"hello">["resume"];
  WebSocket?: SocketMaker;
  /** In [0, 1); for tests. */
  random?: () => number;
}

export interface ConnectionEvents {
  /** A line stands and the token was accepted. `resuming` says whether hello asked to resume. */
  welcome: { welcome: Said<"welcome">; resuming: boolean };
  message: ServerToClient;
  /** No line at the moment; the next attempt comes in `retryInMs`. */
  down: { retryInMs: number; code: number };
  /** Ended for good. */
  stopped: { reason: StopReason; last?: Refusal };
  /** Every message, for the journal; never its payload. */
  traffic: { direction: "sent" | "received"; type: string };
}

export class Connection extends Emitter<ConnectionEvents> {
  readonly #options: ConnectionOptions;
  readonly #random: () => number;
  #line: Line | null = null;
  /** Tried beside a line whose node cannot signal, until it has resumed the session or failed. */
  #beside: Line | null = null;
  #besideTimer: ReturnType<typeof setTimeout> | undefined;
  /** How often that was tried; `null` while the node can signal. */
  #triedBeside: number | null = null;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #attempt = 0;
  #forceToken = false;
  #forcedBefore = false;
  #downSince = 0;
  /** How long a lost socket's seat is kept; 0 before there is one. */
  #windowMs = 0;
  #stopped = true;
  /** Grows with every attempt, so that what an older one still awaits is ignored. */
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

  /** False when there is no line now. */
  send(message: ClientToServer): boolean {
    const sent = this.#line?.send(message) ?? false;
    if (sent) this.emit("traffic", { direction: "sent", type: message.type });
    return sent;
  }

  /** The session stands again: the next trouble starts with a short back-off and may force a token again. */
  settled(): void {
    this.#attempt = 0;
    this.#forcedBefore = false;
    this.#downSince = 0;
  }

  /** Gives up the present line and comes back; for a session that finds its line not to be trusted. */
  renew(): void {
    this.#line?.abandon();
  }

  /** The network may have changed: check the line, or try at once instead of waiting. */
  wake(): void {
    if (this.#stopped) return;
    if (this.#line) this.#line.probe();
    else if (this.#timer !== undefined) void this.#open();
  }

  /** Ends for good, by our own wish or by `reason`. */
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

  /** Answers `token_expiring`. A failure is left to the 4401 that will follow. */
  async refreshToken(): Promise<void> {
    try {
      const token = await this.#options.getToken({ force: true });
      if (token) this.send({ type: "token_refresh", data: { token } });
    } catch {
      // The server closes with 4401 when the old token ends; that path asks once more and then stops.
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
      return error instanceof SignedOut ? this.stop("auth") : this.#wait(1006, null);
    }
    if (generation === this.#generation) this.#dial(token);
  }

  #dial(token: string | null): void {
    this.#line = this.#newLine(token);
  }

  /** A line that says hello, and asks to resume if there is something to resume. */
  #newLine(token: string | null): Line {
    const { WebSocket: Socket = WebSocket, url, resume: toResume } = this.#options;
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
      this.emit("message", message);
    });
    line.on("closed", (closed) => {
      if (this.#line === line) this.#closed(closed);
      else if (this.#beside === line) this.#tryBeside();
    });
    return line;
  }

  #degraded(without: readonly string[]): void {
    if (!without.includes("signaling")) return this.#signals();
    if (this.#triedBeside === null) this.#tryBeside();
  }

  /** The node signals again, or is not ours any more: no other one is sought. */
  #signals(): void {
    clearTimeout(this.#besideTimer);
    this.#triedBeside = null;
    this.#beside?.close();
    this.#beside = null;
  }

  /** In a while a line beside the first tries to resume the session; a trial before this one has failed. */
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

  /** Resumed: the line beside the first is the first now. Refused for good: the first stays, and is told by its own node. */
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
    // The session may just have moved to the line beside this one: then nobody else has taken the seat.
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
    if (now - this.#downSince > LIMITS.giveUpMs) return this.stop("unreachable");
    const capMs = cap(now - this.#downSince, this.#windowMs);
    const retryInMs = askedMs ?? backoff(this.#attempt, this.#random(), capMs);
    this.#attempt += 1;
    this.emit("down", { retryInMs, code });
    this.#timer = setTimeout(() => void this.#open(), retryInMs);
  }
}
