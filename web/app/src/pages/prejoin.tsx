import type { User } from "@aldis/client";
import type { Media, MediaView } from "@aldis/media";
import { useView } from "@aldis/react";
import { CopyLink, ShareLink } from "../parts/copy-link.tsx";
import { Meter } from "../parts/meter.tsx";
import { PageTitle } from "../parts/page-title.tsx";
import { Shell } from "../parts/shell.tsx";
import { Video } from "../parts/video.tsx";
import { DeviceButton } from "../room/device-button.tsx";
import { Devices } from "../room/devices.tsx";
import { useAsked } from "../room/use-asked.ts";
import { r } from "../strings/room.ts";

interface PrejoinProps {
  roomId: string;
  /** What the room is called; may be empty. */
  name: string;
  user: User;
  media: Media;
  people: People;
  onJoin: () => void;
}

/** Who is in the room, as far as it is known. */
export interface People {
  /** How many; `null` while unknown. */
  participants: number | null;
  /** Whether one is in it oneself, on another page or device. */
  isElsewhere: boolean;
  isFull: boolean;
}

/** The device preview before joining. */
export function Prejoin({ roomId, name, user, media, people, onJoin }: PrejoinProps) {
  const view = useView(media);
  const texts = r().prejoin;
  const trouble = explain(view);
  const isAsked = useAsked(media);
  return (
    <Shell>
      <main className="page prejoin" data-testid="page-prejoin">
        <div className="mirror">
          {view.camera.on ? (
            <Video stream={media.preview} own mirrored label={r().yourCamera} />
          ) : (
            <p className="mirror__off">{view.camera.busy ? r().cameraStarting : r().cameraIsOff}</p>
          )}
          <Meter media={media} on={view.microphone.on} />
          <div className="mirror__buttons">
            <DeviceButton device="microphone" media={media} />
            <DeviceButton device="camera" media={media} />
          </div>
        </div>
        <section className="prejoin__side">
          <Where roomId={roomId} name={name} people={people} />
          {isAsked && (
            <p role="status" data-testid="device-asked">
              {r().asking}
            </p>
          )}
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
            <span className="prejoin__join">{texts.joinAs(user.name)}</span>
          </button>
        </section>
      </main>
    </Shell>
  );
}

/** The room, its link, and who is in it. */
function Where({ roomId, name, people }: { roomId: string; name: string; people: People }) {
  const texts = r().prejoin;
  const { participants, isElsewhere, isFull } = people;
  const notYet = isElsewhere ? texts.elsewhere : isFull ? texts.full : null;
  return (
    <div>
      <PageTitle>{name || texts.title}</PageTitle>
      <div className="prejoin__room">
        <span className="code">{roomId}</span>
        <CopyLink roomId={roomId} label />
        <ShareLink roomId={roomId} name={name} className="button button--quiet" />
      </div>
      {participants !== null && (
        <p className="quiet" data-testid="prejoin-participants">
          {participants === 0 ? texts.nobody : texts.people(participants)}
        </p>
      )}
      {notYet && (
        <p role="status" data-testid="prejoin-notice">
          {notYet}
        </p>
      )}
    </div>
  );
}

function explain({ camera, microphone }: MediaView): string | null {
  const { device, prejoin } = r();
  if (camera.trouble && camera.trouble === microphone.trouble) {
    return `${device.both[camera.trouble]} ${prejoin.withoutBoth}`;
  }
  if (camera.trouble) return `${device.camera[camera.trouble]} ${prejoin.without}`;
  if (microphone.trouble) return `${device.microphone[microphone.trouble]} ${prejoin.without}`;
  return null;
}
