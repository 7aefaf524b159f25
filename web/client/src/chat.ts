import { LIMITS } from "./limits.ts";
import type { Fate } from "./session.ts";
import type { Counted, Said } from "./wire.ts";

/** One chat message as the page shows it. */
export interface ChatEntry {
  /** The server's id, or a local one for our own of this page: it never changes. */
  id: string;
  /** `null`: ours. */
  senderId: string | null;
  /** The sender's name at that time; they may have left since. */
  name: string | null;
  content: string;
  /** Milliseconds since the epoch. */
  time: number;
  /** Ours only: the server does not send our own back, its acknowledgement makes it `sent`. */
  state: "sending" | "sent" | "failed";
  /** It is in the history, and can be erased there. */
  isStored: boolean;
}

/** A message of the room's history. */
export interface StoredMessage {
  id: string;
  /** `null`: the account was deleted. */
  senderId: string | null;
  senderName: string;
  content: string;
  /** Milliseconds since the epoch. */
  timestamp: number;
}
/** A page of the history, oldest first. */
export interface MessagePage {
  messages: StoredMessage[];
  /** `before` of the page with older messages; absent on the last page. */
  nextCursor?: string;
  /** `false`: messages are missing for good, between these, just before the oldest of them, or after the newest. */
  complete?: boolean;
}
/** Reads a page of the history: the newest, or the one before a cursor. */
export type GetMessages = (before?: string) => Promise<MessagePage>;
/** Erases a message in the history, by its id there. */
export type DeleteMessage = (id: string) => Promise<void>;

/** `more`: older messages can be loaded. `whole`: there are none, or no history. */
export type ChatHistory = "whole" | "loading" | "more" | "failed";

/** What chat needs of the call. */
export interface ChatSource {
  send(message: Counted, settle: (fate: Fate) => void): void;
  changed(): void;
  /** Our user id and the present session. */
  self(): { userId: string | null; sessionId: string | null };
  getMessages?: GetMessages | undefined;
  deleteMessage?: DeleteMessage | undefined;
}

type Entry = Omit<ChatEntry, "isStored">;

/** An entry, and the server's id of it: known for our own once they were numbered, also if the answer was lost. */
interface Row {
  entry: Entry;
  serverId: string | null;
}

/** One of ours whose session ended before it was acknowledged. `after`: the newest message that was known when it was said. */
interface Uncertain {
  after: string | null;
}

/** The room's chat: the newest page of its history, what is said since, and older pages as they are asked for. */
export class Chat {
  #rows: readonly Row[] = [];
  #entries: readonly ChatEntry[] = [];
  #next = 1;
  #history: ChatHistory = "whole";
  /** `undefined`: nothing is loaded yet. `null`: all of it. */
  #cursor: string | null | undefined;
  /** The page that could not be loaded. */
  #failed: string | undefined;
  #loads = 0;
  #complete = true;
  #away = false;
  /** Ids of deleted messages: a page that was read before the deletion may still come. */
  readonly #deleted = new Set<string>();
  /** Ours whose session ended before they were acknowledged, by their local id: the history tells whether they arrived. */
  #uncertain = new Map<string, Uncertain>();
  readonly #source: ChatSource;

  constructor(source: ChatSource) {
    this.#source = source;
  }

  get entries(): readonly ChatEntry[] {
    return this.#entries;
  }
  get history(): ChatHistory {
    return this.#history;
  }

  /** Whether nothing is missing among the loaded messages: where it is false, tell people that there is a gap. */
  get complete(): boolean {
    return this.#complete;
  }
  /** Whether the server stores what is said now; else it reaches those who are here, and nobody who comes later. */
  get stored(): boolean {
    return !this.#away;
  }

  /** What the node cannot do right now, by name. */
  degraded(without: readonly string[]): void {
    const was = this.#away;
    this.#away = without.includes("history");
    if (was === this.#away) return;
    this.#source.changed();
    // What could not be read meanwhile is there again.
    if (was) void this.load();
  }

  /** A message was deleted: it is shown no longer, whoever said it. */
  forget(id: string): void {
    this.#deleted.add(id);
    const [oldest] = this.#deleted;
    if (this.#deleted.size > LIMITS.chatMax && oldest) this.#deleted.delete(oldest);
    this.#show(this.#rows);
  }

  /** Sends a message, and shows it at once. Blank text is ignored. */
  say(text: string): void {
    // By code points, not by halves of surrogate pairs.
    const content = [...text.trim()].slice(0, LIMITS.chatCharsMax).join("");
    if (!content) return;
    const id = `mine-${this.#next}`;
    this.#next += 1;
    const entry: Entry = { id, senderId: null, name: null, content, time: Date.now(), state: "sending" };
    this.#show([...this.#rows, { entry, serverId: null }]);
    this.#transmit(id, content);
  }

  /** Resends a failed message. */
  retry(id: string): void {
    const failed = this.#entries.find((each) => each.id === id && each.state === "failed");
    if (!failed) return;
    this.#mark(id, "sending", null);
    this.#transmit(id, failed.content);
  }

  /** Erases a message for everybody who has not read it yet. Rejects, and keeps it, if the server refuses. */
  async remove(id: string): Promise<void> {
    const { deleteMessage } = this.#source;
    const serverId = this.#rows.find((row) => row.entry.id === id)?.serverId;
    if (!deleteMessage || !serverId) return;
    await deleteMessage(serverId);
    this.#show(this.#rows.filter((row) => row.entry.id !== id));
  }

  hear(message: Said<"chat_message">, name: string | null): void {
    const { id, senderId, content, timestamp } = message;
    if (this.#rows.some((row) => row.serverId === id)) return;
    const entry: Entry = { id, senderId, name, content, time: timestamp, state: "sent" };
    this.#show([...this.#rows, { entry, serverId: id }]);
  }

  /** Loads the newest page: we have joined, or something was lost. Settles what was uncertain. */
  async load(): Promise<void> {
    const uncertain = new Map(this.#uncertain);
    const isRead = await this.#readBack(uncertain);
    for (const { id, content, state } of this.#entries) {
      if (!uncertain.has(id) || !this.#uncertain.delete(id) || state !== "sending") continue;
      // Not in the history: it did not arrive, and its session cannot deliver it any more.
      if (isRead) this.#transmit(id, content);
      else this.#mark(id, "failed", null);
    }
  }

  /** Reads the newest page, and older ones until what is uncertain must have been seen; `false` if that was not possible. */
  async #readBack(uncertain: ReadonlyMap<string, Uncertain>): Promise<boolean> {
    const seen = new Set<string>();
    let before: string | undefined;
    for (let pages = 0; pages < LIMITS.chatPagesMax; pages += 1) {
      const page = await this.#read(before);
      if (!page) return false;
      for (const { id } of page.messages) seen.add(id);
      const isOpen = this.#rows.some(({ entry, serverId }) => {
        const open = uncertain.get(entry.id);
        const isFound = serverId !== null && seen.has(serverId);
        return open && !isFound && !(open.after !== null && seen.has(open.after));
      });
      if (!isOpen || !page.nextCursor) return true;
      before = page.nextCursor;
    }
    return false;
  }

  /** We are in another room: its chat begins, and what was said in this one stays there. */
  restart(): void {
    this.end();
    this.#loads += 1; // a page that is under way is of the room before
    [this.#cursor, this.#failed, this.#complete] = [undefined, undefined, true];
    this.#history = "whole";
    this.#deleted.clear();
    this.#show([]);
  }

  /** The call is over. */
  end(): void {
    for (const id of this.#uncertain.keys()) this.#mark(id, "failed", null);
    this.#uncertain.clear();
  }

  /** Loads the page before the oldest one, or what failed to load. */
  async older(): Promise<void> {
    if (this.#history !== "more" && this.#history !== "failed") return;
    await this.#read(this.#history === "failed" ? this.#failed : (this.#cursor ?? undefined));
  }

  /** The page; `null` if it could not be read. */
  async #read(before?: string): Promise<MessagePage | null> {
    const { getMessages } = this.#source;
    if (!getMessages) return null;
    this.#loads += 1;
    const load = this.#loads;
    this.#turn("loading");
    try {
      const page = await getMessages(before);
      const known = new Set(this.#rows.map((row) => row.serverId));
      const overlaps = page.messages.some((message) => known.has(message.id));
      // The newest page joins what was loaded before, unless too much was said meanwhile.
      const isJoined = before === undefined && this.#cursor !== undefined && overlaps;
      if (!isJoined && load === this.#loads) this.#cursor = page.nextCursor ?? null;
      if (page.complete === false) this.#complete = false;
      this.#merge(page.messages);
      if (load === this.#loads) this.#turn(this.#cursor ? "more" : "whole");
      return page;
    } catch {
      if (load !== this.#loads) return null;
      this.#failed = before;
      this.#turn("failed");
      return null;
    }
  }

  /** Puts stored messages among ours by their time; the order of the stored ones stays. */
  #merge(stored: readonly StoredMessage[]): void {
    const { userId, sessionId } = this.#source.self();
    const rest = new Map(this.#rows.map((row) => [row.serverId ?? row.entry.id, row]));
    const rows: Row[] = [];
    for (const message of stored) {
      const mine = rest.get(message.id);
      rest.delete(message.id);
      // Not acknowledged yet: it is shown already, and gets its number with the acknowledgement.
      if (!mine && sessionId && message.id.startsWith(`${sessionId}-`)) continue;
      const entry = mine?.entry ?? shown(message, userId);
      rows.push({ entry: { ...entry, time: message.timestamp, state: "sent" }, serverId: message.id });
    }
    const others = [...rest.values()];
    const merged: Row[] = [];
    for (const row of rows) {
      while (others[0] && others[0].entry.time < row.entry.time) merged.push(others.shift() as Row);
      merged.push(row);
    }
    this.#show([...merged, ...others]);
  }

  #transmit(id: string, content: string): void {
    const after = this.#rows.findLast(({ serverId }) => serverId !== null)?.serverId ?? null;
    this.#source.send({ type: "chat_message", data: { content } }, (fate) => {
      const { sessionId } = this.#source.self();
      const cid = fate.kind === "refused" ? undefined : fate.cid;
      const serverId = sessionId && cid !== undefined ? `${sessionId}-${cid}` : null;
      if (fate.kind === "lost" && serverId && this.#source.getMessages) {
        this.#uncertain.set(id, { after });
        return this.#mark(id, "sending", serverId);
      }
      this.#mark(id, fate.kind === "accepted" ? "sent" : "failed", serverId);
    });
  }

  #mark(id: string, state: ChatEntry["state"], serverId: string | null): void {
    this.#show(
      this.#rows.map((row) => (row.entry.id === id ? { entry: { ...row.entry, state }, serverId } : row)),
    );
  }

  #turn(history: ChatHistory): void {
    this.#history = history;
    this.#source.changed();
  }

  #show(rows: readonly Row[]): void {
    // What was dropped is not loaded again: a page before it would leave a hole.
    if (rows.length > LIMITS.chatMax) this.#cursor = null;
    this.#rows = rows
      .filter((row) => row.serverId === null || !this.#deleted.has(row.serverId))
      .slice(-LIMITS.chatMax);
    if (this.#cursor === null && this.#history === "more") this.#history = "whole";
    this.#entries = this.#rows.map(({ entry, serverId }) => ({
      ...entry,
      isStored: serverId !== null && entry.state === "sent" && this.#source.deleteMessage !== undefined,
    }));
    this.#source.changed();
  }
}

function shown(message: StoredMessage, userId: string | null): Entry {
  const { id, senderId, senderName, content, timestamp } = message;
  const own = senderId !== null && senderId === userId;
  return {
    id,
    // Nobody has an empty id: a deleted account is not us.
    senderId: own ? null : (senderId ?? ""),
    name: own ? null : senderName,
    content,
    time: timestamp,
    state: "sent",
  };
}
