// Full pages that say how things stand and what to do next.
import type { StopReason } from "@aldis/sdk";
import type { ReactNode } from "react";
import { account } from "../account.ts";
import { Brand } from "../parts/brand.tsx";
import { follow } from "../route.ts";

interface NoticeProps {
  testId: string;
  title: string;
  text: string;
  /** What the server said, for support. */
  detail?: string | null;
  children?: ReactNode;
}

function Notice({ testId, title, text, detail, children }: NoticeProps) {
  return (
    <div className="shell">
      <header className="shell__head">
        <Brand />
      </header>
      <main className="page page--centre" data-testid={testId}>
        <div className="notice">
          <h1>{title}</h1>
          <p>{text}</p>
          {detail && <p className="notice__detail">{detail}</p>}
          <div className="notice__actions">{children}</div>
        </div>
      </main>
    </div>
  );
}

function Home({ primary = false }: { primary?: boolean }) {
  return (
    <a
      className={primary ? "button button--accent" : "button"}
      href="/"
      onClick={follow}
      data-testid="go-home"
    >
      Back to start
    </a>
  );
}

export function MissingPage() {
  return (
    <Notice
      testId="page-not-found"
      title="Nothing here"
      text="This address names no page and no room. Check the link you were given."
    >
      <Home primary />
    </Notice>
  );
}

export function UnreachablePage({ why }: { why: string }) {
  return (
    <Notice
      testId="page-unreachable"
      title="Aldis does not answer"
      text="The server cannot be reached from here, or has no time for us just now."
      detail={why}
    >
      <button type="button" className="button button--accent" onClick={() => void account.restore()}>
        Try again
      </button>
    </Notice>
  );
}

interface Ending {
  testId: string;
  title: string;
  text: string;
  /** The label of the button that joins again; none where that cannot help. */
  again?: string;
}

const ENDINGS: Record<StopReason, Ending> = {
  left: {
    testId: "page-left",
    title: "You left the call",
    text: "Changed your mind? The room is still there.",
    again: "Join again",
  },
  replaced: {
    testId: "page-replaced",
    title: "You joined from another tab or device",
    text: "The call goes on there. A person can be in a room only once.",
    again: "Use here",
  },
  room_full: {
    testId: "page-room-full",
    title: "This room is full",
    text: "Everybody who may be in it is in it. Try again when somebody has left, or ask the host for more seats.",
    again: "Try again",
  },
  room_not_found: {
    testId: "page-not-found",
    title: "There is no such room",
    text: "The link may be mistyped, or the room has been deleted.",
  },
  room_closed: {
    testId: "page-closed",
    title: "This room is closed",
    text: "The host has ended it for everybody.",
  },
  forbidden: {
    testId: "page-forbidden",
    title: "You may not be in this room",
    text: "The host has put you out, or your account may not join.",
  },
  auth: {
    testId: "page-auth-expired",
    title: "Your sign-in has ended",
    text: "Sign in again to come back to the call.",
  },
  protocol: {
    testId: "page-error",
    title: "Something went wrong",
    text: "This page and the server did not understand each other. Reload the page; a newer one may be waiting.",
    again: "Try again",
  },
  unreachable: {
    testId: "page-unreachable",
    title: "The connection could not be restored",
    text: "The server has not answered for several minutes. Check your connection, then join again.",
    again: "Join again",
  },
};

/** Nothing the server said could add to these. */
const CLEAR: StopReason[] = ["left", "replaced", "room_not_found"];

interface EndingProps {
  reason: StopReason;
  detail: string | null;
  onAgain: () => void;
}

/** Why the call is over. */
export function EndingPage({ reason, detail, onAgain }: EndingProps) {
  const { again, ...notice } = ENDINGS[reason];
  return (
    <Notice {...notice} detail={CLEAR.includes(reason) ? null : detail}>
      {again && (
        <button type="button" className="button button--accent" data-testid="join-again" onClick={onAgain}>
          {again}
        </button>
      )}
      {reason === "auth" && (
        <button
          type="button"
          className="button button--accent"
          data-testid="sign-in-again"
          onClick={() => account.ended()}
        >
          Sign in again
        </button>
      )}
      <Home primary={!again && reason !== "auth"} />
    </Notice>
  );
}
