import type { CallView, Media, User } from "@aldis/sdk";
import { type CSSProperties, type RefObject, useLayoutEffect, useRef, useState } from "react";
import { CopyLink } from "../parts/copy-link.tsx";
import { useView } from "../view.ts";
import { fit } from "./layout.ts";
import { OtherTile, OwnTile, PeerTile, ScreenTile } from "./tile.tsx";

interface StageProps {
  view: CallView;
  media: Media;
  user: User;
  /** Members whose connection is weak. */
  weak: ReadonlySet<string>;
  onRetry: (userId: string) => void;
}

/** All members and shared screens. Tiles stay mounted in every arrangement, so that no picture flickers. */
export function Stage({ view, media, user, weak, onRetry }: StageProps) {
  const { camera, microphone } = useView(media);
  const screens = view.peers.filter((peer) => peer.screen);
  const pictures = view.peers.flatMap((peer) => peer.others.filter(({ kind }) => kind === "video"));
  const others = view.peers.length + pictures.length;
  const [chosen, setChosen] = useState<string | null>(null);
  const grid = arrange(screens.length, others);
  // Who has left is not pinned any more; of two people nobody need be.
  const pinned = grid === "grid" && view.peers.some((peer) => peer.userId === chosen) ? chosen : null;
  const arrangement = pinned ? "pinned" : grid;
  const people = useRef<HTMLDivElement>(null);
  const size = useTileSize(people, others + 1);
  return (
    <div className={`stage stage--${arrangement}`}>
      {screens.length > 0 && (
        <div className="stage__screens">
          {screens.map((peer) => (
            <ScreenTile key={peer.userId} peer={peer} />
          ))}
        </div>
      )}
      <div className="stage__people" ref={people} style={size}>
        {view.peers.map((peer) => (
          <PeerTile
            key={peer.userId}
            peer={peer}
            isWeak={weak.has(peer.userId)}
            onRetry={onRetry}
            pin={
              grid === "grid"
                ? {
                    isOn: peer.userId === pinned,
                    onToggle: () => setChosen(peer.userId === pinned ? null : peer.userId),
                  }
                : null
            }
          />
        ))}
        {view.peers.flatMap((peer) =>
          peer.others.map((other) => (
            <OtherTile key={`${peer.userId}:${other.id}`} peer={peer} other={other} />
          )),
        )}
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

type TileSize = CSSProperties & { "--tile-width": string; "--tile-height": string; "--strip": number };

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
  return { "--tile-width": `${width}px`, "--tile-height": `${height}px`, "--strip": count - 1 };
}
