import type { StopReason } from "@aldis/client";
import { account, useAccount } from "../account.ts";
import { r } from "../strings/room.ts";
import { t } from "../strings.ts";
import { Home, Notice } from "./notices.tsx";

const TEST_IDS: Record<StopReason, string> = {
  left: "page-left",
  replaced: "page-replaced",
  room_full: "page-room-full",
  room_not_found: "page-not-found",
  room_closed: "page-closed",
  forbidden: "page-forbidden",
  removed: "page-removed",
  banned: "page-banned",
  room_locked: "page-locked",
  auth: "page-auth-expired",
  protocol: "page-error",
  unreachable: "page-unreachable",
};

/** The label of the button that joins again, where that can help. */
const AGAIN: Partial<Record<StopReason, "join" | "here" | "try">> = {
  left: "join",
  replaced: "here",
  room_full: "try",
  removed: "join",
  room_locked: "try",
  unreachable: "join",
};

/** Endings that need no detail from the server. */
const CLEAR: StopReason[] = [
  "left",
  "replaced",
  "room_full",
  "room_not_found",
  "room_closed",
  "removed",
  "banned",
  "room_locked",
];

interface EndingProps {
  reason: StopReason;
  detail: string | null;
  onAgain: () => void;
}

/** Why the call is over. */
export function EndingPage({ reason, detail, onAgain }: EndingProps) {
  const { endings, guestEnded, again: labels } = r();
  const view = useAccount();
  const isGuest = view.status === "in" && view.guestOf !== undefined;
  const words = reason === "auth" && isGuest ? guestEnded : endings[reason];
  const again = AGAIN[reason];
  const said = detail && !CLEAR.includes(reason) ? t().notices.said(detail) : null;
  return (
    <Notice testId={TEST_IDS[reason]} {...words} detail={said}>
      {again && (
        <button type="button" className="button button--accent" data-testid="join-again" onClick={onAgain}>
          {labels[again]}
        </button>
      )}
      {reason === "auth" && (
        <button
          type="button"
          className="button button--accent"
          data-testid="sign-in-again"
          onClick={() => account.ended()}
        >
          {isGuest ? labels.enter : labels.signIn}
        </button>
      )}
      {reason === "protocol" && (
        <button
          type="button"
          className="button button--accent"
          data-testid="load-again"
          onClick={() => location.reload()}
        >
          {t().notices.loadAgain}
        </button>
      )}
      <Home primary={!again && reason !== "auth" && reason !== "protocol"} />
    </Notice>
  );
}
