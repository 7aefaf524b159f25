// One WebSocket, from opening to closing. Detects silence; independent of rooms and of other sockets.
import { Emitter } from "../emitter.ts";
import { LIMITS } from "../limits.ts";
import {
  type ClientToServer,
  RESUME_SUB_PROTOCOL,
  type Refusal,
  type ServerToClient,
  SUB_PROTOCOL,
} from "../wire.ts";

export interface LineEvents {
  open: undefined;
  message: ServerToClient;
  /** Once, whichever side closed. `code` is 1006 without a close frame; `last` is the preceding `error`. */
  closed: { code: number; last?: Refusal; retryAfterMs: number | null };
}

/** The part of a WebSocket that is used: the browser's, Node's, or that of the package `ws`. */
export interface Socket {
  readonly readyState: number;
  onopen: ((event: never) => void) | null;
  onmessage: ((event: never) => void) | null;
  onclose: ((event: never) => void) | null;
  send(text: string): void;
  close(code?: number): void;
}

export type SocketMaker = new (url: string, protocols: string[]) => Socket;

export class Line extends Emitter<LineEvents> {
  readonly #socket: Socket;
  #done = false;
  #last: Refusal | undefined;
  #drainMs: number | null = null;
  #beat: ReturnType<typeof setInterval> | undefined;
  #silence: ReturnType<typeof setTimeout> | undefined;
  /** When the socket is judged dead if nothing is received. */
  #deadAt = Number.POSITIVE_INFINITY;
  #beatAt = Date.now();
  readonly #madeAt = Date.now();
  #isWelcomed = false;
  /** What this node cannot do, as far as it has said so; one that can do everything says nothing. */
  without: readonly string[] = [];

  /** `resumes`: whether there is a session to resume, for the handshake. */
  constructor(Maker: SocketMaker, url: string, resumes: boolean) {
    super();
    this.#socket = new Maker(url, resumes ? [SUB_PROTOCOL, RESUME_SUB_PROTOCOL] : [SUB_PROTOCOL]);
    this.#socket.onopen = () => this.emit("open", undefined);
    this.#socket.onmessage = (event: { data: unknown }) => this.#read(event.data);
    this.#socket.onclose = (event: { code: number }) => this.#finish(event.code);
    // `error` has no information and is always followed by `close`.
    this.#expect(LIMITS.welcomeMs);
  }

  /** Nothing came of this attempt for a while. */
  get isStuck(): boolean {
    return !this.#isWelcomed && Date.now() - this.#madeAt >= LIMITS.dialMs;
  }

  /** False when the socket is not open: the caller keeps messages that must not be lost. */
  send(message: ClientToServer): boolean {
    if (this.#done || this.#socket.readyState !== 1) return false;
    this.#socket.send(JSON.stringify(message));
    return true;
  }

  /** Starts heartbeats; `seconds` comes from `welcome`. */
  keepAlive(seconds: number): void {
    clearInterval(this.#beat);
    this.#isWelcomed = true;
    this.#beatAt = Date.now();
    const everyMs = Math.max(1, seconds) * 1000;
    this.#beat = setInterval(() => {
      // A timer that is much too late: the device slept, and the socket may be dead.
      const slept = Date.now() - this.#beatAt > everyMs + LIMITS.sleptMs;
      this.#beatAt = Date.now();
      this.probe(slept ? LIMITS.wakeAnswerMs : LIMITS.heartbeatAnswerMs);
    }, everyMs);
  }

  /** Sends a heartbeat, and abandons the socket if nothing is received within this time. */
  probe(withinMs: number = LIMITS.heartbeatAnswerMs): void {
    if (this.#silence === undefined) {
      this.send({ type: "heartbeat", data: {} });
      this.#expect(withinMs);
    } else if (this.#isWelcomed && Date.now() + withinMs < this.#deadAt) this.#expect(withinMs);
  }

  #expect(withinMs: number): void {
    clearTimeout(this.#silence);
    this.#deadAt = Date.now() + withinMs;
    this.#silence = setTimeout(() => this.abandon(), withinMs);
  }

  /** Closes the socket cleanly. No `closed` event follows. */
  close(code = 1000): void {
    this.#forget();
    this.#socket.close(code);
  }

  /** Abandons the socket now: a dead one would stay in CLOSING for minutes. */
  abandon(): void {
    if (this.#done) return;
    this.#socket.close(4000);
    this.#finish(1006);
  }

  #read(data: unknown): void {
    if (this.#done) return;
    clearTimeout(this.#silence);
    this.#silence = undefined;
    const message = parse(data);
    if (!message) return;
    // Only an `error` directly before a close explains it.
    this.#last = message.type === "error" ? message.data : undefined;
    if (message.type === "server_draining") this.#drainMs = message.data.retryAfterMs;
    if (message.type === "degraded") this.without = message.data.without;
    this.emit("message", message);
  }

  #finish(code: number): void {
    if (this.#done) return;
    this.#forget();
    this.emit("closed", {
      code,
      ...(this.#last && { last: this.#last }),
      retryAfterMs: this.#last?.retryAfterMs ?? this.#drainMs,
    });
  }

  #forget(): void {
    this.#done = true;
    clearInterval(this.#beat);
    clearTimeout(this.#silence);
    this.#socket.onopen = null;
    this.#socket.onmessage = null;
    this.#socket.onclose = null;
  }
}

function parse(data: unknown): ServerToClient | null {
  if (typeof data !== "string") return null;
  try {
    const value: unknown = JSON.parse(data);
    return typeof value === "object" && value !== null && "type" in value ? (value as ServerToClient) : null;
  } catch {
    return null;
  }
}
