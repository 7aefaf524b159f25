import type { Call, CallView, Media, User } from "@aldis/sdk";
import { useEffect, useRef, useState } from "react";
import { CopyLink, copyLink } from "../parts/copy-link.tsx";
import { Icon } from "../parts/icon.tsx";
import { playAll, useSoundBlocked } from "../parts/sound.ts";
import { useView } from "../view.ts";
import { ChatPanel } from "./chat-panel.tsx";
import { Controls } from "./controls.tsx";
import { Notices, useNotices } from "./notices.tsx";
import { Settings } from "./settings.tsx";
import { useShortcuts } from "./shortcuts.ts";
import { Stage } from "./stage.tsx";

interface CallRoomProps {
  call: Call;
  user: User;
  onLeave: () => void;
}

/** The room during the call. */
export function CallRoom({ call, user, onLeave }: CallRoomProps) {
  const view = useView(call);
  const { media } = call;
  const [settings, setSettings] = useState(false);
  const chat = useChatPanel(call);
  const { notices, notice } = useNotices(view, call, chat.open);

  useShortcuts({
    m: () => void media.toggle("microphone"),
    v: () => void media.toggle("camera"),
    s: () => void media.toggleScreen(),
    c: chat.onToggle,
    l: () => void copyLink(view.roomId).then((done) => done && notice("Link copied")),
    escape: chat.onClose,
  });

  return (
    <div className={chat.open ? "room room--chat" : "room"} data-testid="page-room" data-state={view.state}>
      <h1 className="unseen">Call in room {view.roomId}</h1>
      <Bar view={view} media={media} />
      <Banner view={view} onTryNow={() => call.reconnect()} />
      <main className="room__stage">
        <Stage view={view} media={media} user={user} onRetry={(userId) => call.retry(userId)} />
        <Notices notices={notices} />
      </main>
      {chat.open && (
        <ChatPanel entries={view.chat} history={view.chatHistory} chat={call.chat} onClose={chat.onClose} />
      )}
      <Controls media={media} chat={chat} onSettings={() => setSettings(true)} onLeave={onLeave} />
      {settings && <Settings media={media} onClose={() => setSettings(false)} />}
    </div>
  );
}

function Bar({ view, media }: { view: CallView; media: Media }) {
  const { screen } = useView(media);
  const people = view.peers.length + 1;
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
      <span className="bar__people" data-testid="people-count" title={`${people} in the room`}>
        <Icon name="people" size={18} />
        {people}
        <span className="unseen"> in the room</span>
      </span>
    </header>
  );
}

function Banner({ view, onTryNow }: { view: CallView; onTryNow: () => void }) {
  const blocked = useSoundBlocked();
  if (view.state === "reconnecting") {
    return (
      <p className="banner" role="status" data-testid="banner-reconnecting">
        <span className="spinner" aria-hidden="true" />
        <span>Reconnecting to the service… Your call continues.</span>
        <button type="button" className="linklike" data-testid="try-now" onClick={onTryNow}>
          Try now
        </button>
      </p>
    );
  }
  if (view.state !== "joined") {
    return (
      <p className="banner" role="status" data-testid="banner-joining">
        <span className="spinner" aria-hidden="true" />
        Joining…
      </p>
    );
  }
  if (blocked) {
    return (
      <p className="banner" role="status" data-testid="banner-sound">
        The browser has muted this page.
        <button type="button" className="linklike" onClick={playAll}>
          Turn sound on
        </button>
      </p>
    );
  }
  if (view.without.length > 0) {
    return (
      <p className="banner" role="status" data-testid="banner-degraded">
        The service is partly unavailable. Your call continues.
      </p>
    );
  }
  return null;
}

/** Whether it is open, and the number of unread messages. */
function useChatPanel(call: Call) {
  const [open, setOpen] = useState(false);
  const [unread, setUnread] = useState(0);
  const isOpen = useRef(open);
  isOpen.current = open;
  useEffect(() => call.on("chat", () => setUnread((count) => (isOpen.current ? 0 : count + 1))), [call]);
  const show = (next: boolean) => {
    setOpen(next);
    setUnread(0);
    // Closing it returns the keyboard focus.
    if (!next && open) document.querySelector<HTMLElement>("[data-testid=chat-toggle]")?.focus();
  };
  return { open, unread, onToggle: () => show(!open), onClose: () => show(false) };
}
