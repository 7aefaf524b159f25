import type { ReactNode } from "react";
import { Brand } from "./brand.tsx";
import { LanguageChoice } from "./language-choice.tsx";

/** Every page but the call: the brand, what `head` adds, and the page. */
export function Shell({ head, children }: { head?: ReactNode; children: ReactNode }) {
  return (
    <div className="shell">
      <header className="shell__head">
        <Brand />
        <div className="who">
          {head}
          <LanguageChoice />
        </div>
      </header>
      {children}
    </div>
  );
}
