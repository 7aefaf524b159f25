import type { CallView, Media, PeerView, User } from "@aldis/sdk";
import { type CSSProperties, type ReactNode, type RefObject, useLayoutEffect, useRef, useState } from "react";
import { CopyLink } from "../parts/copy-link.tsx";
import { useView } from "../view.ts";
import { fit } from "./layout.ts";
import { OwnTile, PeerTile, ScreenTile } from "./tile.tsx";

interface StageProps {
  view: CallView;
  media: Media;
  user: User;
}

/** Everybody, and whatever screens are shared. */
export function Stage({ view, media, user }: StageProps) {
  const { camera, microphone } = useView(media);
  const screens = view.peers.filter((peer) => peer.screen);
  const own = (
    <OwnTile
      key="own"
      userId={view.userId ?? user.id}
      name={user.name}
      preview={media.preview}
      voice={media.voice}
      camera={camera.on}
      microphone={microphone.on}
    />
  );
  const others = view.peers.map((peer) => <PeerTile key={`${peer.userId}:${peer.rev}`} peer={peer} />);

  if (screens.length > 0) return <Shared screens={screens}>{[...others, own]}</Shared>;
  if (others.length === 1) {
    // Two people look at each other; oneself is a small picture in the corner.
    return (
      <Grid>
        {others}
        <div className="corner" key="corner">
          {own}
        </div>
      </Grid>
    );
  }
  return (
    <Grid>
      {[...others, own]}
      {others.length === 0 && view.state === "joined" && <Alone key="alone" roomId={view.roomId} />}
    </Grid>
  );
}

function Grid({ children }: { children: ReactNode }) {
  const ref = useRef<HTMLDivElement>(null);
  const size = useTileSize(ref, children);
  return (
    <div className="grid" ref={ref} style={size}>
      {children}
    </div>
  );
}

function Shared({ screens, children }: { screens: PeerView[]; children: ReactNode[] }) {
  return (
    <div className="shared">
      <div className="shared__screens">
        {screens.map((peer) => (
          <ScreenTile key={`${peer.userId}:${peer.rev}`} peer={peer} />
        ))}
      </div>
      <div className="shared__people">{children}</div>
    </div>
  );
}

function Alone({ roomId }: { roomId: string }) {
  return (
    <div className="alone" data-testid="alone">
      <div>
        <strong>Nobody else is here yet</strong>
        <p>Share the link; whoever opens it can join you.</p>
      </div>
      <CopyLink roomId={roomId} label="Copy link" className="button button--accent" testId="alone-copy" />
    </div>
  );
}

type TileSize = CSSProperties & { "--tile-width": string; "--tile-height": string };

/** The tiles' size as custom properties, following the container's. */
function useTileSize(ref: RefObject<HTMLDivElement | null>, children: ReactNode): TileSize {
  const [size, setSize] = useState({ width: 0, height: 0, count: 1 });
  // biome-ignore lint/correctness/useExhaustiveDependencies: other children mean another count of tiles.
  useLayoutEffect(() => {
    const grid = ref.current;
    if (!grid) return;
    const measure = () => {
      const count = grid.querySelectorAll(":scope > .tile").length;
      setSize({ width: grid.clientWidth, height: grid.clientHeight, count });
    };
    const observer = new ResizeObserver(measure);
    observer.observe(grid);
    measure();
    return () => observer.disconnect();
  }, [ref, children]);
  const { width, height } = fit(size.count, size.width, size.height);
  return { "--tile-width": `${width}px`, "--tile-height": `${height}px` };
}
