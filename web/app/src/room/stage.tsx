import type { User } from "@aldis/client";
import type { CallView, Media } from "@aldis/media";
import { useTileSize, useView } from "@aldis/react";
import { type CSSProperties, type RefObject, useRef, useState } from "react";
import { CopyLink, ShareLink } from "../parts/copy-link.tsx";
import { r } from "../strings/room.ts";
import type { Hands } from "./reactions.ts";
import { StageTools } from "./stage-tools.tsx";
import { OtherTile, OwnTile, PeerTile, ScreenTile } from "./tile.tsx";
import { usePages } from "./use-pages.ts";

interface StageProps {
  view: CallView;
  media: Media;
  user: User;
  /** Members whose connection is weak. */
  weak: ReadonlySet<string>;
  /** What the room is called; may be empty. */
  name: string;
  hands: Hands;
  onRetry: (userId: string) => void;
  /** How wide a member's picture is shown. */
  onSee: (userId: string, width: number) => void;
}

/** All members and shared screens. Tiles stay mounted in every arrangement, so that no picture flickers. */
export function Stage({ view, media, user, weak, name, hands, onRetry, onSee }: StageProps) {
  const { camera, microphone } = useView(media);
  const screens = view.peers.filter((peer) => peer.screen);
  const pictures = view.peers.flatMap((peer) => peer.others.filter(({ kind }) => kind === "video"));
  const others = view.peers.length + pictures.length;
  const [chosen, setChosen] = useState<string | null>(null);
  const grid = arrange(screens.length, others);
  // Who has left is not pinned any more; of two people nobody need be.
  const isPinned = grid === "grid" && view.peers.some((peer) => peer.userId === chosen);
  const pages = usePages(view, isPinned ? chosen : null);
  const pinned = grid === "grid" ? pages.large : null;
  const arrangement = pinned ? "pinned" : grid;
  const people = useRef<HTMLDivElement>(null);
  const size = useSize(people, pages.shown.size + pictures.length + 1);
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
            hand={hands.up.includes(peer.userId)}
            isHidden={!pages.shown.has(peer.userId)}
            isSpeaker={view.path.speaker === peer.userId}
            onRetry={onRetry}
            onSee={onSee}
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
          hand={hands.isOwnUp}
          preview={media.preview}
          voice={media.voice}
          camera={camera.on}
          microphone={microphone.on}
        />
        {view.peers.length === 0 && view.state === "joined" && <Alone roomId={view.roomId} name={name} />}
      </div>
      <StageTools pages={pages} offersSpeaker={grid === "grid" && view.path.meant === "sfu"} />
    </div>
  );
}

/** One person fills the stage; of two, the own tile is small in the corner; beside a screen the tiles form a strip. */
function arrange(screens: number, others: number): "screens" | "alone" | "pair" | "grid" {
  if (screens > 0) return "screens";
  if (others === 0) return "alone";
  return others === 1 ? "pair" : "grid";
}

function Alone({ roomId, name }: { roomId: string; name: string }) {
  return (
    <div className="alone" data-testid="alone">
      <div>
        <strong>{r().tile.alone}</strong>
        <p>{r().tile.aloneText}</p>
      </div>
      <ShareLink roomId={roomId} name={name} />
      <CopyLink roomId={roomId} label className="button button--accent" testId="alone-copy" />
    </div>
  );
}

type TileSize = CSSProperties & { "--tile-width": string; "--tile-height": string; "--strip": number };

/** The tiles' size as custom properties, following the container's. */
function useSize(ref: RefObject<HTMLDivElement | null>, count: number): TileSize {
  const { width, height } = useTileSize(ref, count);
  return { "--tile-width": `${width}px`, "--tile-height": `${height}px`, "--strip": count - 1 };
}
