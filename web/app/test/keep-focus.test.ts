import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { keepFocus } from "../src/parts/keep-focus.ts";

let mutated: () => void = () => {};
beforeEach(() => {
  vi.stubGlobal(
    "MutationObserver",
    class {
      constructor(look: () => void) {
        mutated = look;
      }
      observe(): void {}
    },
  );
});
afterEach(() => void vi.unstubAllGlobals());

class FakeElement {
  isConnected = true;
  heading: FakeElement | null = null;
  readonly parentElement: FakeElement | null;
  readonly #page: FakePage;
  constructor(page: FakePage, parent: FakeElement | null) {
    this.#page = page;
    this.parentElement = parent;
  }
  querySelector(): FakeElement | null {
    return this.heading;
  }
  focus(): void {
    this.#page.turn(this);
  }
}

class FakePage extends EventTarget {
  readonly body = new FakeElement(this, null);
  activeElement: FakeElement = this.body;
  turn(to: FakeElement): void {
    const from = this.activeElement;
    this.activeElement = to;
    const event = (type: string, target: FakeElement) =>
      this.dispatchEvent(Object.defineProperty(new Event(type), "target", { value: target }));
    if (from !== this.body) event("focusout", from);
    if (to !== this.body) event("focusin", to);
  }
}

/** A page with a heading, and a panel with its own, in which a row's button has the focus. */
function stage() {
  const page = new FakePage();
  keepFocus(page as unknown as Document);
  const [title, panel] = [new FakeElement(page, page.body), new FakeElement(page, page.body)];
  const [subtitle, row] = [new FakeElement(page, panel), new FakeElement(page, panel)];
  const button = new FakeElement(page, row);
  [page.body.heading, panel.heading] = [title, subtitle];
  button.focus();
  const remove = async (...gone: FakeElement[]) => {
    for (const each of gone) each.isConnected = false;
    if (gone.includes(page.activeElement)) page.turn(page.body);
    await Promise.resolve();
    mutated();
  };
  return { page, title, subtitle, panel, row, button, remove };
}

test("the heading of the panel gets the focus of a row that disappears; that of the page, if the panel does", async () => {
  const row = stage();
  await row.remove(row.row, row.button);
  expect(row.page.activeElement).toBe(row.subtitle);
  const panel = stage();
  await panel.remove(panel.panel, panel.subtitle, panel.row, panel.button);
  expect(panel.page.activeElement).toBe(panel.title);
});

test("whoever has moved on, or has given the focus up, keeps it so", async () => {
  const moved = stage();
  moved.title.focus();
  await moved.remove(moved.row, moved.button);
  expect(moved.page.activeElement).toBe(moved.title);
  const given = stage();
  given.page.turn(given.page.body);
  await Promise.resolve();
  await given.remove(given.row, given.button);
  expect(given.page.activeElement).toBe(given.page.body);
});

test("changes elsewhere leave the focus where it is", async () => {
  const { page, button, remove } = stage();
  await remove(new FakeElement(page, page.body));
  expect(page.activeElement).toBe(button);
});
