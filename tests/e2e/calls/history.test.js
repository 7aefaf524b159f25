import assert from "node:assert/strict";
import { House } from "../stage/house.js";
import { until } from "../stage/wait.js";

const house = House.open();

/** The messages that are shown, as whether they are own and their text. */
function shown(person) {
  return person
    .get("chat-message")
    .evaluateAll((all) =>
      all.map((each) => [each.classList.contains("said--own"), each.querySelector(".said__text").textContent.trim()]),
    );
}
async function shows(person, count) {
  await until(`${person.name} sees ${count} messages`, async () => (await shown(person)).length === count);
  return shown(person);
}
const numbered = (from, to, own) =>
  Array.from({ length: to - from + 1 }, (_, place) => [own, `message ${from + place}`]);

house.test("who joins later, or loads the page again, sees what was said, and older messages on demand", async () => {
  const [ann, ben] = [await house.person("Ann"), await house.person("Ben")];
  const roomId = await ann.makeRoom();
  await ann.join(roomId);
  for (let number = 1; number <= 60; number += 1) await ann.says(`message ${number}`);

  await ben.join(roomId);
  assert.equal(await ben.get("chat-unread").count(), 0, "what was said before is not counted as unread");
  await ben.get("chat-toggle").click();
  assert.deepEqual(await shows(ben, 50), numbered(11, 60, false));
  assert.ok(await ben.page.getByText("Ann", { exact: true }).first().isVisible(), "with the sender's name");
  assert.ok(await ben.page.getByText("message 60").isVisible());
  await ben.photograph("room-chat-history");

  const oldest = ben.page.getByText("message 11", { exact: true });
  await oldest.scrollIntoViewIfNeeded();
  const before = (await oldest.boundingBox()).y;
  await ben.get("chat-older").click();
  assert.deepEqual(await shows(ben, 60), numbered(1, 60, false));
  await ben.get("chat-older").waitFor({ state: "detached" });
  const moved = Math.abs((await oldest.boundingBox()).y - before);
  assert.ok(moved < 60, `what is read stays where it is: it moved by ${moved} px`);

  await ann.page.reload();
  await ann.isJoined();
  await ann.get("chat-toggle").click();
  assert.deepEqual(await shows(ann, 50), numbered(11, 60, true), "one's own are one's own after a reload");
  await ben.says("Hello Ann");
  await ann.reads("Hello Ann");
  await ann.says("Hello Ben");
  await ben.reads("Hello Ben");
  const last = (await shows(ann, 52)).slice(-2);
  assert.deepEqual(last, [
    [false, "Hello Ann"],
    [true, "Hello Ben"],
  ]);
  assert.equal((await shows(ben, 62)).length, 62);
});
