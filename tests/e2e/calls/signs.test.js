// What people do beside talking: hands, reactions, full screen, a small window, sounds, a screen that stays on.
import assert from "node:assert/strict";
import { House } from "../stage/house.js";
import { until } from "../stage/wait.js";

const house = House.open();

house.test("a raised hand is seen by all, also by who comes later, until it is lowered", async () => {
  const { roomId, people } = await house.call(["Ann", "Ben"]);
  const [ann, ben] = people;
  await ben.get("react").click();
  await ben.get("hand").click();
  const handOf = (person, other) => person.tile(other).getByTestId("tile-hand");
  await handOf(ann, ben).waitFor({ state: "attached" });
  await ann.get("notice").filter({ hasText: "Ben raises a hand" }).waitFor();
  await ann.photograph("hand");
  const cleo = await (await house.person("Cleo")).join(roomId);
  await handOf(cleo, ben).waitFor({ state: "attached" });
  await cleo.get("people-toggle").click();
  await cleo.get("person").filter({ hasText: "hand raised" }).waitFor();
  // By its key.
  await ben.page.keyboard.press("h");
  for (const person of [ann, cleo]) {
    await until("the hand is down", async () => (await handOf(person, ben).count()) === 0);
  }
});

house.test("a reaction is shown to the others with the name, and nothing else may be sent as one", async () => {
  const {
    people: [ann, ben],
  } = await house.call(["Ann", "Ben"]);
  await ben.get("react").click();
  await ben.page.getByRole("button", { name: "Applause" }).click();
  await ann.get("notice").filter({ hasText: "Ben: 👏" }).waitFor();
  const [{ data }] = ann.tape.received("message");
  assert.deepEqual([data.topic, data.data], ["aldis.reaction", "👏"]);
});

house.test("the page and a shared screen fill the whole display, and come back", async () => {
  const {
    people: [ann, ben],
  } = await house.call(["Ann", "Ben"]);
  const full = () => ann.page.evaluate(() => document.fullscreenElement?.className ?? document.fullscreenElement?.tagName ?? null);
  await ann.get("full-screen").click();
  await until("the page is in full screen", async () => (await full()) !== null);
  await ann.get("full-screen").click();
  await until("it is back", async () => (await full()) === null);
  await ben.get("screen").click();
  await ann.seesScreenOf(ben);
  await ann.screenTile(ben).hover();
  await ann.get("screen-full").click();
  await until("the screen is in full screen", async () => (await full())?.includes("tile--screen"));
  await ann.seesScreenOf(ben);
  await ann.page.evaluate(() => document.exitFullscreen());
  await until("it is back", async () => (await full()) === null);
});

house.test("somebody's picture floats in a window of its own", async () => {
  const {
    people: [ann, ben],
  } = await house.call(["Ann", "Ben"]);
  const floats = () => ann.page.evaluate(() => document.pictureInPictureElement?.getAttribute("aria-label") ?? null);
  await ann.tile(ben).hover();
  const button = ann.tile(ben).getByTestId("float");
  await button.click();
  await until("Ben floats", async () => (await floats()) === "Ben's camera");
  await button.click();
  await until("Ben is back", async () => (await floats()) === null);
});

house.test("a sound plays when somebody comes, unless that is switched off; the display stays on", async () => {
  const ann = await house.person("Ann");
  await ann.context.addInitScript(() => {
    window.tones = 0;
    const { start } = OscillatorNode.prototype;
    OscillatorNode.prototype.start = function (...given) {
      window.tones += 1;
      return start.apply(this, given);
    };
    window.locks = [];
    const request = navigator.wakeLock.request.bind(navigator.wakeLock);
    navigator.wakeLock.request = (kind) => {
      window.locks.push(kind);
      return request(kind);
    };
  });
  const roomId = await ann.makeRoom();
  await ann.join(roomId);
  assert.deepEqual(await ann.page.evaluate(() => window.locks), ["screen"]);
  const tones = () => ann.page.evaluate(() => window.tones);
  const ben = await (await house.person("Ben")).join(roomId);
  await ann.sees(ben);
  await until("a sound of two tones", async () => (await tones()) === 2);
  await ann.get("settings").click();
  await ann.get("habit-sounds").uncheck();
  await ann.page.keyboard.press("Escape");
  await ben.get("leave").click();
  await ann.missesTileOf(ben);
  assert.equal(await tones(), 2);
});
