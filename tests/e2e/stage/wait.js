// Waits for expected states, and checks that a state does not change. No arbitrary sleeps.
import { setTimeout as pause } from "node:timers/promises";

/** A noisy machine may take this long for anything. Milliseconds. */
export const PATIENCE_MS = 45_000;
const POLL_MS = 100;

/** Waits until `probe` returns a truthy value, and returns that. Exceptions meanwhile count as "not yet". */
export async function until(what, probe, withinMs = PATIENCE_MS) {
  const end = Date.now() + withinMs;
  for (let last; ; ) {
    try {
      last = await probe();
      if (last) return last;
    } catch (error) {
      last = error;
    }
    if (Date.now() > end) throw new Error(`waited ${withinMs} ms in vain until ${what}; at the end: ${show(last)}`);
    await pause(POLL_MS);
  }
}

/** Checks repeatedly for `forMs` that `probe` stays truthy. */
export async function stays(what, probe, forMs) {
  for (const end = Date.now() + forMs; Date.now() < end; await pause(POLL_MS)) {
    const now = await probe();
    if (!now) throw new Error(`not for ${forMs} ms: ${what}; now: ${show(now)}`);
  }
}

function show(value) {
  return value instanceof Error ? value.message : JSON.stringify(value);
}
