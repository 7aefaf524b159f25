import type { DeviceTrouble, Media, MediaView, User } from "@aldis/sdk";
import { Brand } from "../parts/brand.tsx";
import { CopyLink } from "../parts/copy-link.tsx";
import { Meter } from "../parts/meter.tsx";
import { PageTitle } from "../parts/page-title.tsx";
import { Video } from "../parts/video.tsx";
import { DeviceButton } from "../room/device-button.tsx";
import { Devices } from "../room/devices.tsx";
import { useView } from "../view.ts";

interface PrejoinProps {
  roomId: string;
  user: User;
  media: Media;
  participants: number | null;
  onJoin: () => void;
}

/** The device preview before joining. */
export function Prejoin({ roomId, user, media, participants, onJoin }: PrejoinProps) {
  const view = useView(media);
  const trouble = explain(view);
  return (
    <div className="shell">
      <header className="shell__head">
        <Brand />
      </header>
      <main className="page prejoin" data-testid="page-prejoin">
        <div className="mirror">
          {view.camera.on ? (
            <Video stream={media.preview} own mirrored label="Your camera" />
          ) : (
            <p className="mirror__off">{view.camera.busy ? "Starting the camera…" : "Your camera is off"}</p>
          )}
          <Meter media={media} on={view.microphone.on} />
          <div className="mirror__buttons">
            <DeviceButton device="microphone" media={media} />
            <DeviceButton device="camera" media={media} />
          </div>
        </div>
        <section className="prejoin__side">
          <div>
            <PageTitle>Ready to join?</PageTitle>
            <p className="prejoin__room">
              <span className="code">{roomId}</span>
              <CopyLink roomId={roomId} label="Copy link" />
            </p>
            {participants !== null && (
              <p className="quiet" data-testid="prejoin-participants">
                {present(participants)}
              </p>
            )}
          </div>
          {trouble && (
            <p className="trouble" role="status" data-testid="device-trouble">
              {trouble}
            </p>
          )}
          <Devices media={media} />
          <button
            type="button"
            className="button button--accent button--wide"
            data-testid="prejoin-join"
            onClick={onJoin}
          >
            Join as {user.name}
          </button>
        </section>
      </main>
    </div>
  );
}

function present(participants: number): string {
  if (participants === 0) return "No one else is here yet.";
  return participants === 1 ? "One person is here." : `${participants} people are here.`;
}

const WHY: Record<DeviceTrouble, string> = {
  denied: "is blocked. Allow it in the browser's address bar",
  missing: "was not found",
  busy: "is in use by another program",
  unavailable: "cannot be used on this page; it needs HTTPS",
  ended: "was disconnected",
};

const BOTH: Record<DeviceTrouble, string> = {
  denied: "Your camera and microphone are blocked. Allow them in the browser's address bar.",
  missing: "No camera and no microphone were found.",
  busy: "Your camera and microphone are in use by another program.",
  unavailable: "Your camera and microphone cannot be used on this page; they need HTTPS.",
  ended: "Your camera and microphone were disconnected.",
};

function explain({ camera, microphone }: MediaView): string | null {
  if (camera.trouble && camera.trouble === microphone.trouble) {
    return `${BOTH[camera.trouble]} You can join without them.`;
  }
  if (camera.trouble) return `Your camera ${WHY[camera.trouble]}. You can join without it.`;
  if (microphone.trouble) return `Your microphone ${WHY[microphone.trouble]}. You can join without it.`;
  return null;
}
