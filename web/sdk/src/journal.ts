import { LIMITS } from "./limits.ts";

/** One protocol event: what and when, never its payload. */
export interface JournalEntry {
  /** ISO 8601 */
  time: string;
  direction: "sent" | "received" | "state";
  type: string;
}

/** The last protocol events, for support and tests. */
export class Journal {
  readonly #entries: JournalEntry[] = [];

  note(direction: JournalEntry["direction"], type: string): void {
    this.#entries.push({ time: new Date().toISOString(), direction, type });
    if (this.#entries.length > LIMITS.journalMax) this.#entries.shift();
  }

  entries(): JournalEntry[] {
    return [...this.#entries];
  }
}
