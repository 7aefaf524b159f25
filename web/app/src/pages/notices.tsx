// Full-page notices: what happened and what to do next.

import type { ReactNode } from "react";
import { account } from "../account.ts";
import { CentredPage } from "../parts/centred-page.tsx";
import { PageTitle } from "../parts/page-title.tsx";
import { follow } from "../route.ts";
import { t } from "../strings.ts";

interface NoticeProps {
  testId: string;
  title: string;
  text: string;
  /** What the server said, for support. */
  detail?: string | null;
  children?: ReactNode;
}

export function Notice({ testId, title, text, detail, children }: NoticeProps) {
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

export function Home({ primary = false }: { primary?: boolean }) {
  return (
    <a
      className={primary ? "button button--accent" : "button"}
      href="/"
      onClick={follow}
      data-testid="go-home"
    >
      {t().backToStart}
    </a>
  );
}

export function MissingPage() {
  const { missingTitle, missingText } = t().notices;
  return (
    <Notice testId="page-not-found" title={missingTitle} text={missingText}>
      <Home primary />
    </Notice>
  );
}

/** No room has this id. */
export function RoomMissingPage() {
  const { roomMissingTitle, roomMissingText } = t().notices;
  return (
    <Notice testId="page-not-found" title={roomMissingTitle} text={roomMissingText}>
      <Home primary />
    </Notice>
  );
}

export function RoomClosedPage() {
  const { roomClosedTitle, roomClosedText } = t().notices;
  return (
    <Notice testId="page-closed" title={roomClosedTitle} text={roomClosedText}>
      <Home primary />
    </Notice>
  );
}

/** The operator has disabled the account that is signed in here. */
export function DisabledPage() {
  const { disabledTitle, disabledText } = t().notices;
  return (
    <Notice testId="page-disabled" title={disabledTitle} text={disabledText}>
      <button
        type="button"
        className="button button--accent"
        data-testid="logout"
        onClick={() => void account.logout()}
      >
        {t().logOut}
      </button>
      <button type="button" className="button" onClick={() => void account.restore()}>
        {t().tryAgain}
      </button>
    </Notice>
  );
}

/** A part of the page could not be loaded. */
export function OutdatedPage() {
  const { outdatedTitle, outdatedText, loadAgain } = t().notices;
  return (
    <Notice testId="page-outdated" title={outdatedTitle} text={outdatedText}>
      <button type="button" className="button button--accent" onClick={() => location.reload()}>
        {loadAgain}
      </button>
    </Notice>
  );
}

interface UnreachableProps {
  why: string;
  onAgain?: () => void;
}

export function UnreachablePage({ why, onAgain = () => void account.restore() }: UnreachableProps) {
  const { unreachableTitle, unreachableText } = t().notices;
  // The title says so already.
  const detail = why === t().problems.unreachable ? null : why;
  return (
    <Notice testId="page-unreachable" title={unreachableTitle} text={unreachableText} detail={detail}>
      <button type="button" className="button button--accent" onClick={onAgain}>
        {t().tryAgain}
      </button>
    </Notice>
  );
}
