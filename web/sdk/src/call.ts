// A call in one room: combines session, peers, media and chat, with one immutable snapshot for the page.
import { Chat, type ChatEntry, type ChatHistory, type DeleteMessage, type GetMessages } from "./chat.ts";
import type { StopReason } from "./connection.ts";
import { Emitter } from "./emitter.ts";
import { type GetIceServers, IceServers } from "./ice.ts";
import { Journal } from "./journal.ts";
import type { Media } from "./media.ts";
import type { PeerView } from "./peer.ts";
import { Peers } from "./peers.ts";
import { Session, type SessionOptions, type SessionState } from "./session.ts";
import { type PeerStats, peerStats } from "./stats.ts";
import type { Numbered, Refusal } from "./wire.ts";

export interface CallOptions extends SessionOptions {
  media: Media;
  /** Renews relay credentials during long calls. */
  getIceServers?: GetIceServers;
  /** Reads the room's history; without it chat begins with the join. */
  getMessages?: GetMessages;
  /** Erases a message of the history. */
  deleteMessage?: DeleteMessage;
  /** `relay` sends all media through a relay, for finding faults. */
  iceTransportPolicy?: RTCIceTransportPolicy;
  RTCPeerConnection?: typeof RTCPeerConnection;
}

export interface CallView {
  state: SessionState;
  userId: string | null;
  roomId: string;
  sessionId: string | null;
  /** Set once `state` is `stopped`. */
  stopped: StopReason | null;
  /** The server's message when it refused or closed. */
  refusal: Refusal | null;
  peers: PeerView[];
  /** What the cluster cannot do at the moment, by name; the call continues. */
  without: readonly string[];
  chat: readonly ChatEntry[];
  /** Whether older messages can be loaded (`chat.older`). */
  chatHistory: ChatHistory;
}

export class Call extends Emitter<{ changed: undefined; chat: ChatEntry }> {
  readonly media: Media;
  readonly chat: Chat;
  readonly journal = new Journal();
  readonly #session: Session;
  readonly #peers: Peers;
  readonly #ice: IceServers;
  readonly #cleanup: (() => void)[] = [];
  #view: CallView | null = null;
  #stopped: StopReason | null = null;
  #refusal: Refusal | null = null;
  #without: readonly string[] = [];

  constructor(options: CallOptions) {
    super();
    const { media, iceTransportPolicy = "all", RTCPeerConnection } = options;
    this.media = media;
    this.#session = new Session({ ...options, worthwhile: () => this.#peers.isStanding });
    this.#ice = new IceServers(options.getIceServers, () => this.#peers.configure());
    this.#peers = new Peers({
      send: (message) => this.#session.send(message),
      online: () => this.#session.state === "joined",
      configuration: () => ({ iceServers: this.#ice.current, iceTransportPolicy }),
      ...(RTCPeerConnection && { RTCPeerConnection }),
    });
    this.chat = new Chat({
      send: (message, settle) => this.#session.send(message, settle),
      changed: () => this.#changed(),
      self: () => ({ userId: this.#session.userId, sessionId: this.#session.sessionId }),
      getMessages: options.getMessages,
      deleteMessage: options.deleteMessage,
    });
    this.#listen();
  }

  /** Joins, and keeps the call connected until `leave` or until the server ends it. While it goes on, nothing happens; after its end it begins again. */
  join(): void {
    const { state } = this.#session;
    if (state !== "idle" && state !== "stopped") return;
    this.#stopped = null;
    this.#refusal = null;
    this.#cleanup.push(
      this.media.on("track", ({ slot, track }) => this.#peers.set(slot, track)),
      this.media.on("changed", () => this.#sayMuted()),
    );
    for (const slot of ["microphone", "camera", "screen"] as const)
      this.#peers.set(slot, this.media.track(slot));
    this.#peers.say({ microphone: this.media.view.microphone.on });
    this.#watchPage();
    this.#session.start();
  }

  /** Frees the seat and closes every connection. The caller releases devices: a preview may continue. */
  leave(): void {
    this.#session.leave();
  }

  /** "Try now": reconnects to the service at once instead of waiting for the next attempt. */
  reconnect(): void {
    this.#session.retry();
  }

  /** "Try again" for one member whose media does not come. */
  retry(userId: string): void {
    this.#peers.retry(userId);
  }

  get view(): CallView {
    this.#view ??= {
      state: this.#session.state,
      userId: this.#session.userId,
      roomId: this.#session.roomId,
      sessionId: this.#session.sessionId,
      stopped: this.#stopped,
      refusal: this.#refusal,
      peers: this.#peers.views(),
      without: this.#without,
      chat: this.chat.entries,
      chatHistory: this.chat.history,
    };
    return this.#view;
  }

  /** The browser's statistics for each member. */
  stats(): Promise<PeerStats[]> {
    return Promise.all(this.#peers.all().map(peerStats));
  }

  #listen(): void {
    const session = this.#session;
    session.on("traffic", ({ direction, type }) => this.journal.note(direction, type));
    session.on("state", (state) => {
      this.journal.note("state", state);
      this.#changed();
    });
    session.on("joined", (joined) => {
      this.#ice.use(joined.iceServers);
      this.#peers.joined(joined);
      void this.chat.load();
    });
    session.on("resumed", () => this.#peers.resumed());
    session.on("degraded", ({ without, lost }) => {
      this.#without = without;
      this.chat.degraded(without);
      // What was acknowledged may not have arrived: connections that do not work restart, chat is read again.
      if (lost) {
        this.#peers.resumed();
        void this.chat.load();
      }
      this.#changed();
    });
    session.on("message", (message) => this.#hear(message));
    session.on("refused", ({ refusal, message }) => {
      this.journal.note("state", `refused:${refusal.code}`);
      if (refusal.code === "candidates_overflow" && message?.type === "ice_candidate") {
        this.#peers.candidatesRefused(message.data.targetUserId);
      }
    });
    session.on("stopped", ({ reason, last }) => this.#end(reason, last ?? null));
    this.#peers.on("changed", () => this.#changed());
  }

  #hear(message: Numbered): void {
    if (message.type === "chat_deleted") return this.chat.forget(message.data.id);
    if (message.type !== "chat_message") return this.#peers.hear(message);
    const sender = this.#peers.views().find((peer) => peer.userId === message.data.senderId);
    this.chat.hear(message.data, sender?.name ?? null);
    const heard = this.chat.entries.at(-1);
    if (heard?.id === message.data.id) this.emit("chat", heard);
  }

  #muted: boolean | null = null;
  #sayMuted(): void {
    const { on } = this.media.view.microphone;
    if (this.#muted === on) return;
    this.#muted = on;
    this.#peers.say({ microphone: on });
  }

  #watchPage(): void {
    const page = globalThis.window;
    if (!page) return;
    const wake = () => {
      this.#session.wake();
      this.#peers.resumed();
    };
    const show = () => {
      if (document.visibilityState === "visible") wake();
    };
    // Closing the page leaves the room at once, so that the seat is not kept for the window.
    const hide = () => this.leave();
    page.addEventListener("online", wake);
    page.addEventListener("pagehide", hide);
    document.addEventListener("visibilitychange", show);
    // A frozen page runs again (Page Lifecycle).
    document.addEventListener("resume", wake);
    this.#cleanup.push(() => {
      page.removeEventListener("online", wake);
      page.removeEventListener("pagehide", hide);
      document.removeEventListener("visibilitychange", show);
      document.removeEventListener("resume", wake);
    });
  }

  #end(reason: StopReason, refusal: Refusal | null): void {
    this.#stopped = reason;
    this.#refusal = refusal;
    this.chat.end();
    this.#peers.close();
    this.#ice.close();
    for (const undo of this.#cleanup.splice(0)) undo();
    this.#changed();
  }

  #changed(): void {
    this.#view = null;
    this.emit("changed", undefined);
  }
}
