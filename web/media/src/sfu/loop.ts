/** What becomes of a task that has failed: again after `retryInMs`, or, with `null`, when somebody kicks it. */
export type Failed = (error: unknown, attempt: number) => number | null;

/**
 * One task, run again whenever something may have changed, never twice at once: a kick during a run means one more run. This is
 * what keeps two causes at the same time from making two transports.
 */
export class Loop {
  readonly #task: () => Promise<void>;
  readonly #failed: Failed;
  #isRunning = false;
  #again = false;
  #attempt = 0;
  #closed = false;
  #timer: ReturnType<typeof setTimeout> | undefined;

  constructor(task: () => Promise<void>, failed: Failed) {
    this.#task = task;
    this.#failed = failed;
  }

  /** Something may have changed: runs the task, after the present run, and not before the pause after a failure is over. */
  kick(): void {
    if (this.#timer === undefined) this.now();
  }

  /** The same without the rest of the pause: what has failed may work now. */
  now(): void {
    if (this.#closed) return;
    this.#clear();
    this.#again = true;
    if (!this.#isRunning) void this.#run();
  }

  close(): void {
    this.#closed = true;
    this.#clear();
  }

  #clear(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
  }

  async #run(): Promise<void> {
    this.#isRunning = true;
    while (this.#again && !this.#closed) {
      this.#again = false;
      try {
        await this.#task();
        this.#attempt = 0;
      } catch (error) {
        this.#later(error);
        break;
      }
    }
    this.#isRunning = false;
  }

  #later(error: unknown): void {
    if (this.#closed) return;
    const pause = this.#failed(error, this.#attempt);
    this.#attempt += 1;
    if (pause !== null) this.#timer = setTimeout(() => this.now(), pause);
    // A kick during the failed run counts.
    else if (this.#again) queueMicrotask(() => this.now());
  }
}
