import { type RefObject, useEffect } from "react";

/** Tells how wide an element is shown, in CSS pixels, whenever that changes; 0: not at all, as when it is hidden or removed. */
export function useSeen(
  ref: RefObject<HTMLElement | null>,
  see: ((width: number) => void) | undefined,
): void {
  useEffect(() => {
    const element = ref.current;
    if (!element || !see) return;
    const observer = new ResizeObserver(() => see(element.clientWidth));
    observer.observe(element);
    return () => {
      observer.disconnect();
      see(0);
    };
  }, [ref, see]);
}
