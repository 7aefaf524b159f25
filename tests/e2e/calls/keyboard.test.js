// With the keyboard alone, from the first page to the last; the focus is always somewhere, and can be seen.
import assert from "node:assert/strict";
import { House } from "../stage/house.js";
import { until } from "../stage/wait.js";

const house = House.open();

/** A person's hands on the keys. */
function hands({ page }) {
  const { keyboard } = page;
  const focused = () => page.evaluate(() => document.activeElement?.dataset.testid ?? document.activeElement?.tagName);
  /** Goes on to a control with Tab; what has the focus on the way there can be seen. */
  const to = (testId) =>
    until(`the focus is on ${testId}`, async () => {
      if ((await focused()) === testId) return true;
      await keyboard.press("Tab");
      assert.deepEqual(await page.evaluate(unseenFocus), null);
      return (await focused()) === testId;
    });
  return {
    focused,
    /** What had the focus has disappeared, and something else has it. */
    rests: () => until("the focus is somewhere", async () => !["BODY", undefined].includes(await focused())),
    to,
    press: async (testId, key = "Enter") => {
      await to(testId);
      await keyboard.press(key);
    },
    type: async (testId, text) => {
      await to(testId);
      await keyboard.type(text);
    },
    key: (key) => keyboard.press(key),
  };
}

/** In the page: what is wrong with how the focus is shown; `null` if nothing is, or the browser has it. */
function unseenFocus() {
  const element = document.activeElement;
  if (!element || element === document.body) return null;
  const name = element.dataset.testid ?? element.outerHTML.slice(0, 80);
  const box = element.getBoundingClientRect();
  if (box.width === 0 || box.height === 0) return `${name} has the focus and no size`;
  // Radio buttons and checkboxes may show it beside them.
  if (element.matches("input[type=radio], h1")) return null;
  const { outlineStyle, outlineWidth } = getComputedStyle(element);
  return outlineStyle === "none" || Number.parseFloat(outlineWidth) === 0 ? `${name} does not show its focus` : null;
}

house.test("a new user signs up, creates a room, joins it and leaves it", async () => {
  const ann = await house.stranger("Ann");
  const { to, press, type, key } = hands(ann);
  await ann.page.goto("/");
  await ann.shows("page-welcome");
  await ann.photograph("welcome");
  await type("auth-name", ann.name);
  await type("auth-email", ann.email);
  await type("auth-password", ann.password);
  await key("Enter");
  await ann.shows("rooms-empty");
  await ann.photograph("lobby-empty");
  await press("create-room");
  await ann.shows("page-prejoin");
  await until("the own camera plays", () => ann.page.evaluate(() => document.querySelector("video")?.videoWidth > 0));
  await ann.photograph("prejoin");
  await press("prejoin-join");
  await ann.isJoined();
  await ann.shows("alone");
  await ann.photograph("room-alone");
  await press("settings");
  await ann.shows("settings-dialog");
  await ann.photograph("room-settings");
  await to("room-locked");
  await key("Escape");
  await ann.get("settings-dialog").waitFor({ state: "hidden" });
  await press("leave");
  await ann.shows("page-left");
});

house.test("an invited guest comes in, is heard and read, and leaves", async () => {
  const ann = await house.person("Ann");
  const roomId = await ann.makeRoom({ guests: "yes" });
  await ann.join(roomId);
  const gus = await house.stranger("Gus");
  const { focused, to, press, type, key } = hands(gus);
  await gus.page.goto(`/r/${roomId}`);
  await gus.shows("guest-form");
  await type("guest-name", "Gus");
  await key("Enter");
  await gus.shows("page-prejoin");
  await press("mute");
  await press("prejoin-join");
  await gus.isJoined();
  await gus.sees(ann);
  await ann.tile(gus).getByText(", muted").waitFor({ state: "attached" });
  await press("mute", " ");
  await ann.tile(gus).getByText(", muted").waitFor({ state: "detached" });
  await press("react");
  await press("hand");
  await ann.tile(gus).getByTestId("tile-hand").waitFor({ state: "attached" });
  assert.equal(await focused(), "react", "the menu gives the focus back");
  await press("chat-toggle");
  await type("chat-input", "Good morning");
  await key("Enter");
  await ann.reads("Good morning");
  await key("Escape");
  await until("the chat gives the focus back", async () => (await focused()) === "chat-toggle");
  await press("people-toggle");
  await gus.get("person").nth(1).waitFor();
  await press("people-toggle");
  await to("leave");
  await key("Enter");
  await gus.shows("page-left");
  await press("go-home");
  await gus.shows("page-welcome");
});

house.test("the host lets a guest in, and removes somebody", async () => {
  const { people: [ann, ben], roomId } = await house.call(["Ann", "Ben"], { settings: { guests: "ask" } });
  const { press, key, rests } = hands(ann);
  const gus = await house.stranger("Gus");
  const guest = hands(gus);
  await gus.page.goto(`/r/${roomId}`);
  await guest.type("guest-name", "Gus");
  await guest.key("Enter");
  await gus.shows("guest-waiting");
  await guest.rests();
  await guest.press("guest-give-up");
  await until("the form has the focus again", async () => (await guest.focused()) === "guest-name");
  await guest.key("Enter");
  await gus.shows("guest-waiting");
  await ann.shows("waiting-count");
  await press("people-toggle");
  await press("admit");
  await ann.get("waiting-guests").waitFor({ state: "hidden" });
  await rests();
  await guest.press("prejoin-join");
  await gus.isJoined();
  await guest.rests();
  await ann.get("person").nth(2).waitFor();
  await press("person-actions");
  await press("remove");
  await rests();
  await press("remove-yes");
  await ben.shows("page-removed");
  await ann.get("person").nth(2).waitFor({ state: "hidden" });
  await rests();
  await key("Escape");
  await ann.get("people").waitFor({ state: "hidden" });
});
