import type { Media } from "@aldis/sdk";
import { useView } from "../view.ts";

/** Which microphone and which camera. */
export function Devices({ media }: { media: Media }) {
  const view = useView(media);
  return (
    <div className="devices">
      <Picker device="microphone" label="Microphone" list={view.microphones} media={media} />
      <Picker device="camera" label="Camera" list={view.cameras} media={media} />
    </div>
  );
}

interface PickerProps {
  device: "microphone" | "camera";
  label: string;
  list: MediaDeviceInfo[];
  media: Media;
}

function Picker({ device, label, list, media }: PickerProps) {
  const { deviceId } = useView(media)[device];
  // Before permission is given, browsers list devices without names.
  const named = list.filter((each) => each.deviceId);
  return (
    <label className="field">
      <span>{label}</span>
      <select
        className="input"
        data-testid={`device-${device}`}
        value={deviceId ?? ""}
        disabled={named.length === 0}
        onChange={(event) => void media.choose(device, event.target.value)}
      >
        {named.length === 0 && <option value="">Default</option>}
        {named.map((each, index) => (
          <option key={each.deviceId} value={each.deviceId}>
            {each.label || `${label} ${index + 1}`}
          </option>
        ))}
      </select>
    </label>
  );
}
