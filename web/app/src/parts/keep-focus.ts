// Where the control that has the keyboard's focus disappears, the focus goes to the heading of what was around it: whoever works by
// keyboard, or by ear, is not sent back to the beginning of the page.

/** Headings that take the focus from a script. */
const REST = "h1[tabindex], h2[tabindex]";

/** As long as the page lives. What a component focuses itself comes first. */
export function keepFocus(page: Document = document): void {
  /** What has the focus, and what is around it, from the inside out. */
  let path: Element[] = [];
  page.addEventListener("focusin", ({ target }) => {
    path = pathOf(target as Element);
  });
  page.addEventListener("focusout", ({ target }) => {
    // Given up, if it is there still; some browsers tell the same of what is being removed.
    queueMicrotask(() => {
      if (path[0] === target && path[0]?.isConnected && page.activeElement !== target) path = [];
    });
  });
  const look = () => {
    const [held, ...around] = path;
    if (!held || held.isConnected) return;
    path = [];
    if (page.activeElement && page.activeElement !== page.body) return;
    for (const element of around) {
      const rest = element.isConnected ? element.querySelector<HTMLElement>(REST) : null;
      if (rest) return rest.focus({ preventScroll: true });
    }
  };
  new MutationObserver(look).observe(page.body, { childList: true, subtree: true });
}

function pathOf(element: Element): Element[] {
  const path: Element[] = [];
  for (let each: Element | null = element; each; each = each.parentElement) path.push(each);
  return path;
}
