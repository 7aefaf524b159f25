import type { Media } from "@aldis/sdk";
import { useLevel } from "./level.ts";

/** How loud the own microphone is. */
export function Meter({ media, on }: { media: Media; on: boolean }) {
  const level = useLevel(media.voice, on);
  return (
    <div className="meter" role="img" aria-label={on ? "Your microphone's level" : "Your microphone is off"}>
      <span className="meter__level" style={{ transform: `scaleX(${level})` }} />
    </div>
  );
}
