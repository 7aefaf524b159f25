import { Media } from "@aldis/media";
import { useEffect, useRef, useState } from "react";

/** What is opened at the beginning. */
export interface MediaWish {
  microphone: boolean;
  camera: boolean;
}

/** This person's devices, opened on mount and released on unmount; `null` on a server and in the first render. */
export function useMedia(wish: MediaWish = { microphone: true, camera: true }): Media | null {
  const [media, setMedia] = useState<Media | null>(null);
  const first = useRef(wish);
  useEffect(() => {
    const opened = new Media();
    void opened.start(first.current);
    setMedia(opened);
    return () => opened.release();
  }, []);
  return media;
}
