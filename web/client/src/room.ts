// A room, as an application sees it: join, members, messages, chat. Without media, which `@aldis/media` adds.
import { Chat, type ChatEntry } from "./chat.ts";
import type { StopReason } from "./connection.ts";
import { Emitter } from "./emitter.ts";
import { NotSent, RoomEnded } from "./errors.ts";
import { type Flow, flowOf, heard, NO_FLOW } from "./flow.ts";
import type { Guests, TrackKind } from "./gen/protocol.ts";
import { Journal } from "./journal.ts";
import { type LeaveReason, Members } from "./members.ts";
import { OwnAttributes } from "./own-attributes.ts";
import { watchPage } from "./page-life.ts";
import { type RoomOptions, sessionOptions } from "./room-options.ts";
import { Session, type SessionEvents, type SessionState } from "./session.ts";
import type {
  Answer,
  Asking,
  AttributeChanges,
  Counted,
  Member,
  Numbered,
  Refusal,
  RequestType,
  RoomRules,
  Said,
  SfuNotice,
} from "./wire.ts";

export type { RoomApi, RoomOptions } from "./room-options.ts";

/** A message of an application. */
export interface AppMessage {
  /** The sender's user id; null: the application's backend. */
  from: string | null;
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
  /** A member tells something else of themselves; `changes` has what is new, `null` what was removed. */
  attributesChanged: { member: Member; changes: AttributeChanges };
  /** The host asks us to switch something off. It is a request: the person, or the application, decides. */
  muteRequested: Said<"mute_requested">;
  /** The host, the lock, the rule for guests or the name is another one. */
  roomChanged: RoomRules;
  /** So many guests wait for the host, who gets them by `Api.waitingGuests`. */
  guestsWaiting: Said<"guests_waiting">;
  /** A backend has moved us to this room, which is joined next: other members, another chat. */
  moved: { roomId: string };
  /** Something was refused. Not fatal. */
  refused: SessionEvents["refused"];
  /** The end; `join` begins again. */
  ended: RoomEnded;
  /** For media: the session and its messages, in their order. */
  joined: Said<"room_joined">;
  resumed: Said<"resumed">;
  degraded: Said<"degraded">;
  signal: Numbered;
  notice: SfuNotice;
  /** The network or the page is back. */
  wake: undefined;
}

interface Joining {
  promise: Promise<void>;
  resolve: () => void;
  reject: (error: RoomEnded) => void;
}

export class Room extends Emitter<RoomEvents> {
  readonly chat: Chat;
  readonly journal = new Journal();
  readonly #session: Session;
  readonly #members = new Members();
  #joining: Joining | null = null;
  #unwatch: (() => void) | null = null;
  #ended: RoomEnded | null = null;
  #without: readonly string[] = [];
  #flow: Flow = NO_FLOW;
  #rules: RoomRules | null = null;
  readonly #attributes = new OwnAttributes((attributes) =>
    this.#request({ type: "set_attributes", data: { attributes } }),
  );

  constructor(options: RoomOptions) {
    super();
    const { api } = options;
    this.#session = new Session(sessionOptions(options));
    this.chat = new Chat({
      send: (message, settle) => this.#session.send(message, settle),
      changed: () => this.#changed(),
      self: () => ({ userId: this.#session.userId, sessionId: this.#session.sessionId }),
      getMessages: options.getMessages ?? (api && ((before) => api.messages(this.roomId, before))),
      deleteMessage: options.deleteMessage ?? (api && ((id) => api.deleteMessage(this.roomId, id))),
    });
    this.#listen();
    this.#session.on("moved", ({ roomId, token }) => this.#moved(roomId, () => api?.moved?.(roomId, token)));
  }

  /** Another one once a backend has moved us (`moved`). */
  get roomId(): string {
    return this.#session.roomId;
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
  /** How media flows. What each member sends through a media server is in `members`. */
  get flow(): Flow {
    return this.#flow;
  }
  /** Who hosts the room, whether it is locked, whether guests may join, its name; `null` until it is known. */
  get rules(): RoomRules | null {
    return this.#rules;
  }
  /** Whether we are the host, whose requests below are not refused with `not_host`. */
  get isHost(): boolean {
    return this.#rules !== null && this.#rules.hostId === this.userId;
  }
  /** Whether the others are not told of us, as our token says: we only listen, and whatever would show us is refused. */
  get isHidden(): boolean {
    return "_hidden" in this.attributes;
  }
  /** What we tell of ourselves; what others tell is in `members`. */
  get attributes(): Readonly<Record<string, string>> {
    return this.#attributes.all;
  }
  /** Our seat was lost, and the room is full meanwhile; the call goes on, and we come back when there is a place. */
  get isCrowded(): boolean {
    return this.#session.isCrowded;
  }
  /** What the cluster cannot do at the moment, by name: `signaling`, `media`, `history` (chat is neither stored nor read). */
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
    return this.#request({ type: "message", data: { topic, data, ...(to && { to }) } });
  }

  /**
   * Sets what everybody knows of us (a hand, a role …) by name, or removes it with `null`; other attributes stay. At most 32 names
   * `[a-z][a-zA-Z0-9_.-]{0,31}`, texts of at most 512 bytes, 2 KiB in all. They last as long as we are in the room, over lost
   * connections as well. Resolves and rejects as `send`.
   */
  async setAttributes(changes: AttributeChanges): Promise<void> {
    await this.#attributes.set(changes);
    this.#changed();
  }

  /** For the host: removes a member, with `ban` for good. Rejects with `NotSent`, as all that follow: `not_host`, `peer_not_found` … */
  removeMember(userId: string, { ban = false }: { ban?: boolean } = {}): Promise<void> {
    return this.#request({ type: "remove_member", data: { userId, ...(ban && { ban }) } });
  }
  /** For the host: asks a member to switch their microphone (`audio`) or camera (`video`) off. They decide. */
  requestMute(userId: string, kind: TrackKind): Promise<void> {
    return this.#request({ type: "request_mute", data: { userId, kind } });
  }
  /** For the host: another member is the host from now on. */
  handOver(userId: string): Promise<void> {
    return this.#request({ type: "hand_over", data: { userId } });
  }
  /** For the host: whether anybody new may join, and whether guests may. */
  setRoom(rules: { locked?: boolean; guests?: Guests }): Promise<void> {
    return this.#request({ type: "set_room", data: rules });
  }
  /** For the host: closes the room for everybody; `ended` with `room_closed` follows. */
  endRoom(): Promise<void> {
    return this.#request({ type: "end_room" }).catch((error) => {
      // The end may come before the acknowledgement.
      if (this.#ended?.code !== "room_closed") throw error;
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

  /**
   * Asks the room's media server, through the node. Over a lost connection the same question is asked again, and is answered once.
   * Rejects with `RequestRefused`; with its `rid` as `again` the same question is asked once more, and done once.
   */
  request<T extends RequestType>(type: T, data: Asking<T>, again?: number | null): Promise<Answer<T>> {
    return this.#session.request(type, data, again);
  }

  #request(message: Counted): Promise<void> {
    return new Promise((resolve, reject) => {
      this.#session.send(message, (fate) => {
        if (fate.kind === "accepted") resolve();
        else reject(new NotSent(fate.kind === "refused" ? fate.refusal : null));
      });
    });
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
      this.#flow = flowOf(resumed, this.#flow);
      this.#enter(resumed, resumed.lost ? "lost" : "kept");
      this.emit("resumed", resumed);
      this.#changed();
    });
    session.on("degraded", (degraded) => this.#degraded(degraded));
    session.on("message", (message) => this.#hear(message));
    session.on("notice", (notice) => this.#notice(notice));
    session.on("refused", (refused) => {
      this.journal.note("state", `refused:${refused.refusal.code}`);
      this.emit("refused", refused);
      this.#changed();
    });
    session.on("stopped", ({ reason, last }) => this.#end(reason, last ?? null));
  }

  #joined(joined: Said<"room_joined">): void {
    this.#members.replace(joined.peers);
    this.#flow = flowOf(joined, NO_FLOW);
    this.#enter(joined, "new");
    this.emit("joined", joined);
    this.#joining?.resolve();
    void this.chat.load();
    this.#changed();
  }

  /** What `room_joined` and `resumed` say of the room and of us. */
  #enter(entered: Said<"room_joined"> | Said<"resumed">, memory: "kept" | "lost" | "new"): void {
    const { hostId, locked = false, guests = "no", name = "", attributes = {} } = entered;
    if (hostId !== undefined) this.#rules = { hostId, locked, guests, name };
    const again = this.#attributes.entered(attributes, memory);
    if (again) void this.setAttributes(again).catch(() => {});
  }

  #moved(roomId: string, adopt: () => void): void {
    adopt();
    this.#members.replace([]);
    this.#rules = null;
    this.#attributes.forget();
    this.chat.restart();
    this.emit("moved", { roomId });
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
    const { joined, left, changed } = this.#members.hear(message);
    const isMedia = this.#hearMedia(message);
    if (message.type === "chat_deleted") this.chat.forget(message.data.id);
    else if (message.type === "chat_message") this.#heard(message.data);
    else if (message.type === "message") {
      const { senderUserId: from = null, topic, data } = message.data;
      this.emit("message", { from, topic, data });
    } else if (message.type === "mute_requested") this.emit("muteRequested", message.data);
    else if (message.type === "guests_waiting") this.emit("guestsWaiting", message.data);
    else if (message.type === "room_changed") this.#ruled(message.data);
    else if (message.type !== "attributes_changed") this.emit("signal", message);
    else if (changed) this.emit("attributesChanged", { member: changed, changes: message.data.attributes });
    if (joined) this.emit("memberJoined", joined);
    if (left) this.emit("memberLeft", left);
    if (joined || left || changed || isMedia) this.#changed();
  }

  #ruled(rules: RoomRules): void {
    this.#rules = rules;
    this.emit("roomChanged", rules);
    this.#changed();
  }

  /** Whether it is news of media. */
  #hearMedia(message: Numbered): boolean {
    const before = this.#flow;
    this.#flow = heard(before, message);
    if (this.#flow === before) return this.#members.hearMedia(message, before.epoch);
    this.journal.note("state", `media:${this.#flow.mode}:${this.#flow.epoch}`);
    if (this.#flow.epoch > before.epoch) this.#members.sendNothing();
    return true;
  }

  #notice(notice: SfuNotice): void {
    if (notice.type === "sfu_active_speaker") {
      this.#flow = { ...this.#flow, speaker: notice.data.userId };
      this.#changed();
    }
    this.emit("notice", notice);
  }

  #heard(message: Said<"chat_message">): void {
    this.chat.hear(message, this.#members.find(message.senderId)?.name ?? null);
    const heard = this.chat.entries.at(-1);
    if (heard?.id === message.id) this.emit("chat", heard);
  }

  #end(reason: StopReason, refusal: Refusal | null): void {
    const ended = new RoomEnded(reason, refusal);
    this.#ended = ended;
    this.#attributes.forget();
    this.#members.replace([]);
    this.#flow = NO_FLOW;
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

function deferred(): Joining {
  let [resolve, reject]: [() => void, (error: RoomEnded) => void] = [() => {}, () => {}];
  const promise = new Promise<void>((yes, no) => {
    resolve = yes;
    reject = no;
  });
  promise.catch(() => {});
  return { promise, resolve, reject };
}
