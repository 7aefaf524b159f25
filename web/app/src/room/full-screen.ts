import { useSyncExternalStore } from "react";

interface FullScreen {
  isPossible: boolean;
  isOn: boolean;
  /** Shows this element, or ends it. */
  toggle: (element: Element) => void;
}

/** The browser's full screen; it may refuse, and the person may end it by a key at any time. */
export function useFullScreen(): FullScreen {
  const isOn = useSyncExternalStore(
    (listener) => {
      document.addEventListener("fullscreenchange", listener);
      return () => document.removeEventListener("fullscreenchange", listener);
    },
    () => document.fullscreenElement !== null,
  );
  const toggle = (element: Element) => {
    const done = isOn ? document.exitFullscreen() : element.requestFullscreen();
    done.catch(() => {});
  };
  return { isPossible: document.fullscreenEnabled === true, isOn, toggle };
}

/** Whether the browser shows a video in a small window above all others when a page asks. */
export const CAN_FLOAT = document.pictureInPictureEnabled === true;

/** A small window for this video, or back again. Refused before there is a picture. */
export function float(video: HTMLVideoElement | null | undefined): void {
  if (!video) return;
  const isOut = document.pictureInPictureElement === video;
  (isOut ? document.exitPictureInPicture() : video.requestPictureInPicture()).catch(() => {});
}
