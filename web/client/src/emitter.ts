/** A typed event emitter: the keys of `Events` are the event names, the values what listeners receive. */
export class Emitter<Events extends object> {
  readonly #listeners = new Map<keyof Events, Set<(event: never) => void>>();

  /** Listens until the returned function is called, or `off`. */
  on<K extends keyof Events>(type: K, listener: (event: Events[K]) => void): () => void {
    const set = this.#listeners.get(type) ?? new Set();
    this.#listeners.set(type, set);
    set.add(listener);
    return () => this.off(type, listener);
  }

  /** Listens no longer. */
  off<K extends keyof Events>(type: K, listener: (event: Events[K]) => void): void {
    this.#listeners.get(type)?.delete(listener);
  }

  /** Listens to the next event of this type only. */
  once<K extends keyof Events>(type: K, listener: (event: Events[K]) => void): () => void {
    const off = this.on(type, (event) => {
      off();
      listener(event);
    });
    return off;
  }

  protected emit<K extends keyof Events>(type: K, event: Events[K]): void {
    // A copy: a listener may remove itself or others while it runs.
    for (const listener of [...(this.#listeners.get(type) ?? [])]) {
      try {
        (listener as (event: Events[K]) => void)(event);
      } catch (error) {
        // A listener's exception is reported to the page, and must not stop the protocol.
        queueMicrotask(() => {
          throw error;
        });
      }
    }
  }
}
