import { LIMITS } from "../limits.ts";

/**
 * How long to wait before attempt `attempt` (0, 1, 2 …): at once, then longer and longer, with jitter, so that a node's clients
 * do not reconnect together. `random` is in [0, 1). Milliseconds.
 */
export function backoff(attempt: number, random: number, capMs: number = LIMITS.backoffCapMs): number {
  const first = LIMITS.backoffStepsMs;
  const last = first.length - 1;
  const base = first[attempt] ?? (first[last] ?? 0) * 2 ** Math.min(attempt - last, 16);
  if (base === 0) return Math.floor(random * LIMITS.backoffSpreadMs);
  // From half to one and a half of it; the cap is one for the result.
  return Math.floor(Math.min(base * (0.5 + random), capMs * (0.5 + random / 2)));
}

/** The current back-off ceiling: lowest while the seat (kept for `windowMs`) can still be saved, low in the first minute. */
export function cap(downForMs: number, windowMs: number): number {
  if (downForMs < Math.min(windowMs, LIMITS.backoffSeatMs)) return LIMITS.backoffSeatCapMs;
  return downForMs < LIMITS.backoffMinuteMs ? LIMITS.backoffMinuteCapMs : LIMITS.backoffCapMs;
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
