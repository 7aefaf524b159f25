import { Video as Player } from "@aldis/react";
import { useHabits } from "../habits.ts";

interface VideoProps {
  stream: MediaStream;
  /** Our own picture: muted. */
  own?: boolean;
  mirrored?: boolean;
  label: string;
}

/** Plays a stream in this app's look, on the chosen speaker. */
export function Video({ stream, own = false, mirrored = false, label }: VideoProps) {
  const { speaker } = useHabits();
  const className = mirrored ? "video video--mirrored" : "video";
  return <Player className={className} stream={stream} muted={own} speaker={speaker} label={label} />;
}
