import type { CallView, Media } from "@aldis/media";
import { useView } from "@aldis/react";
import { CopyLink } from "../parts/copy-link.tsx";
import { Icon } from "../parts/icon.tsx";
import { r } from "../strings/room.ts";
import { useFullScreen } from "./full-screen.ts";

interface BarProps {
  view: CallView;
  /** What the room is called; may be empty. */
  name: string;
  media: Media;
  isLocked: boolean;
  /** `waiting`: guests who wait for the host, who is told their number. */
  people: { open: boolean; waiting: number; onToggle: () => void };
}

/** The room's name and link, what is shared, and who is here. */
export function Bar({ view, name, media, isLocked, people }: BarProps) {
  const { screen } = useView(media);
  const count = view.peers.length + 1;
  const texts = r().bar;
  return (
    <header className="bar">
      {name && (
        <strong className="bar__name" dir="auto" data-testid="room-title">
          {name}
        </strong>
      )}
      <span className={name ? "code bar__code" : "code"} data-testid="room-code">
        {view.roomId}
      </span>
      {isLocked && (
        <span className="bar__locked" data-testid="locked" title={texts.locked}>
          <Icon name="lock" size={16} />
          <span className="unseen">{texts.locked}</span>
        </span>
      )}
      <CopyLink roomId={view.roomId} label />
      {screen.on && (
        <p className="bar__sharing" data-testid="sharing">
          <span>{texts.sharing}</span>
          <button type="button" className="linklike" onClick={() => void media.toggleScreen()}>
            {texts.stop}
          </button>
        </p>
      )}
      <FullScreen />
      <button
        type="button"
        className="button button--quiet bar__people"
        data-testid="people-toggle"
        aria-expanded={people.open}
        aria-keyshortcuts="p"
        title={`${texts.whoIsHere} (P)`}
        onClick={people.onToggle}
      >
        <Icon name="people" size={18} />
        <span className="bar__count" data-testid="people-count">
          {count}
          <span className="unseen"> {texts.inTheRoom}</span>
        </span>
        {people.waiting > 0 && (
          <span className="bar__waiting" data-testid="waiting-count">
            {people.waiting}
            <span className="unseen"> {texts.waiting}</span>
          </span>
        )}
      </button>
    </header>
  );
}

/** The whole page without the browser around it; not on phones that cannot. */
function FullScreen() {
  const { isPossible, isOn, toggle } = useFullScreen();
  if (!isPossible) return null;
  const { fullScreen, endFullScreen } = r().bar;
  return (
    <button
      type="button"
      className="button button--quiet button--icon bar__full"
      data-testid="full-screen"
      data-on={isOn}
      aria-label={isOn ? endFullScreen : fullScreen}
      title={isOn ? endFullScreen : fullScreen}
      onClick={() => toggle(document.documentElement)}
    >
      <Icon name={isOn ? "shrink" : "expand"} size={18} />
    </button>
  );
}
