import { useEffect, useRef } from "react";
import { soundBlocked } from "./sound.ts";

export interface VideoProps {
  /** Its tracks may come and go. */
  stream: MediaStream;
  /** What it shows, for who cannot see it. */
  label: string;
  /** Without sound: for one's own picture. */
  muted?: boolean;
  /** Where sound is played, by device id; `""` is the system's choice. */
  speaker?: string;
  className?: string;
}

/** Not every browser lets a page choose. */
type Sink = HTMLVideoElement & { setSinkId?: (id: string) => Promise<void> };

/** Plays a stream, also its sound; a browser that refuses sound before a click is told by `useSoundBlocked`. */
export function Video({ stream, label, muted = false, speaker = "", className }: VideoProps) {
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
  useEffect(() => {
    // A speaker that was unplugged: the system's choice stays.
    if (!muted) (ref.current as Sink | null)?.setSinkId?.(speaker).catch(() => {});
  }, [speaker, muted]);
  return <video ref={ref} className={className} autoPlay playsInline muted={muted} aria-label={label} />;
}
