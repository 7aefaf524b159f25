import { LIMITS } from "../limits.ts";

/**
 * Watches one connection and asks for an ICE restart when it fails, or stays `disconnected` too long.
 * Repeats with growing pauses until connected. While signaling is unavailable (`online` false) it only waits.
 */
export class Health {
  readonly #pc: RTCPeerConnection;
  readonly #port: { online(): boolean; restart(): void; changed(): void };
  #attempts = 0;
  #timer: ReturnType<typeof setTimeout> | undefined;

  constructor(pc: RTCPeerConnection, port: { online(): boolean; restart(): void; changed(): void }) {
    this.#pc = pc;
    this.#port = port;
    pc.onconnectionstatechange = () => {
      this.check();
      port.changed();
    };
    pc.oniceconnectionstatechange = () => port.changed();
  }

  /** Checks again; also called when signaling is back. */
  check(): void {
    clearTimeout(this.#timer);
    switch (this.#pc.connectionState) {
      case "connected":
        this.#attempts = 0;
        return;
      case "disconnected":
        this.#timer = setTimeout(() => this.#restart(), LIMITS.disconnectedMs);
        return;
      case "failed":
        if (this.#attempts === 0) this.#restart();
        else this.#timer = setTimeout(() => this.#restart(), this.#pause());
        return;
      default:
        return;
    }
  }

  close(): void {
    clearTimeout(this.#timer);
    this.#pc.onconnectionstatechange = null;
    this.#pc.oniceconnectionstatechange = null;
  }

  #restart(): void {
    clearTimeout(this.#timer);
    if (!this.#port.online()) return;
    this.#attempts += 1;
    this.#port.restart();
    // If nothing changes, no event will fire: check again.
    this.#timer = setTimeout(() => {
      if (this.#pc.connectionState !== "connected") this.#restart();
    }, LIMITS.disconnectedMs + this.#pause());
  }

  #pause(): number {
    return Math.min(LIMITS.restartCapMs, LIMITS.restartPauseMs * 2 ** this.#attempts);
  }
}
