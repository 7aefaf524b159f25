import { type ReactNode, useEffect, useRef } from "react";

interface OutcomeProps {
  title: string;
  /** Whether it is the page's title, or one of several parts. */
  level: 1 | 2;
  children: ReactNode;
}

/** What became of a form that is gone: its title takes the focus, so that screen readers tell it. */
export function Outcome({ title, level, children }: OutcomeProps) {
  const heading = useRef<HTMLHeadingElement>(null);
  useEffect(() => heading.current?.focus(), []);
  const Heading = `h${level}` as const;
  return (
    <div className="card sign-in">
      <Heading ref={heading} tabIndex={-1}>
        {title}
      </Heading>
      {children}
    </div>
  );
}
