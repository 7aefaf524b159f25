import type { DeviceTrouble, Media, Slot } from "@aldis/sdk";
import { Icon } from "../parts/icon.tsx";
import { useView } from "../view.ts";
import { deviceTrouble, screenTrouble } from "./device-words.ts";

/** What is wrong with the own devices, in words, until it is mended or read. */
export function Troubles({ media }: { media: Media }) {
  const view = useView(media);
  const slots = (["microphone", "camera", "screen"] as const).filter((slot) => view[slot].trouble);
  if (slots.length === 0) return null;
  return (
    <div className="troubles">
      {slots.map((slot) => (
        <p className="trouble troubles__one" key={slot} role="alert" data-testid={`trouble-${slot}`}>
          <span>{text(slot, view[slot].trouble ?? "unavailable")}</span>
          <button
            type="button"
            className="button button--quiet button--icon"
            aria-label="Dismiss"
            onClick={() => media.dismiss(slot)}
          >
            <Icon name="close" size={18} />
          </button>
        </p>
      ))}
    </div>
  );
}

function text(slot: Slot, trouble: DeviceTrouble): string {
  return slot === "screen" ? screenTrouble(trouble) : deviceTrouble(slot, trouble);
}
