import { Brand } from "../parts/brand.tsx";
import { PageTitle } from "../parts/page-title.tsx";
import { SignIn } from "./sign-in.tsx";

/** The page for visitors who are not signed in. `roomId`: the room of the link; `invite`: the code of the link. */
export function Welcome({ roomId, invite }: { roomId: string | null; invite?: string | undefined }) {
  return (
    <div className="shell">
      <header className="shell__head">
        <Brand />
      </header>
      <main className="page welcome" data-testid="page-welcome">
        <section className="welcome__say">
          {roomId ? (
            <>
              <PageTitle>You are invited to a call</PageTitle>
              <p>
                Sign in to join room <strong className="code">{roomId}</strong>.
              </p>
            </>
          ) : (
            <>
              <PageTitle>Calls that stay up</PageTitle>
              <p>
                Create a room, share its link, talk. Nothing to install; audio and video go directly from
                browser to browser.
              </p>
              <p>If your connection drops for a moment, the call continues.</p>
            </>
          )}
        </section>
        <SignIn key={invite} invite={invite} />
      </main>
    </div>
  );
}
