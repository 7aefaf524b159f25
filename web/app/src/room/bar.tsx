import type { CallView, Media } from "@aldis/sdk";
import { CopyLink } from "../parts/copy-link.tsx";
import { Icon } from "../parts/icon.tsx";
import { useView } from "../view.ts";

interface BarProps {
  view: CallView;
  media: Media;
  people: { open: boolean; onToggle: () => void };
}

/** The room's link, what is shared, and who is here. */
export function Bar({ view, media, people }: BarProps) {
  const { screen } = useView(media);
  const count = view.peers.length + 1;
  return (
    <header className="bar">
      <span className="code" data-testid="room-code">
        {view.roomId}
      </span>
      <CopyLink roomId={view.roomId} label="Copy link" />
      {screen.on && (
        <p className="bar__sharing" data-testid="sharing">
          <span>You are sharing your screen</span>
          <button type="button" className="linklike" onClick={() => void media.toggleScreen()}>
            Stop
          </button>
        </p>
      )}
      <button
        type="button"
        className="button button--quiet bar__people"
        data-testid="people-toggle"
        aria-expanded={people.open}
        aria-keyshortcuts="p"
        title="Who is here (P)"
        onClick={people.onToggle}
      >
        <Icon name="people" size={18} />
        <span className="bar__count" data-testid="people-count">
          {count}
          <span className="unseen"> in the room</span>
        </span>
      </button>
    </header>
  );
}
