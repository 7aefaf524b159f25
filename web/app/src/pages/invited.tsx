import { Problem, type RoomCard } from "@aldis/client";
import { useCallback, useEffect, useState } from "react";
import { api } from "../account.ts";
import { firstHeading } from "../first/heading.ts";
import { Opening } from "../parts/opening.tsx";
import { PageTitle } from "../parts/page-title.tsx";
import { Shell } from "../parts/shell.tsx";
import { t } from "../strings.ts";
import { explain } from "../submit.ts";
import { AsGuest } from "./as-guest.tsx";
import { RoomClosedPage, RoomMissingPage, UnreachablePage } from "./notices.tsx";
import { SignIn } from "./sign-in.tsx";

type Found =
  | { is: "unknown" }
  | { is: "missing" }
  | { is: "failed"; why: string }
  | { is: "here"; card: RoomCard };

/** An invite's link, opened by somebody who is not signed in: what room it is, and the ways in. */
export function Invited({ roomId, why }: { roomId: string; why?: string | undefined }) {
  const [found, load] = useCard(roomId);
  switch (found.is) {
    case "unknown":
      return <Opening title={firstHeading()} />;
    case "missing":
      return <RoomMissingPage />;
    case "failed":
      return <UnreachablePage why={found.why} onAgain={load} />;
    case "here":
      return found.card.active ? (
        <Card card={found.card} why={why ?? null} onRefused={load} />
      ) : (
        <RoomClosedPage />
      );
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

interface CardProps {
  card: RoomCard;
  /** Why the guest who was here before may not come back. */
  why: string | null;
  /** The host has changed their mind meanwhile, so the card is read again. */
  onRefused: () => void;
}

function Card({ card, why, onRefused }: CardProps) {
  const texts = t().invited;
  const takesGuests = card.guests !== "no";
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
            <AsGuest roomId={card.roomId} asksHost={card.guests === "ask"} why={why} onRefused={onRefused} />
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
