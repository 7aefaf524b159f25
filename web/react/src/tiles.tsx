// Everybody in a call as tiles that fill their container: the others, their screens and further tracks, and oneself.
import type { Call, ExtraStream, PeerView } from "@aldis/media";
import { type CSSProperties, type ReactNode, useCallback, useRef } from "react";
import { initials } from "./initials.ts";
import { ENGLISH, type Labels } from "./labels.ts";
import { useLevel } from "./level.ts";
import { useSeen } from "./seen.ts";
import { useTileSize } from "./tile-size.ts";
import { Video } from "./video.tsx";
import { useView } from "./view.ts";

/** Louder than this counts as speaking. */
export const SPEAKING = 0.3;

export interface TilesProps {
  call: Call;
  /** One's own name. */
  name: string;
  labels?: Partial<Labels>;
  /** Where sound is played, by device id. */
  speaker?: string;
}

export function Tiles({ call, name, labels, speaker = "" }: TilesProps) {
  const { peers, path } = useView(call);
  const see = useCallback((userId: string, width: number) => call.see(userId, width), [call]);
  const texts = { ...ENGLISH, ...labels };
  const ref = useRef<HTMLDivElement>(null);
  const screens = peers.filter(({ screen }) => screen);
  const others = peers.flatMap((peer) => peer.others.map((other) => ({ peer, other })));
  const pictures = others.filter(({ other }) => other.kind === "video").length;
  const { width, height } = useTileSize(ref, peers.length + screens.length + pictures + 1);
  const size = { "--tile-width": `${width}px`, "--tile-height": `${height}px` } as CSSProperties;
  return (
    <div className="aldis-tiles" ref={ref} style={size}>
      {screens.map((peer) => (
        <ScreenTile key={`screen:${peer.userId}`} peer={peer} labels={texts} speaker={speaker} />
      ))}
      {peers.map((peer) => (
        <PeerTile
          key={peer.userId}
          peer={peer}
          labels={texts}
          speaker={speaker}
          isSpeaker={path.speaker === peer.userId}
          onSee={see}
        />
      ))}
      {others.map(({ peer, other }) => (
        <OtherTile key={`${peer.userId}:${other.id}`} peer={peer} other={other} speaker={speaker} />
      ))}
      <OwnTile call={call} name={name} labels={texts} />
    </div>
  );
}

interface TileProps {
  name: string;
  kind: "peer" | "own" | "screen" | "other";
  speaking?: boolean;
  muted?: string | null;
  state?: string | null;
  children?: ReactNode;
}

function Tile({ name, kind, speaking = false, muted, state, children }: TileProps) {
  return (
    <figure className="aldis-tile" data-kind={kind} data-speaking={speaking}>
      <span className="aldis-face" aria-hidden="true">
        {initials(name)}
      </span>
      {children}
      {state && <p className="aldis-state">{state}</p>}
      <figcaption className="aldis-name">{muted ? `${name}, ${muted}` : name}</figcaption>
    </figure>
  );
}

export interface PeerTileProps {
  peer: PeerView;
  labels?: Labels;
  /** Where sound is played, by device id. */
  speaker?: string;
  /** A media server says that they speak. */
  isSpeaker?: boolean;
  /** Told how wide the picture is shown, in CSS pixels: for `call.see`. */
  onSee?: (userId: string, width: number) => void;
}

/** Another member. The video element stays also without a picture: it plays their voice. */
export function PeerTile({ peer, labels = ENGLISH, speaker = "", isSpeaker = false, onSee }: PeerTileProps) {
  const { userId } = peer;
  const picture = useRef<HTMLDivElement>(null);
  useSeen(
    picture,
    useCallback((width: number) => onSee?.(userId, width), [onSee, userId]),
  );
  const isConnected = peer.connection === "connected";
  const level = useLevel(peer.stream, peer.microphone && isConnected);
  return (
    <Tile
      name={peer.name}
      kind="peer"
      speaking={isSpeaker || level >= SPEAKING}
      // Before there is media, nobody knows.
      muted={isConnected && !peer.microphone ? labels.muted : null}
      state={stateOf(peer, labels)}
    >
      <div className="aldis-picture" data-on={peer.camera} ref={picture}>
        <Video stream={peer.stream} label={labels.cameraOf(peer.name)} speaker={speaker} />
      </div>
    </Tile>
  );
}

function stateOf({ presence, connection }: PeerView, labels: Labels): string | null {
  if (connection === "new" || connection === "connecting") return labels.connecting;
  if (connection !== "connected") return labels.reconnecting;
  return presence === "away" ? labels.away : null;
}

function ScreenTile({ peer, labels, speaker }: { peer: PeerView; labels: Labels; speaker: string }) {
  const label = labels.screenOf(peer.name);
  return (
    <Tile name={label} kind="screen">
      <div className="aldis-picture" data-on="true">
        <Video stream={peer.screenStream} label={label} speaker={speaker} />
      </div>
    </Tile>
  );
}

/** What a member's program publishes beside the three. A further voice has no tile, and is heard. */
function OtherTile({ peer, other, speaker }: { peer: PeerView; other: ExtraStream; speaker: string }) {
  const label = other.name ? `${peer.name}, ${other.name}` : peer.name;
  const video = <Video stream={other.stream} label={label} speaker={speaker} />;
  if (other.kind === "audio") return <div hidden>{video}</div>;
  return (
    <Tile name={label} kind="other">
      <div className="aldis-picture" data-on="true">
        {video}
      </div>
    </Tile>
  );
}

/** One's own tile, mirrored and without sound. */
function OwnTile({ call, name, labels }: { call: Call; name: string; labels: Labels }) {
  const { media } = call;
  const { camera, microphone } = useView(media);
  const level = useLevel(media.voice, microphone.on);
  return (
    <Tile
      name={labels.you(name)}
      kind="own"
      speaking={level >= SPEAKING}
      muted={microphone.on ? null : labels.muted}
    >
      <div className="aldis-picture" data-on={camera.on}>
        {camera.on && <Video stream={media.preview} muted label={labels.cameraOf(name)} />}
      </div>
    </Tile>
  );
}
