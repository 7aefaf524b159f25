import { t } from "../strings.ts";
import { Shell } from "./shell.tsx";
import { Waiting } from "./waiting.tsx";

/** A stranger's page while its rest is fetched: as `first/view.ts` has drawn it, if `title` is known by then. */
export function Opening({ title }: { title: string | null }) {
  if (title === null) return <Waiting label={t().loading} />;
  return (
    <Shell>
      <main className="page welcome welcome--opening">
        <section className="welcome__say">
          <h1 className="page-title">{title}</h1>
        </section>
      </main>
    </Shell>
  );
}
