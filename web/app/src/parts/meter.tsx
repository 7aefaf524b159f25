import type { Media } from "@aldis/media";
import { useLevel } from "@aldis/react";
import { r } from "../strings/room.ts";

/** How loud the own microphone is. */
export function Meter({ media, on }: { media: Media; on: boolean }) {
  const level = useLevel(media.voice, on);
  return (
    <div className="meter" role="img" aria-label={on ? r().microphoneLevel : r().microphoneIsOff}>
      <span className="meter__level" style={{ transform: `scaleX(${level})` }} />
    </div>
  );
}
