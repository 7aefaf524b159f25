import { LIMITS } from "./limits.ts";

/** One protocol event: type and time, never its payload. */
export interface JournalEntry {
  /** 1, 2, 3 …; evicted events are counted, too. */
  number: number;
  /** ISO 8601 */
  time: string;
  direction: "sent" | "received" | "state";
  type: string;
}

/** The last protocol events, for support and tests. */
export class Journal {
  readonly #entries: JournalEntry[] = [];
  #noted = 0;

  note(direction: JournalEntry["direction"], type: string): void {
    this.#noted += 1;
    this.#entries.push({ number: this.#noted, time: new Date().toISOString(), direction, type });
    if (this.#entries.length > LIMITS.journalMax) this.#entries.shift();
  }

  entries(): JournalEntry[] {
    return [...this.#entries];
  }
}
