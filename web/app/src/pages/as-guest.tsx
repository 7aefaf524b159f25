import { Problem } from "@aldis/client";
import { useEffect, useLayoutEffect, useRef, useState } from "react";
import { account } from "../account.ts";
import { Field } from "../parts/field.tsx";
import { SubmitButton } from "../parts/submit-button.tsx";
import { guestName, rememberGuestName } from "../remember.ts";
import { t } from "../strings.ts";
import { useSubmit } from "../submit.ts";
import { Trouble } from "./sign-in.tsx";

interface AsGuestProps {
  roomId: string;
  /** The host decides about each guest. */
  asksHost: boolean;
  /** What is wrong already. */
  why: string | null;
  /** The host has changed meanwhile who may come. */
  onRefused: () => void;
}

/** Enters with a name alone; where the host is asked, waits for the answer. */
export function AsGuest({ roomId, asksHost, why, onRefused }: AsGuestProps) {
  const texts = t().invited;
  const [isWaiting, setWaiting] = useState(false);
  const [isTried, setTried] = useState(false);
  const wait = useRef<AbortController | null>(null);
  useEffect(() => () => wait.current?.abort(), []);
  const { busy, trouble, submit } = useSubmit(async (text) => {
    setTried(true);
    const name = text("name").trim();
    const control = new AbortController();
    wait.current = control;
    try {
      rememberGuestName(name);
      await account.enter(roomId, name, { signal: control.signal, onWaiting: () => setWaiting(true) });
    } catch (error) {
      if (control.signal.aborted) return;
      if (isChanged(error)) onRefused();
      throw error;
    } finally {
      setWaiting(false);
    }
  });
  if (isWaiting) return <AtTheDoor onGiveUp={() => wait.current?.abort()} />;
  return (
    <form className="card sign-in" onSubmit={submit} data-testid="guest-form">
      <Field
        label={texts.name}
        hint={asksHost ? texts.guestAsks : texts.guest}
        testId="guest-name"
        name="name"
        autoComplete="name"
        maxLength={64}
        defaultValue={guestName()}
        // Whoever has waited in vain is back where they were.
        autoFocus={isTried}
        required
      />
      <Trouble text={isTried ? trouble : why} />
      <SubmitButton busy={busy} label={asksHost ? texts.ask : texts.enter} />
    </form>
  );
}

/** The room's card is of before: it is gone, or takes no guests any more. */
function isChanged(error: unknown): boolean {
  return error instanceof Problem && (error.code === "guests_not_allowed" || error.code === "room_not_found");
}

function AtTheDoor({ onGiveUp }: { onGiveUp: () => void }) {
  const texts = t().invited;
  const heading = useRef<HTMLHeadingElement>(null);
  // The form, and the focus with it, has gone.
  useLayoutEffect(() => heading.current?.focus({ preventScroll: true }), []);
  return (
    <section className="card sign-in" data-testid="guest-waiting">
      <h2 className="page-title" ref={heading} tabIndex={-1}>
        <span className="spinner" aria-hidden="true" /> {texts.waitingTitle}
      </h2>
      <p className="quiet" role="status">
        {texts.waitingText}
      </p>
      <button type="button" className="button button--wide" data-testid="guest-give-up" onClick={onGiveUp}>
        {texts.giveUp}
      </button>
    </section>
  );
}
