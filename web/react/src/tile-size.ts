import { type RefObject, useLayoutEffect, useState } from "react";
import { type Fit, fit } from "./layout.ts";

/** The size of `count` equal tiles in the element, following it. */
export function useTileSize(ref: RefObject<HTMLElement | null>, count: number): Fit {
  const [space, setSpace] = useState({ width: 0, height: 0 });
  useLayoutEffect(() => {
    const element = ref.current;
    if (!element) return;
    const observer = new ResizeObserver(([entry]) => {
      // Rounded down: tiles of a half pixel too much would not stand beside each other.
      const { width = 0, height = 0 } = entry?.contentRect ?? {};
      setSpace({ width: Math.floor(width), height: Math.floor(height) });
    });
    observer.observe(element);
    return () => observer.disconnect();
  }, [ref]);
  return fit(count, space.width, space.height);
}
