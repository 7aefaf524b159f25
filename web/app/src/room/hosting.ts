// What the room's host may do in the call, and who waits for them.
import type { Guests, WaitingGuest } from "@aldis/client";
import type { Call, CallView } from "@aldis/media";
import { useCallback, useEffect, useMemo, useState } from "react";
import { api } from "../account.ts";
import { r } from "../strings/room.ts";
import { explain } from "../submit.ts";
import { WaitingList } from "./waiting-list.ts";

const NOBODY: readonly WaitingGuest[] = [];

export interface Hosting {
  isHost: boolean;
  hostId: string | null;
  locked: boolean;
  guests: Guests;
  /** Who waits to be let in; empty for all but the host. */
  waiting: readonly WaitingGuest[];
  remove(userId: string, options: { ban: boolean }): void;
  askToMute(userId: string, kind: "audio" | "video"): void;
  handOver(userId: string): void;
  change(change: { locked?: boolean; guests?: Guests }): void;
  end(): void;
  decide(guest: WaitingGuest, admit: boolean): void;
  admitAll(): void;
}

/** `notice` shows a short text: what was done, or why it could not be. */
export function useHosting(call: Call, view: CallView, notice: (text: string) => void): Hosting {
  const { rules } = view;
  const isHost = rules !== null && rules.hostId === view.userId;
  const [waiting, load] = useWaiting(call, isHost);
  const doing = useCallback(
    (work: Promise<void>, done?: string) =>
      void work.then(
        () => done && notice(done),
        (error: unknown) => notice(r().host.failed(explain(error))),
      ),
    [notice],
  );
  const actions = useMemo(() => {
    const { room } = call;
    const nameOf = (userId: string) =>
      call.view.peers.find((peer) => peer.userId === userId)?.name ?? r().chat.someone;
    const decide = (guest: WaitingGuest, admit: boolean) =>
      doing(api.answerGuest(room.roomId, guest.id, admit).finally(load));
    return {
      remove: (userId: string, options: { ban: boolean }) => doing(room.removeMember(userId, options)),
      askToMute: (userId: string, kind: "audio" | "video") =>
        doing(room.requestMute(userId, kind), r().host.asked(nameOf(userId))),
      handOver: (userId: string) => doing(room.handOver(userId)),
      change: (change: { locked?: boolean; guests?: Guests }) => doing(room.setRoom(change)),
      end: () => doing(room.endRoom()),
      decide,
      admitAll: () => doing(api.admitAll(room.roomId).finally(load)),
    };
  }, [call, doing, load]);
  return {
    isHost,
    hostId: rules?.hostId ?? null,
    locked: rules?.locked ?? false,
    guests: rules?.guests ?? "no",
    waiting: isHost ? waiting : NOBODY,
    ...actions,
  };
}

/** Who waits, for the host, and how to read it. */
function useWaiting(call: Call, isHost: boolean): [readonly WaitingGuest[], () => void] {
  const [waiting, setWaiting] = useState<readonly WaitingGuest[]>([]);
  const list = useMemo(() => {
    const { room } = call;
    return new WaitingList({ room, read: () => api.waitingGuests(room.roomId), show: setWaiting });
  }, [call]);
  useEffect(() => (isHost ? list.watch() : undefined), [isHost, list]);
  return [waiting, list.load];
}
