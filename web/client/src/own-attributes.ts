// What we tell of ourselves by attributes, and what of it has to be told again. Independent of sockets.
import { merged } from "./members.ts";
import type { AttributeChanges } from "./wire.ts";

export class OwnAttributes {
  /** Resolves once the server has them. */
  readonly #tell: (changes: AttributeChanges) => Promise<void>;
  /** Changes that the server has not answered yet, in order. */
  readonly #open = new Set<AttributeChanges>();
  /** What the server has taken from us in this room: it is set again where a session was lost. */
  #set: Record<string, string> = {};
  #all: Readonly<Record<string, string>> = {};

  constructor(tell: (changes: AttributeChanges) => Promise<void>) {
    this.#tell = tell;
  }

  /** All of ours, also what a backend has given us. */
  get all(): Readonly<Record<string, string>> {
    return this.#all;
  }

  async set(changes: AttributeChanges): Promise<void> {
    this.#open.add(changes);
    await this.#tell(changes).finally(() => this.#open.delete(changes));
    this.#set = merged(this.#set, changes);
    this.#all = merged(this.#all, changes);
  }

  /**
   * The room knows these of us. What we had set is perhaps forgotten in a session that is `new`, which has lost what was under way,
   * and in one whose room has `lost` its memory, to which that was sent again just before.
   */
  entered(attributes: Record<string, string>, memory: "kept" | "lost" | "new"): AttributeChanges | null {
    this.#all = attributes;
    if (memory === "kept") return null;
    const under = memory === "lost" ? [...this.#open] : [];
    const again = under.reduce<Record<string, string>>(merged, this.#set);
    return Object.keys(again).length > 0 ? again : null;
  }

  /** Another room, or none, knows nothing of us. */
  forget(): void {
    this.#set = {};
    this.#all = {};
  }
}
