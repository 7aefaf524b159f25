import type { Media } from "@aldis/media";
import { useView } from "@aldis/react";
import { Icon, type IconName } from "../parts/icon.tsx";
import { r } from "../strings/room.ts";

interface DeviceButtonProps {
  device: "microphone" | "camera";
  media: Media;
}

const SHOWN = {
  microphone: {
    testId: "mute",
    key: "m",
    labels: ["mute", "unmute"],
    icons: ["microphone", "microphoneOff"],
  },
  camera: { testId: "camera", key: "v", labels: ["cameraOff", "cameraOn"], icons: ["camera", "cameraOff"] },
} as const satisfies Record<string, { icons: readonly [IconName, IconName] } & Record<string, unknown>>;

/** Microphone or camera, on or off. */
export function DeviceButton({ device, media }: DeviceButtonProps) {
  const { on, busy, trouble } = useView(media)[device];
  const shown = SHOWN[device];
  const label = r().controls[shown.labels[on ? 0 : 1]];
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
