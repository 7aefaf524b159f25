// What follows from a refusal or a failure on the way through a media server. Pure.
import { LIMITS } from "../limits.ts";
import type { PathTrouble } from "../paths.ts";

/**
 * `again`: nothing is wrong with what we have, ask later. `away`: the same, and the person is told that there is no media server.
 * `stale`: everything is of an earlier epoch or session. `gone`: what we had there is not there: make it anew. `refused`: it
 * cannot be; asked again only after long, or when something else is wanted.
 */
export type Fault = "again" | "away" | "stale" | "gone" | "refused";

const FAULTS: Record<string, Fault> = {
  media_unavailable: "away",
  unavailable: "again",
  rate_limited: "again",
  internal: "again",
  not_in_room: "again",
  // The news that media flows otherwise is under way.
  wrong_mode: "again",
  media_stale: "stale",
  lost: "stale",
  media_not_found: "gone",
  // It may have been done: whatever came of it goes with the transport.
  timeout: "gone",
  media_rejected: "refused",
  media_limit: "refused",
  forbidden: "refused",
  bad_message: "refused",
  payload_too_large: "refused",
  unsupported: "refused",
};

interface Coded {
  code: string;
  message: string;
  retryAfterMs?: number | null;
}

/** By its code, as an application may have the classes twice. What has none is the browser's, whose state is then unknown. */
export function faultOf(error: unknown): Fault {
  return FAULTS[codeOf(error)] ?? "gone";
}

export function codeOf(error: unknown): string {
  const { code } = (error ?? {}) as Partial<Coded>;
  if (typeof code === "string") return code;
  return (error as Error | null)?.name === "UnsupportedError" ? "unsupported" : "browser";
}

export function troubleOf(error: unknown): PathTrouble {
  const message = error instanceof Error ? error.message : String(error);
  return { code: codeOf(error), message, tried: [] };
}

/** When to ask again after the failure number `attempt` (0, 1, 2 …), in ms: as the server asks, else longer and longer, with jitter. */
export function pauseAfter(error: unknown, attempt: number, random: number): number {
  const own = Math.min(LIMITS.sfuRetryCapMs, LIMITS.sfuRetryMs * 2 ** Math.min(attempt, 16));
  const asked = (error as Partial<Coded> | null)?.retryAfterMs;
  const least = typeof asked === "number" && asked > 0 ? Math.min(asked, LIMITS.sfuRetryAfterMaxMs) : own;
  // After it, never before: a server says when it will be ready, and half a room must not come in one moment.
  return Math.floor(least * (1 + random / 4));
}
