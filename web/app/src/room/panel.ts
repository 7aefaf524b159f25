import type { Call } from "@aldis/media";
import { useEffect, useRef, useState } from "react";

export type Panel = "chat" | "people";

interface PanelView {
  open: Panel | null;
  /** Messages that came while the chat was closed. */
  unread: number;
  toggle: (panel: Panel) => void;
  close: () => void;
}

/** The panel beside the stage: one at a time. */
export function usePanel(call: Call): PanelView {
  const [open, setOpen] = useState<Panel | null>(null);
  const [unread, setUnread] = useState(0);
  const now = useRef(open);
  now.current = open;
  useEffect(
    () => call.on("chat", () => setUnread((count) => (now.current === "chat" ? 0 : count + 1))),
    [call],
  );
  const show = (next: Panel | null) => {
    setOpen(next);
    if (next === "chat") setUnread(0);
    // Closing it returns the keyboard focus.
    if (!next && open) document.querySelector<HTMLElement>(`[data-testid=${open}-toggle]`)?.focus();
  };
  return {
    open,
    unread,
    toggle: (panel) => show(open === panel ? null : panel),
    close: () => show(null),
  };
}
