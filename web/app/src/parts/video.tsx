import { useEffect, useRef } from "react";
import { useHabits } from "../habits.ts";
import { soundBlocked } from "./sound.ts";

interface VideoProps {
  stream: MediaStream;
  /** Our own picture: mirrored and muted. */
  own?: boolean;
  mirrored?: boolean;
  label: string;
}

/** Not every browser lets a page choose. */
type Sink = HTMLVideoElement & { setSinkId?: (id: string) => Promise<void> };

/** Plays a stream whose tracks may come and go. */
export function Video({ stream, own = false, mirrored = false, label }: VideoProps) {
  const ref = useRef<HTMLVideoElement>(null);
  useEffect(() => {
    const video = ref.current;
    if (!video) return;
    video.srcObject = stream;
    const play = () =>
      video.play().catch((error: Error) => error.name === "NotAllowedError" && soundBlocked(play));
    void play();
    return () => {
      video.srcObject = null;
    };
  }, [stream]);
  const { speaker } = useHabits();
  useEffect(() => {
    // A speaker that was unplugged: the system's choice stays.
    if (!own) (ref.current as Sink | null)?.setSinkId?.(speaker).catch(() => {});
  }, [speaker, own]);
  return (
    <video
      ref={ref}
      className={mirrored ? "video video--mirrored" : "video"}
      autoPlay
      playsInline
      muted={own}
      aria-label={label}
    />
  );
}
