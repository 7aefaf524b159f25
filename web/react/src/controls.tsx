import type { Call } from "@aldis/media";
import { ENGLISH, type Labels } from "./labels.ts";
import { playAll, useSoundBlocked } from "./sound.ts";
import { useView } from "./view.ts";

export interface ControlsProps {
  call: Call;
  labels?: Partial<Labels>;
  /** After the call was left by its button. */
  onLeave?: () => void;
}

/** Microphone, camera, screen where the browser can share one, and leaving. */
export function Controls({ call, labels, onLeave }: ControlsProps) {
  const { media } = call;
  const { microphone, camera, screen } = useView(media);
  const texts = { ...ENGLISH, ...labels };
  const isBlocked = useSoundBlocked();
  const canShare = typeof globalThis.navigator?.mediaDevices?.getDisplayMedia === "function";
  return (
    <section className="aldis-controls" aria-label={texts.controls}>
      <button type="button" disabled={microphone.busy} onClick={() => void media.toggle("microphone")}>
        {microphone.on ? texts.mute : texts.unmute}
      </button>
      <button type="button" disabled={camera.busy} onClick={() => void media.toggle("camera")}>
        {camera.on ? texts.cameraOff : texts.cameraOn}
      </button>
      {canShare && (
        <button type="button" disabled={screen.busy} onClick={() => void media.toggleScreen()}>
          {screen.on ? texts.stopSharing : texts.share}
        </button>
      )}
      {isBlocked && (
        <button type="button" onClick={playAll}>
          {texts.soundOn}
        </button>
      )}
      <button
        type="button"
        data-leave="true"
        onClick={() => {
          call.leave();
          onLeave?.();
        }}
      >
        {texts.leave}
      </button>
    </section>
  );
}
