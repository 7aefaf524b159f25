// Where the controls are: in view, large enough for a thumb, and none upon another.

/** In the page: what is wrong with its controls; empty if nothing is. A control that scrolls with a list is in view while the list is. */
export function misplaced() {
  const LEAST = 24;
  const dialog = document.querySelector("dialog[open]");
  const boxes = [];
  for (const control of (dialog ?? document).querySelectorAll("button, a[href], input, select, textarea")) {
    const box = control.getBoundingClientRect();
    if (!control.checkVisibility({ opacityProperty: true }) || box.width === 0) continue;
    const scroller = control.closest(".chat__list, .people, .stage__people, .dialog, .tile__trouble");
    boxes.push({ control, box, isScrolled: scroller !== null });
  }
  const name = ({ control }) => control.dataset.testid ?? control.getAttribute("aria-label") ?? control.textContent.trim();
  const faults = [];
  // A page that is longer than the view scrolls, the room does not.
  const page = document.scrollingElement;
  for (const each of boxes) {
    const { left, top, right, bottom, width, height } = each.box;
    const isInside = top + page.scrollTop >= -0.5 && bottom + page.scrollTop <= page.scrollHeight + 0.5;
    const isInView = isInside && left >= -0.5 && right <= innerWidth + 0.5;
    if (!isInView && !each.isScrolled) faults.push(`${name(each)} leaves the view: ${left}…${right} × ${top}…${bottom}`);
    const isSmall = Math.min(width, height) < LEAST;
    if (isSmall && !each.control.matches(".linklike, [type=checkbox]")) faults.push(`${name(each)} is ${width} × ${height}`);
  }
  for (const [at, one] of boxes.entries()) {
    for (const other of boxes.slice(at + 1)) {
      if (one.isScrolled || other.isScrolled || one.control.contains(other.control)) continue;
      const [a, b] = [one.box, other.box];
      const [across, down] = [Math.min(a.right, b.right) - Math.max(a.left, b.left), Math.min(a.bottom, b.bottom) - Math.max(a.top, b.top)];
      if (across > 0.5 && down > 0.5) faults.push(`${name(one)} lies upon ${name(other)}`);
    }
  }
  if (document.scrollingElement.scrollWidth > innerWidth) faults.push(`the page is ${document.scrollingElement.scrollWidth} px wide`);
  return faults;
}
