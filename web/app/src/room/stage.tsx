import type { CallView, Media, PeerView, User } from "@aldis/sdk";
import { type CSSProperties, type RefObject, useLayoutEffect, useRef, useState } from "react";
import { CopyLink } from "../parts/copy-link.tsx";
import { useView } from "../view.ts";
import { fit } from "./layout.ts";
import { OwnTile, PeerTile, ScreenTile } from "./tile.tsx";

interface StageProps {
  view: CallView;
  media: Media;
  user: User;
}

/** All members and shared screens. Tiles stay mounted in every arrangement, so that no picture flickers. */
export function Stage({ view, media, user }: StageProps) {
  const { camera, microphone } = useView(media);
  const screens = view.peers.filter((peer) => peer.screen);
  const arrangement = arrange(screens.length, view.peers.length);
  const people = useRef<HTMLDivElement>(null);
  const size = useTileSize(people, view.peers.length + 1);
  return (
    <div className={`stage stage--${arrangement}`}>
      {screens.length > 0 && (
        <div className="stage__screens">
          {screens.map((peer) => (
            <ScreenTile key={peerKey(peer)} peer={peer} />
          ))}
        </div>
      )}
      <div className="stage__people" ref={people} style={size}>
        {view.peers.map((peer) => (
          <PeerTile key={peerKey(peer)} peer={peer} />
        ))}
        <OwnTile
          userId={view.userId ?? user.id}
          name={user.name}
          preview={media.preview}
          voice={media.voice}
          camera={camera.on}
          microphone={microphone.on}
        />
        {view.peers.length === 0 && view.state === "joined" && <Alone roomId={view.roomId} />}
      </div>
    </div>
  );
}

/** A member who joined again gets a new key: the old streams have ended. */
function peerKey(peer: PeerView): string {
  return `${peer.userId}:${peer.rev}`;
}

/** One person fills the stage; of two, the own tile is small in the corner; beside a screen the tiles form a strip. */
function arrange(screens: number, others: number): "screens" | "alone" | "pair" | "grid" {
  if (screens > 0) return "screens";
  if (others === 0) return "alone";
  return others === 1 ? "pair" : "grid";
}

function Alone({ roomId }: { roomId: string }) {
  return (
    <div className="alone" data-testid="alone">
      <div>
        <strong>You are the only one here</strong>
        <p>Share the link to invite others.</p>
      </div>
      <CopyLink roomId={roomId} label="Copy link" className="button button--accent" testId="alone-copy" />
    </div>
  );
}

type TileSize = CSSProperties & { "--tile-width": string; "--tile-height": string };

/** The tiles' size as custom properties, following the container's. */
function useTileSize(ref: RefObject<HTMLDivElement | null>, count: number): TileSize {
  const [space, setSpace] = useState({ width: 0, height: 0 });
  useLayoutEffect(() => {
    const people = ref.current;
    if (!people) return;
    const observer = new ResizeObserver(() => {
      setSpace({ width: people.clientWidth, height: people.clientHeight });
    });
    observer.observe(people);
    return () => observer.disconnect();
  }, [ref]);
  const { width, height } = fit(count, space.width, space.height);
  return { "--tile-width": `${width}px`, "--tile-height": `${height}px` };
}
