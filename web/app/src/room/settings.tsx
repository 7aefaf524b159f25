import type { Media } from "@aldis/media";
import { useView } from "@aldis/react";
import { useEffect, useRef } from "react";
import { changeHabits, useHabits } from "../habits.ts";
import { Choice } from "../parts/choice.tsx";
import { Icon } from "../parts/icon.tsx";
import { LanguageChoice } from "../parts/language-choice.tsx";
import { Meter } from "../parts/meter.tsx";
import { Video } from "../parts/video.tsx";
import { r } from "../strings/room.ts";
import { CAN_SHARE } from "./controls.tsx";
import { Devices } from "./devices.tsx";
import type { Hosting } from "./hosting.ts";
import { RoomAccess } from "./room-access.tsx";

const KEYS = [
  ["M", "mute"],
  ["V", "camera"],
  ...(CAN_SHARE ? [["S", "screen"] as const] : []),
  ["H", "hand"],
  ["C", "chat"],
  ["P", "people"],
  ["L", "link"],
] as const;

interface SettingsProps {
  media: Media;
  hosting: Hosting;
  onClose: () => void;
}

/** Devices during the call, with a look at what they give; the room's, for its host; sounds; and keyboard shortcuts. */
export function Settings({ media, hosting, onClose }: SettingsProps) {
  const ref = useRef<HTMLDialogElement>(null);
  const view = useView(media);
  const { sounds, shortcuts } = useHabits();
  const texts = r().settings;
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
        <h2 id="settings-title">{texts.title}</h2>
        <button
          type="button"
          className="button button--quiet button--icon"
          aria-label={r().close}
          onClick={() => ref.current?.close()}
        >
          <Icon name="close" size={20} />
        </button>
      </header>
      <div className="preview">
        {view.camera.on ? (
          <Video stream={media.preview} own mirrored label={r().yourCamera} />
        ) : (
          <p className="quiet">{r().cameraIsOff}</p>
        )}
        <Meter media={media} on={view.microphone.on} />
      </div>
      <Devices media={media} />
      {hosting.isHost && <RoomAccess hosting={hosting} />}
      <Choice
        testId="habit-sounds"
        label={texts.sounds}
        on={sounds}
        onChange={(on) => changeHabits({ sounds: on })}
      />
      <Choice
        testId="habit-shortcuts"
        label={texts.shortcuts}
        on={shortcuts}
        onChange={(on) => changeHabits({ shortcuts: on })}
      />
      <LanguageChoice isField />
      {shortcuts && (
        <dl className="keys">
          {KEYS.map(([key, what]) => (
            <div key={key}>
              <dt>
                <kbd>{key}</kbd>
              </dt>
              <dd>{texts.keys[what]}</dd>
            </div>
          ))}
        </dl>
      )}
    </dialog>
  );
}
