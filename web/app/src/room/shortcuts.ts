import { useEffect, useRef } from "react";
import { currentHabits } from "../habits.ts";

/** Single keys that work anywhere in the room, unless the person is typing or a dialog is open. */
export function useShortcuts(keys: Record<string, () => void>): void {
  const latest = useRef(keys);
  latest.current = keys;
  useEffect(() => {
    const press = (event: KeyboardEvent) => {
      if (event.repeat || event.ctrlKey || event.metaKey || event.altKey) return;
      if (event.key !== "Escape" && (!currentHabits().shortcuts || isTyping(event.target))) return;
      if (document.querySelector("dialog[open]")) return;
      latest.current[event.key.toLowerCase()]?.();
    };
    addEventListener("keydown", press);
    return () => removeEventListener("keydown", press);
  }, []);
}

function isTyping(target: EventTarget | null): boolean {
  return target instanceof HTMLElement && target.matches("input, textarea, select, [contenteditable]");
}
