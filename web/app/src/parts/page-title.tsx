import { type ReactNode, useEffect, useRef } from "react";

/** The name of the tab while this is shown. */
export function useTitle(title: string | null): void {
  useEffect(() => {
    const before = document.title;
    document.title = title ? `${title} · Aldis` : "Aldis";
    return () => {
      document.title = before;
    };
  }, [title]);
}

let isFirst = true;

/**
 * A page's heading. It takes the keyboard's focus when the page changes, so that screen readers say where one is; not on the
 * first page, and not where a field has it.
 */
export function PageTitle({ children, className }: { children: ReactNode; className?: string }) {
  const ref = useRef<HTMLHeadingElement>(null);
  useEffect(() => {
    const { activeElement } = document;
    if (!isFirst && (!activeElement || activeElement === document.body))
      ref.current?.focus({ preventScroll: true });
    isFirst = false;
  }, []);
  return (
    <h1 className={className ? `page-title ${className}` : "page-title"} ref={ref} tabIndex={-1}>
      {children}
    </h1>
  );
}
