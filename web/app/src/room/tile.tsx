import type { ExtraStream, PeerView } from "@aldis/media";
import { initials, useLevel, useSeen } from "@aldis/react";
import { type ReactNode, useCallback, useRef } from "react";
import { Icon } from "../parts/icon.tsx";
import { Video } from "../parts/video.tsx";
import { r } from "../strings/room.ts";
import { t } from "../strings.ts";
import { CAN_FLOAT, float, useFullScreen } from "./full-screen.ts";
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
  /** On another page; heard, but not shown. */
  isHidden?: boolean;
  /** Their hand is up. */
  hand?: boolean;
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
  isHidden = false,
  hand = false,
  children,
}: TileProps) {
  const texts = r().tile;
  const className = `tile${speaking ? " tile--speaking" : ""}${isPinned ? " tile--pinned" : ""}`;
  return (
    <figure className={className} data-testid={testId} data-user-id={userId} hidden={isHidden}>
      <span className="tile__face" aria-hidden="true">
        {initials(name)}
      </span>
      {children}
      {state && (
        <p className="tile__state">
          <span className="spinner" aria-hidden="true" />
          <span>{state}</span>
        </p>
      )}
      {aside && (
        <p className="tile__aside" data-testid="tile-aside">
          {aside}
        </p>
      )}
      <figcaption className="tile__name">
        {hand && <Icon name="hand" size={15} />}
        {!microphone && <Icon name="microphoneOff" size={15} />}
        <span dir="auto">{own ? texts.you(name) : name}</span>
        {!microphone && <span className="unseen">, {texts.muted}</span>}
        {hand && (
          <span className="unseen" data-testid="tile-hand">
            , {texts.hand}
          </span>
        )}
      </figcaption>
    </figure>
  );
}

interface PeerTileProps {
  peer: PeerView;
  isWeak: boolean;
  hand: boolean;
  isHidden: boolean;
  /** The media server says so. */
  isSpeaker: boolean;
  onRetry: (userId: string) => void;
  onSee: (userId: string, width: number) => void;
  /** Makes it large, or as the others again; `null` where there is nothing to choose. */
  pin: { isOn: boolean; onToggle: () => void } | null;
}

/** Another member. The video element stays even without a picture: it also plays their voice. */
export function PeerTile(props: PeerTileProps) {
  const { peer, isWeak, hand, isHidden, isSpeaker, onRetry, onSee, pin } = props;
  const texts = r().tile;
  const picture = useRef<HTMLDivElement>(null);
  useSeen(
    picture,
    useCallback((width: number) => onSee(peer.userId, width), [onSee, peer.userId]),
  );
  const level = useLevel(peer.stream, peer.microphone && peer.connection === "connected");
  return (
    <Tile
      testId="tile"
      userId={peer.userId}
      name={peer.name}
      // Before there is media, nobody knows.
      microphone={peer.microphone || peer.connection !== "connected"}
      speaking={isSpeaker || level >= SPEAKING}
      isHidden={isHidden}
      state={peer.trouble ? null : progress(peer.connection)}
      aside={hint(peer, isWeak)}
      isPinned={pin?.isOn ?? false}
      hand={hand}
    >
      <div className={peer.camera ? "tile__picture" : "tile__picture tile__picture--none"} ref={picture}>
        <Video stream={peer.stream} label={texts.cameraOf(peer.name)} />
      </div>
      {peer.trouble && (
        <div
          className="tile__trouble"
          role="status"
          data-testid="tile-trouble"
          data-stage={peer.trouble.stage}
        >
          <p className="tile__brief">{r().words.brief[peer.trouble.stage]}</p>
          <p className="tile__why">{troubleText(peer.name, peer.trouble)}</p>
          {peer.trouble.stage === "unreachable" && (
            <button type="button" className="button" onClick={() => onRetry(peer.userId)}>
              {t().tryAgain}
            </button>
          )}
        </div>
      )}
      <div className="tile__tools">
        {CAN_FLOAT && peer.camera && (
          <button
            type="button"
            className="tile__tool"
            data-testid="float"
            aria-label={texts.pictureInPictureOf(peer.name)}
            title={texts.pictureInPictureOf(peer.name)}
            onClick={() => float(picture.current?.querySelector("video"))}
          >
            <Icon name="float" size={18} />
          </button>
        )}
        {pin && (
          <button
            type="button"
            className="tile__tool"
            data-testid="pin"
            aria-label={pin.isOn ? texts.unpinOf(peer.name) : texts.pinOf(peer.name)}
            title={pin.isOn ? texts.unpin : texts.pin}
            onClick={pin.onToggle}
          >
            <Icon name={pin.isOn ? "unpin" : "pin"} size={18} />
          </button>
        )}
      </div>
    </Tile>
  );
}

/** What a member's program sends beside microphone, camera and screen. A further voice has no tile, and is heard. */
export function OtherTile({ peer, other }: { peer: PeerView; other: ExtraStream }) {
  const { named, otherCamera, otherMicrophone } = r().tile;
  const unnamed = other.kind === "video" ? otherCamera : otherMicrophone;
  const label = other.name ? named(peer.name, other.name) : unnamed(peer.name);
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
  hand: boolean;
}

/** The own tile, mirrored. */
export function OwnTile({ userId, name, preview, voice, camera, microphone, hand }: OwnTileProps) {
  const level = useLevel(voice, microphone);
  return (
    <Tile
      testId="local-tile"
      userId={userId}
      name={name}
      own
      hand={hand}
      microphone={microphone}
      speaking={level >= SPEAKING}
    >
      {camera && (
        <div className="tile__picture">
          <Video stream={preview} own mirrored label={r().yourCamera} />
        </div>
      )}
    </Tile>
  );
}

/** A shared screen, uncropped and never mirrored. */
export function ScreenTile({ peer }: { peer: PeerView }) {
  const ref = useRef<HTMLElement>(null);
  const { isPossible, toggle } = useFullScreen();
  const { screenOf, fullScreenOf } = r().tile;
  const label = screenOf(peer.name);
  return (
    <figure className="tile tile--screen" data-testid="screen-tile" data-user-id={peer.userId} ref={ref}>
      <div className="tile__picture">
        <Video stream={peer.screenStream} label={label} />
      </div>
      <figcaption className="tile__name">
        <Icon name="screen" size={15} />
        <span>{label}</span>
      </figcaption>
      {isPossible && (
        <div className="tile__tools">
          <button
            type="button"
            className="tile__tool"
            data-testid="screen-full"
            aria-label={fullScreenOf(label)}
            title={fullScreenOf(label)}
            onClick={() => ref.current && toggle(ref.current)}
          >
            <Icon name="expand" size={18} />
          </button>
        </div>
      )}
    </figure>
  );
}
