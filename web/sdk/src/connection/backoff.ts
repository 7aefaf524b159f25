import { LIMITS } from "../limits.ts";

/**
 * How long to wait before attempt `attempt` (0, 1, 2 …): full jitter, so that a node's clients do not
 * reconnect all at once. `random` is in [0, 1). Milliseconds.
 */
export function backoff(attempt: number, random: number, capMs: number = LIMITS.backoffCapMs): number {
  const ceiling = Math.min(capMs, LIMITS.backoffFirstMs * 2 ** Math.min(attempt, 16));
  return Math.floor(random * ceiling);
}

/** The current back-off ceiling: lower while the seat (kept for `windowMs`) can still be saved. */
export function cap(downForMs: number, windowMs: number): number {
  return downForMs < Math.min(windowMs, LIMITS.backoffSeatMs) ? LIMITS.backoffSeatCapMs : LIMITS.backoffCapMs;
}

/** How long a degraded node gets before another one is tried beside it, for the first and for further attempts. */
export function elsewhere(tried: number, random: number): number {
  const least = Math.min(LIMITS.elsewhereMs * 2 ** Math.min(tried, 16), LIMITS.elsewhereCapMs);
  return Math.floor(least * (1 + random / 3));
}

/** The server's retry delay, bounded; `null` if it sent none. */
export function asked(retryAfterMs: number | null | undefined): number | null {
  if (typeof retryAfterMs !== "number" || !(retryAfterMs >= 0)) return null;
  return Math.min(retryAfterMs, LIMITS.retryAfterMaxMs);
}
