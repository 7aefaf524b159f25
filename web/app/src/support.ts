// `window.aldis`: what support and end-to-end tests may read of the call in this tab. Read-only, no payloads.
import type { JournalEntry, SessionState } from "@aldis/client";
import type { Call, PathView, PeerStats } from "@aldis/media";

interface Support {
  readonly session: {
    userId: string | null;
    roomId: string | null;
    sessionId: string | null;
    state: SessionState;
    stopped: string | null;
  };
  /** Which way media goes; `null` before a call. */
  readonly path: PathView | null;
  /** Connection state and statistics for each member, from the browser. */
  peers(): Promise<PeerStats[]>;
  /** The last protocol events. */
  readonly events: JournalEntry[];
}

declare global {
  interface Window {
    readonly aldis: Support;
  }
}

let shown: Call | null = null;

/** Shows this call from now on. The last one stays visible after its end. */
export function showCall(call: Call): void {
  shown = call;
}

const support: Support = {
  get session() {
    const view = shown?.view;
    return {
      userId: view?.userId ?? null,
      roomId: view?.roomId ?? null,
      sessionId: view?.sessionId ?? null,
      state: view?.state ?? "idle",
      stopped: view?.stopped ?? null,
    };
  },
  get path() {
    return shown?.view.path ?? null;
  },
  peers: async () => (await shown?.stats()) ?? [],
  get events() {
    return shown?.room.journal.entries() ?? [];
  },
};

Object.defineProperty(window, "aldis", { value: Object.freeze(support) });
