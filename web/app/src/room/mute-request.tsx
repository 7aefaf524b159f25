import type { Call, Media } from "@aldis/media";
import { useView } from "@aldis/react";
import { useEffect, useMemo } from "react";
import { r } from "../strings/room.ts";
import { AskedToMute } from "./asked-to-mute.ts";

/** The host asks to be quiet; whether one is, one decides oneself. */
export function MuteRequest({ call, media }: { call: Call; media: Media }) {
  const requests = useMemo(() => new AskedToMute({ room: call.room, media }), [call, media]);
  useEffect(() => requests.watch(), [requests]);
  const asked = useView(requests);
  if (!asked) return null;
  const { by, device } = asked;
  const name = call.view.peers.find((peer) => peer.userId === by)?.name ?? r().host.someHost;
  const texts = r().muteRequest;
  return (
    <div className="banner" role="alert" data-testid="mute-request">
      <span>{texts[device](name)}</span>
      <span className="banner__ways">
        <button
          type="button"
          className="linklike"
          data-testid="mute-request-yes"
          onClick={() => void media.toggle(device)}
        >
          {device === "microphone" ? r().controls.mute : r().controls.cameraOff}
        </button>
        <button
          type="button"
          className="linklike"
          data-testid="mute-request-no"
          onClick={() => requests.answered()}
        >
          {texts.no}
        </button>
      </span>
    </div>
  );
}
