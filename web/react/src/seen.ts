import { type RefObject, useEffect } from "react";

/**
 * Tells how wide an element is shown, in CSS pixels, whenever that changes; 0: not at all, as when it is hidden or removed. A video of it
 * that floats in a window of its own is as wide as that window, wherever the element is.
 */
export function useSeen(
  ref: RefObject<HTMLElement | null>,
  see: ((width: number) => void) | undefined,
): void {
  useEffect(() => {
    const element = ref.current;
    return element && see ? watchWidth(element, see) : undefined;
  }, [ref, see]);
}

/** The same until the returned function is called. */
export function watchWidth(element: HTMLElement, see: (width: number) => void): () => void {
  let floating: PictureInPictureWindow | null = null;
  const tell = () => see(floating?.width ?? element.clientWidth);
  const float = (next: PictureInPictureWindow | null) => {
    floating?.removeEventListener("resize", tell);
    next?.addEventListener("resize", tell);
    floating = next;
    tell();
  };
  const entered = (event: Event) => float((event as PictureInPictureEvent).pictureInPictureWindow);
  const left = () => float(null);
  // Of the video, from which they rise.
  element.addEventListener("enterpictureinpicture", entered);
  element.addEventListener("leavepictureinpicture", left);
  const observer = new ResizeObserver(tell);
  observer.observe(element);
  // Not every browser's observer tells of an element that is hidden at first.
  tell();
  return () => {
    observer.disconnect();
    element.removeEventListener("enterpictureinpicture", entered);
    element.removeEventListener("leavepictureinpicture", left);
    floating?.removeEventListener("resize", tell);
    see(0);
  };
}
