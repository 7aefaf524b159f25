import type { Media } from "@aldis/media";
import { useView } from "@aldis/react";
import { Icon, type IconName } from "../parts/icon.tsx";
import { r } from "../strings/room.ts";
import { DeviceButton } from "./device-button.tsx";
import { ReactionMenu } from "./reaction-menu.tsx";
import type { Hands } from "./reactions.ts";

interface ControlsProps {
  media: Media;
  chat: { open: boolean; unread: number; onToggle: () => void };
  hands: Hands;
  onSettings: () => void;
  onLeave: () => void;
}

/** Phones cannot share their screen from a page. */
export const CAN_SHARE = typeof navigator.mediaDevices?.getDisplayMedia === "function";

/** The bar under the stage. */
export function Controls({ media, chat, hands, onSettings, onLeave }: ControlsProps) {
  const { screen } = useView(media);
  const texts = r().controls;
  return (
    <section className="controls" aria-label={texts.title}>
      <DeviceButton device="microphone" media={media} />
      <DeviceButton device="camera" media={media} />
      {CAN_SHARE && (
        <Round
          testId="screen"
          icon={screen.on ? "screenOff" : "screen"}
          label={screen.on ? texts.stopSharing : texts.share}
          shortcut="s"
          pressed={screen.on}
          disabled={screen.busy}
          onClick={() => void media.toggleScreen()}
        />
      )}
      <ReactionMenu hands={hands} />
      <Round
        testId="chat-toggle"
        icon="chat"
        label={chat.open ? texts.closeChat : texts.openChat}
        shortcut="c"
        pressed={chat.open}
        badge={chat.unread}
        onClick={chat.onToggle}
      />
      <Round testId="settings" icon="settings" label={texts.settings} onClick={onSettings} />
      <button
        type="button"
        className="round round--leave"
        data-testid="leave"
        aria-label={texts.leave}
        title={texts.leaveTitle}
        onClick={onLeave}
      >
        <Icon name="leave" />
      </button>
    </section>
  );
}

interface RoundProps {
  testId: string;
  icon: IconName;
  label: string;
  shortcut?: string;
  pressed?: boolean;
  disabled?: boolean;
  badge?: number;
  onClick: () => void;
}

function Round({ testId, icon, label, shortcut, pressed, disabled, badge = 0, onClick }: RoundProps) {
  return (
    <button
      type="button"
      className={pressed ? "round round--active" : "round"}
      data-testid={testId}
      aria-label={badge > 0 ? r().controls.unread(label, badge) : label}
      aria-keyshortcuts={shortcut}
      title={shortcut ? `${label} (${shortcut.toUpperCase()})` : label}
      disabled={disabled}
      onClick={onClick}
    >
      <Icon name={icon} />
      {badge > 0 && (
        <span className="round__badge" data-testid="chat-unread">
          {Math.min(badge, 99)}
        </span>
      )}
    </button>
  );
}
