// What the page does beside the call, as chosen in this browser; every part of the page follows a change at once.
import { useSyncExternalStore } from "react";
import { type Habits, habits, rememberHabits } from "./remember.ts";

let present = habits();
const listeners = new Set<() => void>();

export function currentHabits(): Habits {
  return present;
}

export function changeHabits(change: Partial<Habits>): void {
  present = { ...present, ...change };
  rememberHabits(present);
  for (const listener of listeners) listener();
}

export function useHabits(): Habits {
  return useSyncExternalStore((listener) => {
    listeners.add(listener);
    return () => listeners.delete(listener);
  }, currentHabits);
}
