// What a browser tells about its page and its network, for who keeps a connection. Elsewhere nothing happens.

/** The part of `window` and `document` that is used. */
interface Target {
  addEventListener(type: string, listener: () => void): void;
  removeEventListener(type: string, listener: () => void): void;
}

/** Listens until the returned function is called. `wake`: the network or the page is back. `hide`: the page goes away. */
export function watchPage(port: { wake(): void; hide(): void }): () => void {
  const { window, document } = globalThis as {
    window?: Target;
    document?: Target & { visibilityState: string };
  };
  if (!window || !document) return () => {};
  const show = () => {
    if (document.visibilityState === "visible") port.wake();
  };
  const listeners: [Target, string, () => void][] = [
    [window, "online", () => port.wake()],
    [window, "pagehide", () => port.hide()],
    [document, "visibilitychange", show],
    // A frozen page runs again (Page Lifecycle).
    [document, "resume", () => port.wake()],
  ];
  for (const [target, type, listener] of listeners) target.addEventListener(type, listener);
  return () => {
    for (const [target, type, listener] of listeners) target.removeEventListener(type, listener);
  };
}
