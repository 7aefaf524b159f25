import { PageTitle } from "../parts/page-title.tsx";
import { Shell } from "../parts/shell.tsx";
import { t } from "../strings.ts";
import { SignIn } from "./sign-in.tsx";

/** The page for visitors who are not signed in. `invite`: the code of the link. */
export function Welcome({ invite }: { invite?: string | undefined }) {
  const { title, what, stays } = t().welcome;
  return (
    <Shell>
      <main className="page welcome" data-testid="page-welcome">
        <section className="welcome__say">
          <PageTitle>{title}</PageTitle>
          <p>{what}</p>
          <p>{stays}</p>
        </section>
        <SignIn key={invite} invite={invite} />
      </main>
    </Shell>
  );
}
