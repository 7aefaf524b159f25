import { LIMITS } from "../limits.ts";

/**
 * How long to wait before attempt `attempt` (0, 1, 2 …): full jitter, so that a node's clients do not
 * come back in one wave. `random` is in [0, 1). Milliseconds.
 */
export function backoff(attempt: number, random: number, capMs: number = LIMITS.backoffCapMs): number {
  const ceiling = Math.min(capMs, LIMITS.backoffFirstMs * 2 ** Math.min(attempt, 16));
  return Math.floor(random * ceiling);
}

/** How far back-off may grow by now: less while the seat (kept for `windowMs`) can still be saved. */
export function cap(downForMs: number, windowMs: number): number {
  return downForMs < Math.min(windowMs, LIMITS.backoffSeatMs) ? LIMITS.backoffSeatCapMs : LIMITS.backoffCapMs;
}

/** How long a node that cannot signal is given before another one is tried beside it, for the first time and then. */
export function elsewhere(tried: number, random: number): number {
  const least = Math.min(LIMITS.elsewhereMs * 2 ** Math.min(tried, 16), LIMITS.elsewhereCapMs);
  return Math.floor(least * (1 + random / 3));
}

/** The wait the server asked for, bounded; `null` when it asked for none. */
export function asked(retryAfterMs: number | null | undefined): number | null {
  if (typeof retryAfterMs !== "number" || !(retryAfterMs >= 0)) return null;
  return Math.min(retryAfterMs, LIMITS.retryAfterMaxMs);
}
