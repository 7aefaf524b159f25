import type { Media } from "@aldis/sdk";
import { useEffect, useRef } from "react";
import { changeHabits, useHabits } from "../habits.ts";
import { Icon } from "../parts/icon.tsx";
import { Meter } from "../parts/meter.tsx";
import { Video } from "../parts/video.tsx";
import { useView } from "../view.ts";
import { CAN_SHARE } from "./controls.tsx";
import { Devices } from "./devices.tsx";

const KEYS: [string, string][] = [
  ["M", "Mute or unmute"],
  ["V", "Camera on or off"],
  ...(CAN_SHARE ? [["S", "Share or stop sharing the screen"] as [string, string]] : []),
  ["C", "Open or close the chat"],
  ["P", "Open or close the list of people"],
  ["L", "Copy the link"],
];

/** Devices during the call, with a look at what they give; sounds; and keyboard shortcuts. */
export function Settings({ media, onClose }: { media: Media; onClose: () => void }) {
  const ref = useRef<HTMLDialogElement>(null);
  const view = useView(media);
  const { sounds, shortcuts } = useHabits();
  useEffect(() => ref.current?.showModal(), []);
  return (
    <dialog
      className="dialog"
      ref={ref}
      onClose={onClose}
      aria-labelledby="settings-title"
      data-testid="settings-dialog"
    >
      <header className="dialog__head">
        <h2 id="settings-title">Settings</h2>
        <button
          type="button"
          className="button button--quiet button--icon"
          aria-label="Close"
          onClick={() => ref.current?.close()}
        >
          <Icon name="close" size={20} />
        </button>
      </header>
      <div className="preview">
        {view.camera.on ? (
          <Video stream={media.preview} own mirrored label="Your camera" />
        ) : (
          <p className="quiet">Your camera is off</p>
        )}
        <Meter media={media} on={view.microphone.on} />
      </div>
      <Devices media={media} />
      <Choice
        testId="habit-sounds"
        label="Play a sound when people come and go"
        on={sounds}
        onChange={(on) => changeHabits({ sounds: on })}
      />
      <Choice
        testId="habit-shortcuts"
        label="Use single keys as shortcuts"
        on={shortcuts}
        onChange={(on) => changeHabits({ shortcuts: on })}
      />
      {shortcuts && (
        <dl className="keys">
          {KEYS.map(([key, what]) => (
            <div key={key}>
              <dt>
                <kbd>{key}</kbd>
              </dt>
              <dd>{what}</dd>
            </div>
          ))}
        </dl>
      )}
    </dialog>
  );
}

interface ChoiceProps {
  testId: string;
  label: string;
  on: boolean;
  onChange: (on: boolean) => void;
}

function Choice({ testId, label, on, onChange }: ChoiceProps) {
  return (
    <label className="choice">
      <input
        type="checkbox"
        data-testid={testId}
        checked={on}
        onChange={(event) => onChange(event.target.checked)}
      />
      <span>{label}</span>
    </label>
  );
}
