import { LIMITS } from "./limits.ts";
import type { Fate } from "./session.ts";
import type { Counted, Said } from "./wire.ts";

/** One chat message as the page shows it. */
export interface ChatEntry {
  /** The server's id, or a local one for our own. */
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
}

/** The room's chat since we joined. */
export class Chat {
  #entries: readonly ChatEntry[] = [];
  #next = 1;
  readonly #send: (message: Counted, settle: (fate: Fate) => void) => void;
  readonly #changed: () => void;

  constructor(send: (message: Counted, settle: (fate: Fate) => void) => void, changed: () => void) {
    this.#send = send;
    this.#changed = changed;
  }

  get entries(): readonly ChatEntry[] {
    return this.#entries;
  }

  /** Sends a message, and shows it at once. Blank text is ignored. */
  say(text: string): void {
    // By code points, not by halves of surrogate pairs.
    const content = [...text.trim()].slice(0, LIMITS.chatCharsMax).join("");
    if (!content) return;
    const id = `mine-${this.#next}`;
    this.#next += 1;
    this.#add({ id, senderId: null, name: null, content, time: Date.now(), state: "sending" });
    this.#transmit(id, content);
  }

  /** Resends a failed message. */
  retry(id: string): void {
    const entry = this.#entries.find((each) => each.id === id && each.state === "failed");
    if (!entry) return;
    this.#mark(id, "sending");
    this.#transmit(id, entry.content);
  }

  hear(message: Said<"chat_message">, name: string | null): void {
    const { id, senderId, content, timestamp } = message;
    this.#add({ id, senderId, name, content, time: timestamp, state: "sent" });
  }

  #transmit(id: string, content: string): void {
    this.#send({ type: "chat_message", data: { content } }, (fate) =>
      this.#mark(id, fate.kind === "accepted" ? "sent" : "failed"),
    );
  }

  #add(entry: ChatEntry): void {
    this.#entries = [...this.#entries, entry].slice(-LIMITS.chatMax);
    this.#changed();
  }

  #mark(id: string, state: ChatEntry["state"]): void {
    this.#entries = this.#entries.map((entry) => (entry.id === id ? { ...entry, state } : entry));
    this.#changed();
  }
}
