// One person's session in one room: joined once, resumed over any number of sockets, joined again when
// the server no longer knows it. Handles `cid`, `seq` and resume; independent of media.

import { asked } from "./connection/backoff.ts";
import { Connection, type ConnectionOptions, type StopReason } from "./connection.ts";
import { Emitter } from "./emitter.ts";
import { RequestRefused } from "./errors.ts";
import { LIMITS } from "./limits.ts";
import { Inbox } from "./session/inbox.ts";
import { type Fate, type Kept, Outbox } from "./session/outbox.ts";
import { Pass } from "./session/pass.ts";
import { Requests } from "./session/requests.ts";
import type {
  Answer,
  Asking,
  Code,
  Counted,
  Numbered,
  Refusal,
  RequestType,
  Said,
  ServerToClient,
  SfuNotice,
} from "./wire.ts";

export type { Fate } from "./session/outbox.ts";

/**
 * `connecting`: opening the first socket. `joining`: requesting a seat. `joined`: in the room.
 * `reconnecting`: the seat is kept while a new socket is opened. `stopped`: ended permanently.
 */
export type SessionState = "idle" | "connecting" | "joining" | "joined" | "reconnecting" | "stopped";

export interface SessionEvents {
  state: SessionState;
  /** A new session has begun. */
  joined: Said<"room_joined">;
  /** The same session continues; missed messages follow as `message`s. */
  resumed: Said<"resumed">;
  message: Numbered;
  /** What happens at the room's media server. */
  notice: SfuNotice;
  /** The server refused something. Not fatal. */
  refused: { refusal: Refusal; message?: Counted };
  /** A backend has moved us: `roomId` is another one from now on, which is joined next. */
  moved: Said<"moved">;
  /** A temporary problem of the cluster, for a notice. */
  degraded: Said<"degraded">;
  stopped: { reason: StopReason; last?: Refusal };
  traffic: { direction: "sent" | "received"; type: string };
}

export type SessionOptions = Omit<ConnectionOptions, "resume"> & { roomId: string };

const JOIN_STOPS: Partial<Record<Code, StopReason>> = {
  room_full: "room_full",
  room_not_found: "room_not_found",
  room_closed: "room_closed",
  room_locked: "room_locked",
  banned: "banned",
  forbidden: "forbidden",
  already_in_room: "protocol",
  bad_message: "room_not_found",
};

export class Session extends Emitter<SessionEvents> {
  #roomId: string;
  readonly #pass: Pass;
  readonly #connection: Connection;
  readonly #worthwhile: () => boolean;
  readonly #outbox = new Outbox();
  readonly #inbox: Inbox;
  readonly #requests: Requests;
  #state: SessionState = "idle";
  #userId: string | null = null;
  #sessionId: string | null = null;
  #resumeToken: string | null = null;
  #deadline: ReturnType<typeof setTimeout> | undefined;
  #isCrowded = false;

  constructor(options: SessionOptions) {
    super();
    this.#roomId = options.roomId;
    this.#pass = new Pass(options.getToken);
    this.#worthwhile = options.worthwhile ?? (() => false);
    this.#inbox = new Inbox((seq) => this.#connection.send({ type: "ack", seq }));
    const getToken = (wish: { force: boolean }) => this.#pass.token(wish, this.#roomId);
    this.#connection = new Connection({ ...options, getToken, resume: () => this.#continuation() });
    this.#requests = new Requests({
      send: (message) => this.#connection.send(message),
      online: () => this.#state === "joined",
    });
    this.#connection.on("welcome", ({ welcome, resuming }) => this.#welcomed(welcome, resuming));
    this.#connection.on("message", (message) => this.#hear(message));
    this.#connection.on("down", () => this.#down());
    this.#connection.on("stopped", (stopped) => this.#ended(stopped));
    this.#connection.on("traffic", (traffic) => this.emit("traffic", traffic));
  }

  get roomId(): string {
    return this.#roomId;
  }
  get state(): SessionState {
    return this.#state;
  }
  /** Our user id, from `welcome`. */
  get userId(): string | null {
    return this.#userId;
  }
  get sessionId(): string | null {
    return this.#sessionId;
  }
  /** Our seat was lost, and the room is full: media goes on, and a seat is asked for again and again. */
  get isCrowded(): boolean {
    return this.#isCrowded;
  }

  /** Begins, or begins again after the end; while it goes on, nothing happens. */
  start(): void {
    if (this.#state !== "idle" && this.#state !== "stopped") return;
    this.#enter("connecting");
    this.#connection.start();
  }

  /** Frees the seat at once and ends. */
  leave(): void {
    if (this.#state === "stopped") return;
    this.#inbox.flush();
    this.#connection.send({ type: "leave_room" });
    this.#connection.stop("left");
  }

  /** Sends a message to the room or to one member: now, or as soon as the session is connected again. */
  send(message: Counted, settle?: (fate: Fate) => void): void {
    if (this.#state === "stopped" || this.#state === "idle") return settle?.({ kind: "lost" });
    const kept = this.#outbox.add(message, settle);
    if (!kept) return this.#giveUpSession(settle);
    if (this.#state === "joined") this.#transmit(kept);
  }

  /** Asks the room's media server, through the node; over a lost socket, too. Rejects with `RequestRefused`. */
  request<T extends RequestType>(type: T, data: Asking<T>, again?: number | null): Promise<Answer<T>> {
    // Nobody would ever answer.
    if (this.#state === "stopped" || this.#state === "idle")
      return Promise.reject(new RequestRefused("lost"));
    return this.#requests.ask(type, data, again);
  }

  /** The browser reports that the network or the page is back. */
  wake(): void {
    this.#connection.wake();
  }

  /** A person does not want to wait for the next attempt. */
  retry(): void {
    this.#connection.retry();
  }

  #continuation(): { resumeToken: string; seq: number } | undefined {
    return this.#resumeToken ? { resumeToken: this.#resumeToken, seq: this.#inbox.last } : undefined;
  }

  #welcomed({ userId, limits }: Said<"welcome">, resuming: boolean): void {
    this.#userId = userId;
    this.#requests.max = limits.media?.requestsMax ?? LIMITS.requestsMax;
    if (resuming) this.#awaitSeat();
    else this.#join();
  }

  #join(): void {
    if (this.#state !== "reconnecting") this.#enter("joining");
    this.#connection.send({ type: "join_room", data: { roomId: this.#roomId } });
    this.#awaitSeat();
  }

  #awaitSeat(): void {
    clearTimeout(this.#deadline);
    this.#deadline = setTimeout(() => this.#connection.renew(), LIMITS.joinMs);
  }

  #hear(message: ServerToClient): void {
    switch (message.type) {
      case "ack":
        return this.#outbox.acknowledge(message.cid);
      case "room_joined":
        return this.#begin(message.data);
      case "resumed":
        return this.#resume(message.data);
      case "resume_failed":
        return this.#forget();
      case "error":
        return this.#refused(message.data);
      case "token_expiring":
        return void this.#connection.refreshToken();
      case "moved":
        return this.#move(message.data);
      case "room_closed":
        return this.#connection.stop("room_closed");
      case "degraded":
        return this.emit("degraded", message.data);
      case "welcome":
      case "heartbeat_ack":
      case "server_draining":
      case "room_left":
        return;
      case "sfu_consumer_layers":
      case "sfu_consumer_closed":
      case "sfu_active_speaker":
        return this.emit("notice", message);
      default:
        if ("rid" in message && !("seq" in message))
          return void this.#requests.answered(message.rid, message.data);
        // An unknown type of a newer server without a number is ignored.
        if ("seq" in message && message.seq !== undefined) this.#receive(message);
    }
  }

  #receive(message: Numbered): void {
    // An unknown type of a newer server is numbered, too: it is skipped, and counts as processed.
    const place = this.#inbox.take(message.seq);
    if (place === "next") this.emit("message", message);
    else if (place === "hole") this.#connection.renew();
  }

  #begin(joined: Said<"room_joined">): void {
    this.#outbox.restart();
    this.#inbox.restart();
    this.#requests.restart();
    this.#resumeToken = joined.resumeToken;
    this.#sessionId = joined.sessionId;
    this.#transmitKept();
    this.#settle();
    this.emit("joined", joined);
  }

  #resume(resumed: Said<"resumed">): void {
    this.#transmitKept();
    this.#settle();
    this.#requests.resumed();
    this.emit("resumed", resumed);
  }

  /** In the order of their numbers, and before listeners are notified of the new state: their messages follow. */
  #transmitKept(): void {
    for (const kept of this.#outbox.unacknowledged()) this.#transmit(kept);
  }

  #settle(): void {
    clearTimeout(this.#deadline);
    this.#isCrowded = false;
    this.#connection.settled();
    this.#enter("joined");
  }

  /** The server no longer knows this session: request a new seat. */
  #forget(): void {
    this.#resumeToken = null;
    this.#outbox.restart();
    this.#requests.restart();
    this.#join();
  }

  #move(moved: Said<"moved">): void {
    const { roomId, token } = moved;
    this.#roomId = roomId;
    if (token !== undefined) {
      this.#pass.give(token);
      this.#connection.send({ type: "token_refresh", data: { token } });
    }
    this.emit("moved", moved);
    this.#forget();
  }

  #giveUpSession(settle?: (fate: Fate) => void): void {
    settle?.({ kind: "lost" });
    this.#resumeToken = null;
    this.#outbox.restart();
    this.#connection.renew();
  }

  #refused(refusal: Refusal): void {
    if (this.#requests.refused(refusal)) return;
    const kept = typeof refusal.cid === "number" ? this.#outbox.take(refusal.cid) : undefined;
    if (kept) return this.#refusedMessage(refusal, kept);
    if (this.#state !== "joined" && this.#refusedSeat(refusal)) return;
    this.emit("refused", { refusal });
  }

  /** The join was refused: final, or retryable. */
  #refusedSeat(refusal: Refusal): boolean {
    const stop = JOIN_STOPS[refusal.code];
    if (stop === "room_full" && this.#sessionId !== null && this.#worthwhile()) {
      this.#awaitPlace(refusal);
      return true;
    }
    if (stop) {
      this.#connection.stop(stop, refusal);
      return true;
    }
    if (!refusal.retryable) return false;
    clearTimeout(this.#deadline);
    this.#deadline = setTimeout(
      () => (this.#resumeToken ? this.#connection.renew() : this.#join()),
      asked(refusal.retryAfterMs) ?? LIMITS.resendMs,
    );
    return true;
  }

  /** Others have taken our place while signaling was away; what works is not ended for that. */
  #awaitPlace(refusal: Refusal): void {
    this.#isCrowded = true;
    this.emit("refused", { refusal });
    clearTimeout(this.#deadline);
    this.#deadline = setTimeout(() => this.#join(), asked(refusal.retryAfterMs) ?? LIMITS.crowdedMs);
  }

  /** A refused message keeps its content and gets a new number: later numbers may have been used already. */
  #refusedMessage(refusal: Refusal, kept: Kept): void {
    if (refusal.code === "not_in_room") {
      kept.settle({ kind: "lost" });
      return this.#forget();
    }
    // Server and client no longer agree on the numbers: only a new session can fix that.
    if (refusal.code === "out_of_order") return this.#giveUpSession(kept.settle);
    if (refusal.retryable && kept.tries < LIMITS.resendMax) {
      const session = this.#sessionId;
      const pause = asked(refusal.retryAfterMs) ?? LIMITS.resendMs;
      setTimeout(() => {
        if (this.#sessionId !== session || this.#state === "stopped") return kept.settle({ kind: "lost" });
        const again = this.#outbox.add(kept.message, kept.settle, kept.tries + 1);
        if (!again) this.#giveUpSession(kept.settle);
        else if (this.#state === "joined") this.#transmit(again);
      }, pause);
      return;
    }
    kept.settle({ kind: "refused", refusal });
    this.emit("refused", { refusal, message: kept.message });
  }

  #transmit({ cid, message }: Kept): void {
    this.#connection.send({ ...message, cid });
  }

  #down(): void {
    clearTimeout(this.#deadline);
    this.#enter(this.#sessionId === null ? "connecting" : "reconnecting");
  }

  #ended(stopped: { reason: StopReason; last?: Refusal }): void {
    clearTimeout(this.#deadline);
    this.#inbox.restart();
    this.#outbox.restart();
    this.#requests.restart();
    this.#resumeToken = null;
    this.#sessionId = null;
    this.#isCrowded = false;
    this.#enter("stopped");
    this.emit("stopped", stopped);
  }

  #enter(state: SessionState): void {
    if (this.#state === state) return;
    this.#state = state;
    this.emit("state", state);
  }
}
