import type { StopReason } from "@aldis/client";
import { account } from "../account.ts";
import { r } from "../strings/room.ts";
import { Home, Notice } from "./notices.tsx";

const TEST_IDS: Record<StopReason, string> = {
  left: "page-left",
  replaced: "page-replaced",
  room_full: "page-room-full",
  room_not_found: "page-not-found",
  room_closed: "page-closed",
  forbidden: "page-forbidden",
  auth: "page-auth-expired",
  protocol: "page-error",
  unreachable: "page-unreachable",
};

/** The label of the button that joins again, where that can help. */
const AGAIN: Partial<Record<StopReason, "join" | "here" | "try">> = {
  left: "join",
  replaced: "here",
  room_full: "try",
  protocol: "try",
  unreachable: "join",
};

/** Endings that need no detail from the server. */
const CLEAR: StopReason[] = ["left", "replaced", "room_not_found"];

interface EndingProps {
  reason: StopReason;
  detail: string | null;
  onAgain: () => void;
}

/** Why the call is over. */
export function EndingPage({ reason, detail, onAgain }: EndingProps) {
  const { endings, again: labels } = r();
  const again = AGAIN[reason];
  return (
    <Notice testId={TEST_IDS[reason]} {...endings[reason]} detail={CLEAR.includes(reason) ? null : detail}>
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
          {labels.signIn}
        </button>
      )}
      <Home primary={!again && reason !== "auth"} />
    </Notice>
  );
}
