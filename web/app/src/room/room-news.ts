// What changes about the room during the call, as short notices.
import type { CallView } from "@aldis/media";
import { useEffect, useRef } from "react";
import { currentHabits } from "../habits.ts";
import { chime } from "../parts/chime.ts";
import { r } from "../strings/room.ts";
import type { Hosting } from "./hosting.ts";

interface RoomFacts {
  roomId: string;
  hostId: string;
  locked: boolean;
  waiting: number;
}

/**
 * What to say of a change. Of a room that we have just come to, or were moved to: who waits. `nameOf`: a member's, or `null` for
 * oneself. Pure.
 */
export function newsOf(
  last: RoomFacts | null,
  now: RoomFacts,
  nameOf: (userId: string) => string | null,
): string[] {
  const texts = r().notices;
  const news: string[] = [];
  const before = last?.roomId === now.roomId ? last : { ...now, waiting: 0 };
  if (now.hostId !== before.hostId) {
    const name = nameOf(now.hostId);
    news.push(name === null ? texts.youHost : texts.hosts(name));
  }
  if (now.locked !== before.locked) news.push(now.locked ? texts.locked : texts.unlocked);
  if (now.waiting > before.waiting) news.push(texts.waits(now.waiting));
  return news;
}

/** Tells of a new host, of a lock, and the host of guests who wait. */
export function useRoomNews(view: CallView, hosting: Hosting, notice: (text: string) => void): void {
  const { hostId, locked, waiting } = hosting;
  const count = waiting.length;
  const peers = useRef(view.peers);
  peers.current = view.peers;
  const before = useRef<RoomFacts | null>(null);
  const { userId, roomId } = view;
  useEffect(() => {
    if (hostId === null) return;
    const now = { roomId, hostId, locked, waiting: count };
    const last = before.current;
    before.current = now;
    const nameOf = (id: string) =>
      id === userId ? null : (peers.current.find((peer) => peer.userId === id)?.name ?? r().chat.someone);
    for (const text of newsOf(last, now, nameOf)) notice(text);
    const waited = last?.roomId === roomId ? last.waiting : 0;
    if (count > waited && currentHabits().sounds) void chime("came");
  }, [roomId, hostId, locked, count, userId, notice]);
}
