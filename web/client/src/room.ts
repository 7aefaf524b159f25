// A room, as an application sees it: join, members, messages, chat. Without media, which `@aldis/media` adds.
import { Chat, type ChatEntry, type DeleteMessage, type GetMessages } from "./chat.ts";
import type { GetToken, StopReason } from "./connection.ts";
import { Emitter } from "./emitter.ts";
import { AldisError, NotSent, RoomEnded } from "./errors.ts";
import { Journal } from "./journal.ts";
import { type LeaveReason, Members } from "./members.ts";
import { watchPage } from "./page-life.ts";
import { Session, type SessionEvents, type SessionOptions, type SessionState } from "./session.ts";
import { socketUrl } from "./url.ts";
import type { Counted, Member, Numbered, Refusal, Said } from "./wire.ts";

/** What a room needs of an `Api`. */
export interface RoomApi {
  token(options: { force: boolean }): Promise<string | null>;
  messages: (roomId: string, before?: string) => ReturnType<GetMessages>;
  deleteMessage(roomId: string, id: string): Promise<void>;
}

export interface RoomOptions extends Partial<Omit<SessionOptions, "roomId" | "getToken">> {
  /** `xxx-yyyy-zzz` */
  roomId: string;
  /** The node: `https://…`, or its socket, `wss://…/ws`. Left out on the node's own pages. */
  url?: string;
  /** Where tokens, history and whatever else comes from; instead of it, or before it, the options below. */
  api?: RoomApi;
  /**
   * An access token, or what gets one. It is called before each connection and, with `force`, when the present token is about to
   * expire. It throws `SignedOut` when there will be no other.
   */
  token?: string | GetToken;
  /** Reads the room's history; without it chat begins with the join. */
  getMessages?: GetMessages;
  /** Erases a message of the history. */
  deleteMessage?: DeleteMessage;
}

/** A message of an application. */
export interface AppMessage {
  /** The sender's user id. */
  from: string;
  topic: string;
  data: unknown;
}

export interface RoomEvents {
  /** Anything that `state`, `members`, `without` or the chat show. */
  changed: undefined;
  state: SessionState;
  memberJoined: Member;
  memberLeft: { member: Member; reason: LeaveReason };
  /** A chat message of somebody else. */
  chat: ChatEntry;
  /** A message of an application. */
  message: AppMessage;
  /** Something was refused. Not fatal. */
  refused: SessionEvents["refused"];
  /** The end; `join` begins again. */
  ended: RoomEnded;
  /** For media: the session and its messages, in their order. */
  joined: Said<"room_joined">;
  resumed: Said<"resumed">;
  degraded: Said<"degraded">;
  signal: Numbered;
  /** The network or the page is back. */
  wake: undefined;
}

interface Joining {
  promise: Promise<void>;
  resolve: () => void;
  reject: (error: RoomEnded) => void;
}

export class Room extends Emitter<RoomEvents> {
  readonly roomId: string;
  readonly chat: Chat;
  readonly journal = new Journal();
  readonly #session: Session;
  readonly #members = new Members();
  #joining: Joining | null = null;
  #unwatch: (() => void) | null = null;
  #ended: RoomEnded | null = null;
  #without: readonly string[] = [];

  constructor(options: RoomOptions) {
    super();
    const { roomId, api } = options;
    this.roomId = roomId;
    this.#session = new Session(sessionOptions(options));
    this.chat = new Chat({
      send: (message, settle) => this.#session.send(message, settle),
      changed: () => this.#changed(),
      self: () => ({ userId: this.#session.userId, sessionId: this.#session.sessionId }),
      getMessages: options.getMessages ?? (api && ((before) => api.messages(roomId, before))),
      deleteMessage: options.deleteMessage ?? (api && ((id) => api.deleteMessage(roomId, id))),
    });
    this.#listen();
  }

  get state(): SessionState {
    return this.#session.state;
  }
  /** Our user id, once the token was accepted. */
  get userId(): string | null {
    return this.#session.userId;
  }
  get sessionId(): string | null {
    return this.#session.sessionId;
  }
  /** The others, in join order. */
  get members(): readonly Member[] {
    return this.#members.list;
  }
  /** Our seat was lost, and the room is full meanwhile; the call goes on, and we come back when there is a place. */
  get isCrowded(): boolean {
    return this.#session.isCrowded;
  }
  /** What the cluster cannot do at the moment, by name. */
  get without(): readonly string[] {
    return this.#without;
  }
  /** Why it ended; `null` before. */
  get ended(): RoomEnded | null {
    return this.#ended;
  }

  /**
   * Joins, and stays joined over lost connections until `leave` or until the server ends it. Resolves once joined; rejects with
   * `RoomEnded` if that cannot be. While it goes on, another call waits for the same; after an end it begins again.
   */
  join(): Promise<void> {
    if (this.#joining) return this.#joining.promise;
    const joining = deferred();
    this.#joining = joining;
    this.#ended = null;
    this.#unwatch = watchPage({
      wake: () => this.#wake(),
      // Closing the page leaves the room at once, so that the seat is not kept for the window.
      hide: () => this.leave(),
    });
    this.#session.start();
    return joining.promise;
  }

  /** Frees the seat. May be called at any time. */
  leave(): void {
    if (this.#joining) this.#session.leave();
  }

  /**
   * Sends a message of this application to everybody else in the room, or to one of them. Resolves once the server has it, in
   * order with all others; rejects with `NotSent`. `topic`: 1 to 64 bytes; `data`: JSON of at most 16 KiB.
   */
  send(topic: string, data: unknown, { to }: { to?: string } = {}): Promise<void> {
    return new Promise((resolve, reject) => {
      this.#session.send({ type: "message", data: { topic, data, ...(to && { to }) } }, (fate) => {
        if (fate.kind === "accepted") resolve();
        else reject(new NotSent(fate.kind === "refused" ? fate.refusal : null));
      });
    });
  }

  /** "Try now": reconnects at once instead of waiting for the next attempt. */
  reconnect(): void {
    this.#session.retry();
  }

  /** Sends a message of the protocol; for media. */
  signal(message: Counted): void {
    this.#session.send(message);
  }

  #wake(): void {
    this.#session.wake();
    this.emit("wake", undefined);
  }

  #listen(): void {
    const session = this.#session;
    session.on("traffic", ({ direction, type }) => this.journal.note(direction, type));
    session.on("state", (state) => {
      this.journal.note("state", state);
      this.emit("state", state);
      this.#changed();
    });
    session.on("joined", (joined) => this.#joined(joined));
    session.on("resumed", (resumed) => {
      this.#members.replace(resumed.peers);
      this.emit("resumed", resumed);
      this.#changed();
    });
    session.on("degraded", (degraded) => this.#degraded(degraded));
    session.on("message", (message) => this.#hear(message));
    session.on("refused", (refused) => {
      this.journal.note("state", `refused:${refused.refusal.code}`);
      this.emit("refused", refused);
      this.#changed();
    });
    session.on("stopped", ({ reason, last }) => this.#end(reason, last ?? null));
  }

  #joined(joined: Said<"room_joined">): void {
    this.#members.replace(joined.peers);
    this.emit("joined", joined);
    this.#joining?.resolve();
    void this.chat.load();
    this.#changed();
  }

  #degraded(degraded: Said<"degraded">): void {
    this.#without = degraded.without;
    this.chat.degraded(degraded.without);
    // What was acknowledged may not have arrived: chat is read again.
    if (degraded.lost) void this.chat.load();
    this.emit("degraded", degraded);
    this.#changed();
  }

  #hear(message: Numbered): void {
    // Before who left is forgotten, and after who came is known.
    const { joined, left } = this.#members.hear(message);
    if (message.type === "chat_deleted") this.chat.forget(message.data.id);
    else if (message.type === "chat_message") this.#heard(message.data);
    else if (message.type === "message") {
      const { senderUserId: from, topic, data } = message.data;
      this.emit("message", { from, topic, data });
    } else this.emit("signal", message);
    if (joined) this.emit("memberJoined", joined);
    if (left) this.emit("memberLeft", left);
    if (joined || left) this.#changed();
  }

  #heard(message: Said<"chat_message">): void {
    this.chat.hear(message, this.#members.find(message.senderId)?.name ?? null);
    const heard = this.chat.entries.at(-1);
    if (heard?.id === message.id) this.emit("chat", heard);
  }

  #end(reason: StopReason, refusal: Refusal | null): void {
    const ended = new RoomEnded(reason, refusal);
    this.#ended = ended;
    this.#members.replace([]);
    this.#unwatch?.();
    this.#unwatch = null;
    this.chat.end();
    const joining = this.#joining;
    this.#joining = null;
    // Who has joined already, or does not wait, hears of the end by the event.
    joining?.reject(ended);
    this.emit("ended", ended);
    this.#changed();
  }

  #changed(): void {
    this.emit("changed", undefined);
  }
}

function sessionOptions({ url, token, api, ...rest }: RoomOptions): SessionOptions {
  if (!rest.WebSocket && typeof globalThis.WebSocket === "undefined") {
    throw new AldisError(
      "no_websocket",
      "There is no WebSocket here: pass one as the option `WebSocket`, such as that of the package `ws` (Node has its own from 22).",
    );
  }
  const get = typeof token === "string" ? async () => token : token;
  const getToken = get ?? (api && ((options: { force: boolean }) => api.token(options)));
  return { ...rest, url: socketUrl(url), getToken: getToken ?? (async () => null) };
}

function deferred(): Joining {
  let [resolve, reject]: [() => void, (error: RoomEnded) => void] = [() => {}, () => {}];
  const promise = new Promise<void>((yes, no) => {
    resolve = yes;
    reject = no;
  });
  promise.catch(() => {});
  return { promise, resolve, reject };
}
