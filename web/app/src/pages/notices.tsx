// Full-page notices: what happened and what to do next.

import type { StopReason } from "@aldis/sdk";
import type { ReactNode } from "react";
import { account } from "../account.ts";
import { CentredPage } from "../parts/centred-page.tsx";
import { PageTitle } from "../parts/page-title.tsx";
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
    <CentredPage testId={testId}>
      <div className="notice">
        <PageTitle>{title}</PageTitle>
        <p>{text}</p>
        {detail && <p className="notice__detail">{detail}</p>}
        <div className="notice__actions">{children}</div>
      </div>
    </CentredPage>
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
      title="Page not found"
      text="There is no page or room at this address. Check the link."
    >
      <Home primary />
    </Notice>
  );
}

/** The operator has disabled the account that is signed in here. */
export function DisabledPage() {
  return (
    <Notice
      testId="page-disabled"
      title="Your account is disabled"
      text="The operator of this service has disabled it. Ask them why, or log out and use another account."
    >
      <button
        type="button"
        className="button button--accent"
        data-testid="logout"
        onClick={() => void account.logout()}
      >
        Log out
      </button>
      <button type="button" className="button" onClick={() => void account.restore()}>
        Try again
      </button>
    </Notice>
  );
}

/** A part of the page could not be loaded. */
export function OutdatedPage() {
  return (
    <Notice
      testId="page-outdated"
      title="The page has to be loaded again"
      text="A part of it could not be loaded: there may be a newer version, or the server may be away for a moment."
    >
      <button type="button" className="button button--accent" onClick={() => location.reload()}>
        Load again
      </button>
    </Notice>
  );
}

export function UnreachablePage({ why }: { why: string }) {
  return (
    <Notice
      testId="page-unreachable"
      title="Cannot reach the server"
      text="The server cannot be reached, or is overloaded. Try again in a moment."
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
  /** The label of the button that joins again, if that can help. */
  again?: string;
}

const ENDINGS: Record<StopReason, Ending> = {
  left: {
    testId: "page-left",
    title: "You left the call",
    text: "The room is still open. You can join again.",
    again: "Join again",
  },
  replaced: {
    testId: "page-replaced",
    title: "You joined from another tab or device",
    text: "The call continues there. You can join a room only once at a time.",
    again: "Use here",
  },
  room_full: {
    testId: "page-room-full",
    title: "This room is full",
    text: "The room has reached its limit of participants. Try again when someone has left, or ask the host to raise the limit.",
    again: "Try again",
  },
  room_not_found: {
    testId: "page-not-found",
    title: "Room not found",
    text: "The link may be mistyped, or the room has been deleted.",
  },
  room_closed: {
    testId: "page-closed",
    title: "This room is closed",
    text: "The host has closed it for everyone.",
  },
  forbidden: {
    testId: "page-forbidden",
    title: "You cannot join this room",
    text: "The host has removed you, or your account is not allowed to join.",
  },
  auth: {
    testId: "page-auth-expired",
    title: "Your session has expired",
    text: "Sign in again to return to the call.",
  },
  protocol: {
    testId: "page-error",
    title: "Something went wrong",
    text: "This page and the server do not match. Reload the page to get the current version.",
    again: "Try again",
  },
  unreachable: {
    testId: "page-unreachable",
    title: "The connection could not be restored",
    text: "The server has not responded for several minutes. Check your connection, then join again.",
    again: "Join again",
  },
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
