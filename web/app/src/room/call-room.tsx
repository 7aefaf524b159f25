import type { User } from "@aldis/client";
import type { Call } from "@aldis/media";
import { useView } from "@aldis/react";
import { useCallback, useState } from "react";
import { copyLink } from "../parts/copy-link.tsx";
import { PageTitle, useTitle } from "../parts/page-title.tsx";
import { useAwake } from "../parts/wake-lock.ts";
import { roomLink } from "../route.ts";
import { r } from "../strings/room.ts";
import { Banner } from "./banner.tsx";
import { Bar } from "./bar.tsx";
import { ChatPanel } from "./chat-panel.tsx";
import { Controls } from "./controls.tsx";
import { useHosting } from "./hosting.ts";
import { LeaveDialog, useLeaveGuard } from "./leave-guard.tsx";
import { MuteRequest } from "./mute-request.tsx";
import { Notices, useNotices } from "./notices.tsx";
import { usePanel } from "./panel.ts";
import { PeoplePanel } from "./people-panel.tsx";
import { useWeak } from "./quality.ts";
import { useReactions } from "./reactions.ts";
import { useRoomNews } from "./room-news.ts";
import { Settings } from "./settings.tsx";
import { useShortcuts } from "./shortcuts.ts";
import { Stage } from "./stage.tsx";
import { Troubles } from "./troubles.tsx";

interface CallRoomProps {
  call: Call;
  /** What the room is called; may be empty. */
  name: string;
  user: User;
  onLeave: () => void;
}

/** The room during the call. */
export function CallRoom({ call, name, user, onLeave }: CallRoomProps) {
  const view = useView(call);
  const { media } = call;
  const [settings, setSettings] = useState(false);
  const panel = usePanel(call);
  const { notices, notice } = useNotices(view, call, panel.open === "chat");
  const guard = useLeaveGuard(view.peers.length > 0);
  // A backend may have moved us to another room.
  const called = view.rules?.name ?? name;
  const title = called || view.roomId;
  useTitle(panel.unread > 0 ? r().unreadTitle(panel.unread, title) : title);
  const hands = useReactions(call, view, notice);
  const hosting = useHosting(call, view, notice);
  useRoomNews(view, hosting, notice);
  const weak = useWeak(call);
  const see = useCallback((userId: string, width: number) => call.see(userId, width), [call]);
  useAwake();

  useShortcuts({
    m: () => void media.toggle("microphone"),
    v: () => void media.toggle("camera"),
    s: () => void media.toggleScreen(),
    c: () => panel.toggle("chat"),
    p: () => panel.toggle("people"),
    h: hands.toggle,
    l: () =>
      void copyLink(view.roomId).then((done) =>
        notice(done ? r().notices.linkCopied : roomLink(view.roomId)),
      ),
    escape: panel.close,
  });

  return (
    <div className={panel.open ? "room room--panel" : "room"} data-testid="page-room" data-state={view.state}>
      <Bar
        view={view}
        name={called}
        media={media}
        isLocked={hosting.locked}
        people={{
          open: panel.open === "people",
          waiting: hosting.waiting.length,
          onToggle: () => panel.toggle("people"),
        }}
      />
      <div className="room__news">
        <Banner view={view} onTryNow={() => call.reconnect()} />
        <MuteRequest call={call} media={media} />
        <Troubles media={media} />
      </div>
      <main className="room__stage">
        <PageTitle className="unseen">{r().callIn(title)}</PageTitle>
        <Stage
          view={view}
          media={media}
          user={user}
          weak={weak}
          name={called}
          hands={hands}
          onRetry={(userId) => call.retry(userId)}
          onSee={see}
        />
        <Notices notices={notices} />
      </main>
      {panel.open === "chat" && (
        <ChatPanel
          entries={view.chat}
          history={view.chatHistory}
          chat={call.chat}
          isHost={hosting.isHost}
          onClose={panel.close}
        />
      )}
      {panel.open === "people" && (
        <PeoplePanel
          view={view}
          media={media}
          user={user}
          hands={hands}
          hosting={hosting}
          onClose={panel.close}
        />
      )}
      <Controls
        media={media}
        chat={{ open: panel.open === "chat", unread: panel.unread, onToggle: () => panel.toggle("chat") }}
        hands={hands}
        onSettings={() => setSettings(true)}
        onLeave={onLeave}
      />
      {settings && <Settings media={media} hosting={hosting} onClose={() => setSettings(false)} />}
      {guard.asks && <LeaveDialog others={view.peers.length} onStay={guard.stay} onLeave={onLeave} />}
    </div>
  );
}
