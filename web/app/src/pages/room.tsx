// `/r/{room}`: from the device preview to the end of the call.
import { Problem, type RoomInfo, type StopReason, type User } from "@aldis/client";
import { Call, type Media } from "@aldis/media";
import { useCallback, useEffect, useState } from "react";
import { account, api } from "../account.ts";
import { Waiting } from "../parts/waiting.tsx";
import { callUnderWay, rememberCall } from "../remember.ts";
import { CallRoom } from "../room/call-room.tsx";
import { useMedia } from "../room/use-media.ts";
import { followCall } from "../route.ts";
import { t } from "../strings.ts";
import { showCall } from "../support.ts";
import "../styles/room.css";
import "../styles/chat.css";
import { EndingPage } from "./ending.tsx";
import { type People, Prejoin } from "./prejoin.tsx";

export { loadRoomStrings } from "../strings/room.ts";

interface End {
  reason: StopReason;
  detail: string | null;
}

export function RoomPage({ roomId, user }: { roomId: string; user: User }) {
  const [end, setEnd] = useState<End | null>(null);
  /** Each visit has its own devices and its own call. `straight`: without the device preview. */
  const [visit, setVisit] = useState({ number: 1, straight: callUnderWay() === roomId });
  const { closed, people, name } = useLookUp(roomId);

  const again = useCallback(() => {
    setVisit(({ number }) => ({ number: number + 1, straight: true }));
    setEnd(null);
  }, []);
  useEffect(() => {
    // A page that was left for another one ends its call; "Back" may bring it as it was, and then it joins as after a reload.
    const shown = (event: PageTransitionEvent) => event.persisted && callUnderWay() === roomId && again();
    window.addEventListener("pageshow", shown);
    return () => window.removeEventListener("pageshow", shown);
  }, [roomId, again]);
  const shown = end ?? closed;
  if (shown) return <EndingPage reason={shown.reason} detail={shown.detail} onAgain={again} />;
  return (
    <Visit
      key={visit.number}
      roomId={roomId}
      name={name}
      user={user}
      straight={visit.straight}
      people={people}
      onEnd={setEnd}
    />
  );
}

interface LookUp {
  closed: End | null;
  people: People;
  /** What it is called; may be empty. */
  name: string;
}

const NOBODY_KNOWS: People = { participants: null, isElsewhere: false, isFull: false };
const UNKNOWN: LookUp = { closed: null, people: NOBODY_KNOWS, name: "" };

/** Looks the room up, so that a missing room is reported before the preview. If the lookup fails, the socket reports it. */
function useLookUp(roomId: string): LookUp {
  const [found, setFound] = useState<LookUp>(UNKNOWN);
  useEffect(() => {
    const closed = (reason: StopReason) => setFound({ ...UNKNOWN, closed: { reason, detail: null } });
    api.room(roomId).then(
      (room) => {
        if (!room.active) return closed("room_closed");
        setFound({ closed: null, people: peopleOf(room), name: room.name });
        // While the person looks at their preview.
        if (room.mode !== "mesh")
          void import("@aldis/media/sfu").then(({ prepare }) => prepare()).catch(() => {});
      },
      (error: unknown) => error instanceof Problem && error.status === 404 && closed("room_not_found"),
    );
  }, [roomId]);
  return found;
}

function peopleOf({ joined = false, maxParticipants, ...room }: RoomInfo): People {
  const participants = room.participants ?? null;
  const isFull = !joined && participants !== null && participants >= maxParticipants;
  return { participants, isElsewhere: joined, isFull };
}

interface VisitProps {
  roomId: string;
  name: string;
  user: User;
  straight: boolean;
  people: People;
  onEnd: (end: End) => void;
}

function Visit({ roomId, name, user, straight, people, onEnd }: VisitProps) {
  const { media, ready } = useMedia();
  const [call, setCall] = useState<Call | null>(null);
  // A call that was moved to another room goes on.
  const join = useCallback(() => media && setCall((now) => now ?? newCall(roomId, media)), [roomId, media]);

  useEffect(() => {
    if (straight && ready) join();
  }, [straight, ready, join]);

  useEffect(() => {
    if (!call) return;
    const off = call.on("changed", () => {
      const { stopped, refusal } = call.view;
      if (!stopped) return;
      // A reload also leaves; only an explicit leave or a refusal is stored as the end.
      if (stopped !== "left") rememberCall(null);
      onEnd({ reason: stopped, detail: refusal?.message ?? null });
    });
    let here = call.room.roomId;
    const moved = call.on("moved", (to) => {
      rememberCall(to.roomId);
      account.moved(to.roomId);
      followCall(here, to.roomId);
      here = to.roomId;
    });
    rememberCall(here);
    showCall(call);
    // How it ended, the page shows.
    call.join().catch(() => {});
    return () => {
      off();
      moved();
      call.leave();
      api.stopWaiting();
    };
  }, [call, onEnd]);

  if (!media) return <Waiting label={t().loading} />;
  if (call) {
    return <CallRoom call={call} name={name} user={user} onLeave={() => leave(call)} />;
  }
  return straight ? (
    <Waiting label={t().joining} />
  ) : (
    <Prejoin roomId={roomId} name={name} user={user} media={media} people={people} onJoin={join} />
  );
}

function newCall(roomId: string, media: Media): Call {
  const relayOnly = new URLSearchParams(location.search).get("relay") === "1";
  return new Call({
    roomId,
    media,
    api,
    iceTransportPolicy: relayOnly ? "relay" : "all",
  });
}

function leave(call: Call): void {
  rememberCall(null);
  call.leave();
}
