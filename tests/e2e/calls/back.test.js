import assert from "node:assert/strict";
import { House } from "../stage/house.js";
import { until } from "../stage/wait.js";

const house = House.open(() => ({}), { keepsPages: true });

house.test("who goes to another page of the site and comes back to the kept page is in the call again, and who has left stays out", async () => {
  const { people } = await house.call(["Ann", "Ben"]);
  const [ann, ben] = people;
  await ann.page.evaluate(() => {
    window.isKept = true;
  });
  await ann.page.goto("/docs/");
  await ben.missesTileOf(ann);
  await ann.page.evaluate(() => history.back());
  await until("the room is shown again", () => ann.page.evaluate(() => location.pathname.startsWith("/r/")));
  await ann.isJoined();
  await ann.sees(ben);
  await ben.sees(ann);
  assert.ok(await ann.page.evaluate(() => window.isKept), "this browser has kept the page");

  await ann.get("leave").click();
  await ann.shows("page-left");
  await ann.page.goto("/docs/");
  await ann.page.evaluate(() => history.back());
  await until("the room is shown again", () => ann.page.evaluate(() => location.pathname.startsWith("/r/")));
  await until("who has left stays out", async () => (await ann.session())?.state !== "joined");
  assert.equal(await ben.get("tile").count(), 0);
});
