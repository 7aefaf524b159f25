import { Problem, type RoomCard } from "@aldis/client";
import { useCallback, useEffect, useState } from "react";
import { account, api } from "../account.ts";
import { Field } from "../parts/field.tsx";
import { PageTitle } from "../parts/page-title.tsx";
import { Shell } from "../parts/shell.tsx";
import { SubmitButton } from "../parts/submit-button.tsx";
import { Waiting } from "../parts/waiting.tsx";
import { guestName, rememberGuestName } from "../remember.ts";
import { t } from "../strings.ts";
import { explain, useSubmit } from "../submit.ts";
import { RoomClosedPage, RoomMissingPage, UnreachablePage } from "./notices.tsx";
import { SignIn, Trouble } from "./sign-in.tsx";

type Found =
  | { is: "unknown" }
  | { is: "missing" }
  | { is: "failed"; why: string }
  | { is: "here"; card: RoomCard };

/** An invite's link, opened by somebody who is not signed in: what room it is, and the ways in. */
export function Invited({ roomId }: { roomId: string }) {
  const [found, load] = useCard(roomId);
  switch (found.is) {
    case "unknown":
      return <Waiting label={t().loading} />;
    case "missing":
      return <RoomMissingPage />;
    case "failed":
      return <UnreachablePage why={found.why} onAgain={load} />;
    case "here":
      return found.card.active ? <Card card={found.card} onRefused={load} /> : <RoomClosedPage />;
  }
}

function useCard(roomId: string): [Found, () => void] {
  const [found, setFound] = useState<Found>({ is: "unknown" });
  const load = useCallback(() => {
    api.card(roomId).then(
      (card) => setFound({ is: "here", card }),
      (error: unknown) => {
        const isMissing = error instanceof Problem && error.status === 404;
        setFound(isMissing ? { is: "missing" } : { is: "failed", why: explain(error) });
      },
    );
  }, [roomId]);
  useEffect(load, [load]);
  return [found, load];
}

/** `onRefused`: the host has changed their mind meanwhile, so the card is read again. */
function Card({ card, onRefused }: { card: RoomCard; onRefused: () => void }) {
  const texts = t().invited;
  const takesGuests = card.guests === "yes";
  const [hasAccount, setHasAccount] = useState(false);
  return (
    <Shell>
      <main className="page welcome" data-testid="page-invited">
        <section className="welcome__say">
          <PageTitle>{card.name ? texts.to(card.name) : texts.title}</PageTitle>
          <p>
            {texts.room} <strong className="code">{card.roomId}</strong>
          </p>
          {card.participants !== undefined && (
            <p data-testid="invited-people">
              {card.participants === 0 ? texts.nobody : texts.people(card.participants)}
            </p>
          )}
          {!takesGuests && <p>{texts.accountsOnly}</p>}
        </section>
        <div className="invited__ways">
          {takesGuests && !hasAccount ? (
            <AsGuest roomId={card.roomId} onRefused={onRefused} />
          ) : (
            <SignIn invite={undefined} />
          )}
          {takesGuests && (
            <button
              type="button"
              className="button button--quiet button--wide"
              data-testid="guest-or-account"
              onClick={() => setHasAccount(!hasAccount)}
            >
              {hasAccount ? texts.orGuest : texts.orAccount}
            </button>
          )}
        </div>
      </main>
    </Shell>
  );
}

function AsGuest({ roomId, onRefused }: { roomId: string; onRefused: () => void }) {
  const texts = t().invited;
  const { busy, trouble, submit } = useSubmit(async (text) => {
    const name = text("name").trim();
    try {
      await account.enter(roomId, name);
      rememberGuestName(name);
    } catch (error) {
      if (error instanceof Problem && [403, 404].includes(error.status)) onRefused();
      throw error;
    }
  });
  return (
    <form className="card sign-in" onSubmit={submit} data-testid="guest-form">
      <Field
        label={texts.name}
        hint={texts.guest}
        testId="guest-name"
        name="name"
        autoComplete="name"
        maxLength={64}
        defaultValue={guestName()}
        required
      />
      <Trouble text={trouble} />
      <SubmitButton busy={busy} label={texts.enter} />
    </form>
  );
}
