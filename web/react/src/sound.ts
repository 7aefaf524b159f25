// Browsers may refuse to play sound before the person has touched the page. Then one touch plays all waiting elements.
import { useSyncExternalStore } from "react";

const waiting = new Set<() => unknown>();
const listeners = new Set<() => void>();

export function soundBlocked(play: () => unknown): void {
  waiting.add(play);
  tell();
}

/** Plays what waits; in the handler of a click. */
export function playAll(): void {
  const plays = [...waiting];
  waiting.clear();
  for (const play of plays) play();
  tell();
}

/** Whether sound waits for a click, whose handler calls `playAll`. */
export function useSoundBlocked(): boolean {
  return useSyncExternalStore(
    (listener) => {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    () => waiting.size > 0,
    () => false,
  );
}

function tell(): void {
  for (const listener of listeners) listener();
}
