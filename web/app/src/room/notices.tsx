import type { Call, CallView } from "@aldis/media";
import { useCallback, useEffect, useRef, useState } from "react";
import { currentHabits } from "../habits.ts";
import { chime } from "../parts/chime.ts";
import { r } from "../strings/room.ts";
import { beginning } from "./long-text.ts";

export interface Note {
  id: number;
  text: string;
}

/** Long enough to read a name. */
const SHOWN_MS = 4_000;
let next = 1;

/** Short notices: joins, leaves, and messages while the chat is closed. */
export function useNotices(view: CallView, call: Call, chatOpen: boolean) {
  const [notices, setNotices] = useState<Note[]>([]);
  const notice = useCallback((text: string) => {
    const note = { id: next, text };
    next += 1;
    setNotices((present) => [...present.slice(-2), note]);
    setTimeout(() => setNotices((present) => present.filter((each) => each !== note)), SHOWN_MS);
  }, []);
  useComingAndGoing(view, notice);
  useEffect(() => {
    if (chatOpen) return;
    return call.on("chat", ({ name, content }) =>
      notice(r().notices.said(name ?? r().chat.someone, beginning(content, 80))),
    );
  }, [call, chatOpen, notice]);
  return { notices, notice };
}

/** Who was in a room, by user id. */
interface Present {
  roomId: string;
  names: ReadonlyMap<string, string>;
}

/** The names of who came and who left; nobody did where we have just come, or were moved. Pure. */
export function comingAndGoing(before: Present | null, now: Present): { came: string[]; left: string[] } {
  const was = before?.roomId === now.roomId ? before.names : now.names;
  const beyond = (all: Present["names"], known: Present["names"]) =>
    [...all].flatMap(([userId, name]) => (known.has(userId) ? [] : [name]));
  return { came: beyond(now.names, was), left: beyond(was, now.names) };
}

function useComingAndGoing(view: CallView, notice: (text: string) => void): void {
  const before = useRef<Present | null>(null);
  useEffect(() => {
    // While disconnected, the list of members may be stale.
    if (view.state !== "joined") return;
    const names = new Map(view.peers.map((peer) => [peer.userId, peer.name]));
    const now = { roomId: view.roomId, names };
    const tell = (text: string, sound: "came" | "left") => {
      notice(text);
      if (currentHabits().sounds) void chime(sound);
    };
    const { came, left } = comingAndGoing(before.current, now);
    for (const name of came) tell(r().notices.came(name), "came");
    for (const name of left) tell(r().notices.left(name), "left");
    before.current = now;
  }, [view, notice]);
}

export function Notices({ notices }: { notices: Note[] }) {
  return (
    <div className="notices" role="status" aria-live="polite">
      {notices.map((note) => (
        <p key={note.id} className="notices__note" data-testid="notice">
          {note.text}
        </p>
      ))}
    </div>
  );
}
