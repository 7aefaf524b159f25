// Where the controls are: in view, large enough for a thumb, and none upon another. And what the page says: whole, and in view.

/** In the page: what is wrong with its controls; empty if nothing is. A control that scrolls with a list is in view while the list is. */
export function misplaced() {
  const LEAST = 24;
  const dialog = document.querySelector("dialog[open]");
  const boxes = [];
  for (const control of (dialog ?? document).querySelectorAll("button, a[href], input, select, textarea")) {
    const box = control.getBoundingClientRect();
    if (!control.checkVisibility({ opacityProperty: true }) || box.width === 0) continue;
    const scroller = control.closest(".chat__list, .people, .stage__people, .dialog, .tile__trouble, .room__news");
    boxes.push({ control, box, isScrolled: scroller !== null });
  }
  const name = ({ control }) => control.dataset.testid ?? control.getAttribute("aria-label") ?? control.textContent.trim();
  const meet = (one, other) => {
    const [a, b] = [one.getBoundingClientRect(), other.getBoundingClientRect()];
    const [across, down] = [Math.min(a.right, b.right) - Math.max(a.left, b.left), Math.min(a.bottom, b.bottom) - Math.max(a.top, b.top)];
    return across > 0.5 && down > 0.5;
  };
  const faults = [];
  // A page that is longer than the view scrolls, the room does not.
  const page = document.scrollingElement;
  for (const each of boxes) {
    const { left, top, right, bottom, width, height } = each.box;
    const isInside = top + page.scrollTop >= -0.5 && bottom + page.scrollTop <= page.scrollHeight + 0.5;
    const isInView = isInside && left >= -0.5 && right <= innerWidth + 0.5;
    if (!isInView && !each.isScrolled) faults.push(`${name(each)} leaves the view: ${left}…${right} × ${top}…${bottom}`);
    const isSmall = Math.min(width, height) < LEAST;
    // A link within a text is as high as its line.
    if (isSmall && !each.control.matches(".linklike, .said__text a, [type=checkbox]")) faults.push(`${name(each)} is ${width} × ${height}`);
  }
  for (const [at, one] of boxes.entries()) {
    for (const other of boxes.slice(at + 1)) {
      if (one.isScrolled || other.isScrolled || one.control.contains(other.control)) continue;
      if (meet(one.control, other.control)) faults.push(`${name(one)} lies upon ${name(other)}`);
    }
  }
  // Tiles stay on the stage; beside a screen their strip scrolls.
  const stage = document.querySelector(".stage:not(.stage--screens)")?.getBoundingClientRect();
  for (const tile of stage ? document.querySelectorAll(".tile") : []) {
    const box = tile.getBoundingClientRect();
    if (!tile.checkVisibility()) continue;
    const isIn = box.left >= stage.left - 1 && box.right <= stage.right + 1 && box.top >= stage.top - 1 && box.bottom <= stage.bottom + 1;
    if (!isIn) faults.push(`the tile of ${tile.textContent.slice(0, 20)} leaves the stage`);
  }
  if (document.scrollingElement.scrollWidth > innerWidth) faults.push(`the page is ${document.scrollingElement.scrollWidth} px wide`);
  return faults;
}

/** In the page: what is wrong with its texts, and with what belongs together; empty if nothing is. */
export function spoiled() {
  const faults = [];
  const meet = (one, other) => {
    const [a, b] = [one.getBoundingClientRect(), other.getBoundingClientRect()];
    const [across, down] = [Math.min(a.right, b.right) - Math.max(a.left, b.left), Math.min(a.bottom, b.bottom) - Math.max(a.top, b.top)];
    return across > 0.5 && down > 0.5;
  };
  const all = (selector) => [...document.querySelectorAll(selector)].filter((each) => each.checkVisibility());
  const short = (each) => JSON.stringify(each.textContent.slice(0, 40));
  const own = document.querySelector(".stage--pair [data-testid=local-tile]");
  for (const said of all("[data-testid=notice], .banner, .troubles__one > span, .trouble")) {
    if (said.scrollWidth > said.clientWidth + 1) faults.push(`${short(said)} is cut`);
  }
  for (const news of all(".room__news")) {
    if (news.scrollHeight > news.clientHeight + 1) faults.push(`the news are cut: ${news.clientHeight} of ${news.scrollHeight} px`);
  }
  for (const button of all(".banner .linklike")) {
    const { height } = button.getBoundingClientRect();
    if (height > 2 * Number.parseFloat(getComputedStyle(button).fontSize)) faults.push(`${short(button)} is broken into lines`);
  }
  for (const guest of all("[data-testid=waiting-guest]")) {
    const tops = [...guest.querySelectorAll("button")].map((button) => button.getBoundingClientRect().top);
    if (new Set(tops).size > 1) faults.push(`the answers to ${short(guest)} are not side by side`);
  }
  for (const state of all(".tile__state > :last-child")) {
    if (state.scrollWidth > state.clientWidth + 1) faults.push(`${short(state)} is cut in a tile`);
  }
  for (const name of all(".tile__name")) {
    const tile = name.parentElement;
    const picture = tile.querySelector(".tile__picture");
    const isFace = !picture || picture.matches(".tile__picture--none");
    const others = ".tile__state, .tile__aside";
    const isTroubled = tile.querySelector(".tile__trouble") !== null;
    for (const other of tile.querySelectorAll(isFace && !isTroubled ? `.tile__face, ${others}` : others)) {
      if (other.checkVisibility() && meet(name, other)) faults.push(`the name ${short(name)} lies upon ${other.className}`);
    }
    const face = isFace && !isTroubled ? tile.querySelector(".tile__face") : null;
    if (own && face?.checkVisibility() && !own.contains(face) && meet(own, face)) faults.push(`one's own picture is upon the face of ${short(name)}`);
    for (const said of face?.checkVisibility() ? tile.querySelectorAll(others) : []) {
      if (said.checkVisibility() && meet(said, face)) faults.push(`${short(said)} lies upon the face of ${short(name)}`);
    }
  }
  // What one came for is in the first view.
  for (const join of all("[data-testid=prejoin-join]")) {
    const { bottom } = join.getBoundingClientRect();
    if (bottom > innerHeight && all(".trouble").length === 0) faults.push(`one has to scroll to the way in: it ends at ${bottom}`);
  }
  for (const list of all(".chat__list")) {
    const below = list.scrollHeight - list.scrollTop - list.clientHeight;
    if (below > 1) faults.push(`the newest message is ${below} px below the view`);
  }
  // What the page says is not under one's own picture.
  for (const said of own && !document.querySelector("dialog[open]") ? all(".tile__trouble > *, .troubles__one, .banner") : []) {
    if (meet(said, own)) faults.push(`${short(said)} is under one's own picture`);
  }
  return faults;
}
