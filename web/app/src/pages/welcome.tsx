import { Brand } from "../parts/brand.tsx";
import { SignIn } from "./sign-in.tsx";

/** For whoever is not signed in: what this is, and the way in. `roomId`: the room they came for. */
export function Welcome({ roomId }: { roomId: string | null }) {
  return (
    <div className="shell">
      <header className="shell__head">
        <Brand />
      </header>
      <main className="page welcome" data-testid="page-welcome">
        <section className="welcome__say">
          {roomId ? (
            <>
              <h1>You are invited to a call</h1>
              <p>
                Room <strong className="code">{roomId}</strong> is waiting. Sign in, have a look at yourself,
                and join.
              </p>
            </>
          ) : (
            <>
              <h1>Calls that stay up</h1>
              <p>
                Make a room, share its link, talk. Nothing to install; picture and sound go straight from
                browser to browser.
              </p>
              <p>If your connection drops for a moment, the call does not.</p>
            </>
          )}
        </section>
        <SignIn />
      </main>
    </div>
  );
}
