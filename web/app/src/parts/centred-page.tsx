import type { ReactNode } from "react";
import { Shell } from "./shell.tsx";

/** A page with one thing in its middle. */
export function CentredPage({ testId, children }: { testId: string; children: ReactNode }) {
  return (
    <Shell>
      <main className="page page--centre" data-testid={testId}>
        {children}
      </main>
    </Shell>
  );
}
