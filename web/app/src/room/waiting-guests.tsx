import { r } from "../strings/room.ts";
import type { Hosting } from "./hosting.ts";

/** Who waits to be let in, for the host. */
export function WaitingGuests({ hosting }: { hosting: Hosting }) {
  const { waiting } = hosting;
  const texts = r().waiting;
  if (waiting.length === 0) return null;
  return (
    <section className="knocking" aria-labelledby="knocking" data-testid="waiting-guests">
      <header className="knocking__head">
        <h3 id="knocking">{texts.title(waiting.length)}</h3>
        {waiting.length > 1 && (
          <button type="button" className="linklike" data-testid="admit-all" onClick={hosting.admitAll}>
            {texts.admitAll}
          </button>
        )}
      </header>
      <ul>
        {waiting.map((guest) => (
          <li className="knocking__one" key={guest.id} data-testid="waiting-guest">
            <bdi className="people__name">{guest.name}</bdi>
            <span className="knocking__ways">
              <button
                type="button"
                className="button"
                data-testid="refuse"
                aria-label={texts.refuseOf(guest.name)}
                onClick={() => hosting.decide(guest, false)}
              >
                {texts.refuse}
              </button>
              <button
                type="button"
                className="button button--accent"
                data-testid="admit"
                aria-label={texts.admitOf(guest.name)}
                onClick={() => hosting.decide(guest, true)}
              >
                {texts.admit}
              </button>
            </span>
          </li>
        ))}
      </ul>
    </section>
  );
}
