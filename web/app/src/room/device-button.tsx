import type { Media } from "@aldis/sdk";
import { Icon, type IconName } from "../parts/icon.tsx";
import { useView } from "../view.ts";

interface DeviceButtonProps {
  device: "microphone" | "camera";
  media: Media;
}

const SHOWN = {
  microphone: { testId: "mute", key: "m", on: "Mute", off: "Unmute", icons: ["microphone", "microphoneOff"] },
  camera: {
    testId: "camera",
    key: "v",
    on: "Turn camera off",
    off: "Turn camera on",
    icons: ["camera", "cameraOff"],
  },
} as const satisfies Record<string, { icons: readonly [IconName, IconName] } & Record<string, unknown>>;

/** Microphone or camera, on or off. */
export function DeviceButton({ device, media }: DeviceButtonProps) {
  const { on, busy, trouble } = useView(media)[device];
  const shown = SHOWN[device];
  const label = on ? shown.on : shown.off;
  return (
    <button
      type="button"
      className={on ? "round" : "round round--off"}
      data-testid={shown.testId}
      data-on={on}
      aria-label={label}
      aria-keyshortcuts={shown.key}
      title={`${label} (${shown.key.toUpperCase()})`}
      disabled={busy}
      onClick={() => void media.toggle(device)}
    >
      <Icon name={shown.icons[on ? 0 : 1]} />
      {trouble && <span className="round__mark" aria-hidden="true" />}
    </button>
  );
}
