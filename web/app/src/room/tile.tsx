import type { ExtraStream, PeerView } from "@aldis/sdk";
import type { ReactNode } from "react";
import { Icon } from "../parts/icon.tsx";
import { useLevel } from "../parts/level.ts";
import { Video } from "../parts/video.tsx";
import { initials } from "./initials.ts";
import { hint, progress, troubleText } from "./words.ts";

/** Louder than this counts as speaking. */
const SPEAKING = 0.3;

interface TileProps {
  testId: string;
  userId: string;
  name: string;
  own?: boolean;
  microphone: boolean;
  speaking: boolean;
  /** A status over the picture. */
  state?: string | null;
  /** A status beside the picture, which goes on. */
  aside?: string | null;
  isPinned?: boolean;
  children?: ReactNode;
}

function Tile({
  testId,
  userId,
  name,
  own = false,
  microphone,
  speaking,
  state,
  aside,
  isPinned = false,
  children,
}: TileProps) {
  const className = `tile${speaking ? " tile--speaking" : ""}${isPinned ? " tile--pinned" : ""}`;
  return (
    <figure className={className} data-testid={testId} data-user-id={userId}>
      <span className="tile__face" aria-hidden="true">
        {initials(name)}
      </span>
      {children}
      {state && (
        <p className="tile__state">
          <span className="spinner" aria-hidden="true" />
          {state}
        </p>
      )}
      {aside && (
        <p className="tile__aside" data-testid="tile-aside">
          {aside}
        </p>
      )}
      <figcaption className="tile__name">
        {!microphone && <Icon name="microphoneOff" size={15} />}
        <span>{own ? `${name} (you)` : name}</span>
        {!microphone && <span className="unseen">, muted</span>}
      </figcaption>
    </figure>
  );
}

interface PeerTileProps {
  peer: PeerView;
  isWeak: boolean;
  onRetry: (userId: string) => void;
  /** Makes it large, or as the others again; `null` where there is nothing to choose. */
  pin: { isOn: boolean; onToggle: () => void } | null;
}

/** Another member. The video element stays even without a picture: it also plays their voice. */
export function PeerTile({ peer, isWeak, onRetry, pin }: PeerTileProps) {
  const level = useLevel(peer.stream, peer.microphone && peer.connection === "connected");
  return (
    <Tile
      testId="tile"
      userId={peer.userId}
      name={peer.name}
      // Before there is media, nobody knows.
      microphone={peer.microphone || peer.connection !== "connected"}
      speaking={level >= SPEAKING}
      state={peer.trouble ? null : progress(peer.connection)}
      aside={hint(peer, isWeak)}
      isPinned={pin?.isOn ?? false}
    >
      <div className={peer.camera ? "tile__picture" : "tile__picture tile__picture--none"}>
        <Video stream={peer.stream} label={`${peer.name}'s camera`} />
      </div>
      {peer.trouble && (
        <div
          className="tile__trouble"
          role="status"
          data-testid="tile-trouble"
          data-stage={peer.trouble.stage}
        >
          <p>{troubleText(peer.name, peer.trouble)}</p>
          {peer.trouble.stage === "unreachable" && (
            <button type="button" className="button" onClick={() => onRetry(peer.userId)}>
              Try again
            </button>
          )}
        </div>
      )}
      {pin && (
        <button
          type="button"
          className="tile__pin"
          data-testid="pin"
          aria-label={pin.isOn ? `Unpin ${peer.name}` : `Pin ${peer.name}`}
          title={pin.isOn ? "Unpin" : "Pin"}
          onClick={pin.onToggle}
        >
          <Icon name={pin.isOn ? "unpin" : "pin"} size={18} />
        </button>
      )}
    </Tile>
  );
}

/** What a member's program sends beside microphone, camera and screen. A further voice has no tile, and is heard. */
export function OtherTile({ peer, other }: { peer: PeerView; other: ExtraStream }) {
  const label = `${peer.name}, another ${other.kind === "video" ? "camera" : "microphone"}`;
  const video = <Video stream={other.stream} label={label} />;
  if (other.kind === "audio") return <div className="unseen">{video}</div>;
  return (
    <figure className="tile tile--other" data-testid="other-tile" data-user-id={peer.userId}>
      <div className="tile__picture">{video}</div>
      <figcaption className="tile__name">
        <span>{label}</span>
      </figcaption>
    </figure>
  );
}

interface OwnTileProps {
  userId: string;
  name: string;
  preview: MediaStream;
  voice: MediaStream;
  camera: boolean;
  microphone: boolean;
}

/** The own tile, mirrored. */
export function OwnTile({ userId, name, preview, voice, camera, microphone }: OwnTileProps) {
  const level = useLevel(voice, microphone);
  return (
    <Tile
      testId="local-tile"
      userId={userId}
      name={name}
      own
      microphone={microphone}
      speaking={level >= SPEAKING}
    >
      {camera && (
        <div className="tile__picture">
          <Video stream={preview} own mirrored label="Your camera" />
        </div>
      )}
    </Tile>
  );
}

/** A shared screen, uncropped and never mirrored. */
export function ScreenTile({ peer }: { peer: PeerView }) {
  return (
    <figure className="tile tile--screen" data-testid="screen-tile" data-user-id={peer.userId}>
      <div className="tile__picture">
        <Video stream={peer.screenStream} label={`${peer.name}'s screen`} />
      </div>
      <figcaption className="tile__name">
        <Icon name="screen" size={15} />
        <span>{peer.name}'s screen</span>
      </figcaption>
    </figure>
  );
}
