import { useSyncExternalStore } from "react";

/** Something that shows itself by an unchanging `view` and says when there is another. */
interface Viewed<V> {
  readonly view: V;
  on(type: "changed", listener: () => void): () => void;
}

/** The present view, kept present. */
export function useView<V>(source: Viewed<V>): V {
  return useSyncExternalStore(
    (listener) => source.on("changed", listener),
    () => source.view,
  );
}
