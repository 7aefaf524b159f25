import { useSyncExternalStore } from "react";

/** A source with an immutable `view` and an event when it changes. */
interface Viewed<V> {
  readonly view: V;
  on(type: "changed", listener: () => void): () => void;
}

/** The current view; renders again when it changes. */
export function useView<V>(source: Viewed<V>): V {
  return useSyncExternalStore(
    (listener) => source.on("changed", listener),
    () => source.view,
  );
}
