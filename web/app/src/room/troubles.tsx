import type { DeviceTrouble, Media, Slot } from "@aldis/media";
import { useView } from "@aldis/react";
import { Icon } from "../parts/icon.tsx";
import { r } from "../strings/room.ts";
import { useAsked } from "./use-asked.ts";

/** What is wrong with the own devices, in words, until it is mended or read. */
export function Troubles({ media }: { media: Media }) {
  const view = useView(media);
  const slots = (["microphone", "camera", "screen"] as const).filter((slot) => view[slot].trouble);
  const isAsked = useAsked(media);
  if (slots.length === 0 && !isAsked) return null;
  return (
    <div className="troubles">
      {isAsked && (
        <p className="troubles__one" role="status" data-testid="device-asked">
          <span>{r().asking}</span>
        </p>
      )}
      {slots.map((slot) => (
        <p className="trouble troubles__one" key={slot} role="alert" data-testid={`trouble-${slot}`}>
          <span>{text(slot, view[slot].trouble ?? "unavailable")}</span>
          <button
            type="button"
            className="button button--quiet button--icon"
            aria-label={r().trouble.dismiss}
            onClick={() => media.dismiss(slot)}
          >
            <Icon name="close" size={18} />
          </button>
        </p>
      ))}
    </div>
  );
}

function text(slot: Slot, why: DeviceTrouble): string {
  const { trouble } = r();
  // Who has cancelled knows.
  if (slot === "screen") return why === "denied" ? trouble.screenDenied : trouble.screen;
  return trouble[slot][why];
}
