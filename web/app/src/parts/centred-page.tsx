import type { ReactNode } from "react";
import { Brand } from "./brand.tsx";

/** A page with one thing in its middle. */
export function CentredPage({ testId, children }: { testId: string; children: ReactNode }) {
  return (
    <div className="shell">
      <header className="shell__head">
        <Brand />
      </header>
      <main className="page page--centre" data-testid={testId}>
        {children}
      </main>
    </div>
  );
}
