import { Media } from "@aldis/media";
import { useEffect, useState } from "react";
import { type Choices, choices, rememberChoices } from "../remember.ts";

/** The person may take long to answer the browser's permission prompt; the call waits only this long. */
const PATIENCE_MS = 4_000;

/** This visit's devices, opened as chosen last time and released at its end. `ready`: opened, or not in time. */
export function useMedia(): { media: Media | null; ready: boolean } {
  const [media, setMedia] = useState<Media | null>(null);
  const [ready, setReady] = useState(false);
  useEffect(() => {
    const media = new Media();
    const last = choices();
    media.prefer("microphone", last.microphone.deviceId);
    media.prefer("camera", last.camera.deviceId);
    let opened = false;
    const patience = setTimeout(() => setReady(true), PATIENCE_MS);
    void media.start({ microphone: last.microphone.on, camera: last.camera.on }).then(() => {
      opened = true;
      setReady(true);
    });
    const off = media.on("changed", () => opened && rememberChoices(chosen(media, choices())));
    setMedia(media);
    return () => {
      clearTimeout(patience);
      off();
      media.release();
    };
  }, []);
  return { media, ready };
}

/** The choices; a device that could not be opened stays chosen. */
function chosen(media: Media, before: Choices): Choices {
  const choose = (device: "microphone" | "camera") => {
    const { on, busy, trouble, deviceId } = media.view[device];
    return busy || trouble ? before[device] : { on, deviceId };
  };
  return { microphone: choose("microphone"), camera: choose("camera") };
}
