import { useSyncExternalStore } from "react";

/** A source with an immutable `view` and an event when it changes: a `Call`, a `Media`. */
export interface Viewed<V> {
  readonly view: V;
  on(type: "changed", listener: () => void): () => void;
}

/** The current view; renders again when it changes. */
export function useView<V>(source: Viewed<V>): V {
  const now = () => source.view;
  return useSyncExternalStore((listener) => source.on("changed", listener), now, now);
}
