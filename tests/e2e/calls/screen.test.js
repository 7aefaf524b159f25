import assert from "node:assert/strict";
import { House } from "../stage/house.js";
import { until } from "../stage/wait.js";

const house = House.open();

house.test("the newcomer's screen reaches all members, also later ones, and disappears when it ends", async () => {
  const { roomId, people } = await house.call(["Ann", "Ben", "Cleo"]);
  const [ann, ben, cleo] = people;
  await cleo.get("screen").click();
  await cleo.shows("sharing");
  for (const other of [ann, ben]) {
    await other.seesScreenOf(cleo);
    await other.sees(cleo);
  }
  // Cleo joined last, so the others made every offer: she requested them.
  assert.equal(cleo.tape.sent("offer").length, 0);
  assert.ok(cleo.tape.sent("renegotiate").length >= 2);
  await ann.photograph("room-screen");
  await cleo.photograph("room-sharing");

  const dan = await (await house.person("Dan")).join(roomId);
  await dan.seesScreenOf(cleo);

  await cleo.get("sharing").getByRole("button").click();
  for (const other of [ann, ben, dan]) {
    await until(`the screen is gone for ${other.name}`, async () => (await other.screenTile(cleo).count()) === 0);
    await other.sees(cleo);
  }
});

house.test("the screen of the first member reaches the newcomer, over the existing connection", async () => {
  const {
    people: [ann, ben],
  } = await house.call(["Ann", "Ben"]);
  await ann.get("screen").click();
  const { connectionNumber } = await ben.seesScreenOf(ann);
  assert.equal(connectionNumber, 1);
  await ben.sees(ann);
  assert.equal((await ben.connections()).length, 1);
});
