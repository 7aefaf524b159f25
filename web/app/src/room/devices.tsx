import type { Media } from "@aldis/media";
import { useView } from "@aldis/react";
import { changeHabits, useHabits } from "../habits.ts";
import { chime } from "../parts/chime.ts";
import { r } from "../strings/room.ts";

/** Which microphone and which camera. */
export function Devices({ media }: { media: Media }) {
  const view = useView(media);
  return (
    <div className="devices">
      <Picker device="microphone" label={r().devices.microphone} list={view.microphones} media={media} />
      <Picker device="camera" label={r().devices.camera} list={view.cameras} media={media} />
      {CAN_CHOOSE && view.speakers.some((each) => each.deviceId) && <Speaker list={view.speakers} />}
    </div>
  );
}

const CAN_CHOOSE = "setSinkId" in HTMLMediaElement.prototype;

function Speaker({ list }: { list: MediaDeviceInfo[] }) {
  const { speaker } = useHabits();
  const texts = r().devices;
  return (
    <div className="field">
      <label htmlFor="speaker">{texts.speaker}</label>
      <div className="devices__speaker">
        <select
          id="speaker"
          className="input"
          data-testid="device-speaker"
          value={list.some((each) => each.deviceId === speaker) ? speaker : ""}
          onChange={(event) => changeHabits({ speaker: event.target.value })}
        >
          <option value="">{texts.standard}</option>
          {list
            .filter((each) => each.deviceId && each.deviceId !== "default")
            .map((each, index) => (
              <option key={each.deviceId} value={each.deviceId}>
                {each.label || texts.number(texts.speaker, index + 1)}
              </option>
            ))}
        </select>
        <button
          type="button"
          className="button"
          data-testid="speaker-test"
          onClick={() => void chime("test")}
        >
          {texts.test}
        </button>
      </div>
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
        {named.length === 0 && <option value="">{r().devices.standard}</option>}
        {named.map((each, index) => (
          <option key={each.deviceId} value={each.deviceId}>
            {each.label || r().devices.number(label, index + 1)}
          </option>
        ))}
      </select>
    </label>
  );
}
