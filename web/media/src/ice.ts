// Relay credentials for new connections. Existing ones are never restarted for them: a relay checks credentials
// only when an allocation is made.
import { LIMITS } from "./limits.ts";

/** Fetches fresh servers, e.g. `GET /api/ice-servers`. */
export type GetIceServers = () => Promise<RTCIceServer[]>;

export class IceServers {
  #servers: RTCIceServer[] = [];
  #timer: ReturnType<typeof setTimeout> | undefined;
  readonly #get: GetIceServers | undefined;
  readonly #changed: () => void;

  constructor(get: GetIceServers | undefined, changed: () => void) {
    this.#get = get;
    this.#changed = changed;
  }

  get current(): RTCIceServer[] {
    return this.#servers;
  }

  /** New servers, from `room_joined` or fetched; schedules their renewal. */
  use(servers: RTCIceServer[]): void {
    this.#servers = servers;
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => void this.#renew(), renewIn(servers, Date.now()));
  }

  close(): void {
    clearTimeout(this.#timer);
  }

  async #renew(): Promise<void> {
    if (!this.#get) return;
    try {
      this.use(await this.#get());
      this.#changed();
    } catch {
      // The old ones may still be valid; try again after another margin.
      this.#timer = setTimeout(() => void this.#renew(), LIMITS.iceServersMarginMs);
    }
  }
}

/** When to renew, in ms: before the earliest expiry that a TURN REST username (`<unix seconds>:<user>`) names. */
export function renewIn(servers: RTCIceServer[], nowMs: number): number {
  const expiries = servers.flatMap(({ username }) => {
    const seconds = /^(\d{9,11}):/.exec(username ?? "")?.[1];
    return seconds ? [Number(seconds) * 1000] : [];
  });
  if (expiries.length === 0) return LIMITS.iceServersMs;
  const left = Math.min(...expiries) - nowMs - LIMITS.iceServersMarginMs;
  return Math.min(LIMITS.iceServersMs, Math.max(LIMITS.iceServersMarginMs / 5, left));
}
