import type { Call, Media } from "@aldis/media";
import { useView } from "@aldis/react";
import { useEffect, useState } from "react";
import { r } from "../strings/room.ts";

interface Asked {
  /** The host's name. */
  by: string;
  device: "microphone" | "camera";
}

/** The host asks to be quiet; whether one is, one decides oneself. */
export function MuteRequest({ call, media }: { call: Call; media: Media }) {
  const [asked, setAsked] = useState<Asked | null>(null);
  const view = useView(media);
  useEffect(
    () =>
      call.room.on("muteRequested", ({ by, kind }) => {
        const device = kind === "audio" ? "microphone" : "camera";
        const name = call.view.peers.find((peer) => peer.userId === by)?.name ?? r().host.someHost;
        if (media.view[device].on) setAsked({ by: name, device });
      }),
    [call, media],
  );
  // Whoever has switched it off has answered.
  if (!asked || !view[asked.device].on) return null;
  const texts = r().muteRequest;
  return (
    <div className="banner" role="alert" data-testid="mute-request">
      <span>{texts[asked.device](asked.by)}</span>
      <span className="banner__ways">
        <button
          type="button"
          className="linklike"
          data-testid="mute-request-yes"
          onClick={() => {
            setAsked(null);
            void media.toggle(asked.device);
          }}
        >
          {asked.device === "microphone" ? r().controls.mute : r().controls.cameraOff}
        </button>
        <button
          type="button"
          className="linklike"
          data-testid="mute-request-no"
          onClick={() => setAsked(null)}
        >
          {texts.no}
        </button>
      </span>
    </div>
  );
}
