import { LIMITS } from "../limits.ts";

/** Why there is no media yet: no description came back, no network path works, or the encryption was not agreed. */
export type TroubleCause = "no_answer" | "no_path" | "no_keys";

/** A connection that takes too long. `slow`: tried again. `relay`: tried through a relay alone. `unreachable`: given up, a person may try again. */
export interface Trouble {
  stage: "slow" | "relay" | "unreachable";
  cause: TroubleCause;
}

const STAGES = [
  { stage: "slow", afterMs: LIMITS.connectingMs },
  { stage: "relay", afterMs: LIMITS.connectingRetryMs },
  { stage: "unreachable", afterMs: LIMITS.connectingRelayMs },
] as const;

/** The clock of a connection that is not connected; it goes on over rebuilt connections, and stops when one of them is connected. */
export class Patience {
  readonly #port: { online(): boolean; act(stage: Trouble["stage"]): void };
  #stage = -1;
  #timer: ReturnType<typeof setTimeout> | undefined;

  constructor(port: { online(): boolean; act(stage: Trouble["stage"]): void }) {
    this.#port = port;
  }

  get stage(): Trouble["stage"] | null {
    return STAGES[this.#stage]?.stage ?? null;
  }

  /** The connection's state, after every change. */
  see(state: RTCPeerConnectionState): void {
    if (state === "connected") this.stop();
    else if (this.#timer === undefined && this.#stage < STAGES.length - 1) this.#wait();
  }

  stop(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    this.#stage = -1;
  }

  #wait(): void {
    const next = STAGES[this.#stage + 1];
    this.#timer = setTimeout(() => {
      this.#timer = undefined;
      // Without signaling nothing can be negotiated, so no time has passed.
      if (this.#port.online()) this.#stage += 1;
      const now = this.stage;
      if (this.#port.online() && now) this.#port.act(now);
      if (this.#timer === undefined && this.#stage < STAGES.length - 1) this.#wait();
    }, next?.afterMs);
  }
}

/** What is missing, from the connection's own state. */
export function causeOf(pc: RTCPeerConnection): TroubleCause {
  if (!pc.remoteDescription) return "no_answer";
  const { iceConnectionState: ice } = pc;
  return ice === "connected" || ice === "completed" ? "no_keys" : "no_path";
}
