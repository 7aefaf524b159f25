import assert from "node:assert/strict";
import { House } from "../stage/house.js";
import { until } from "../stage/wait.js";

const house = House.open();

house.test("four see each other, a fifth is refused because the room is full, and joins when one has left", async () => {
  const { roomId, people } = await house.call(["Ann", "Ben", "Cleo", "Dan"]);
  const [ann, ben, cleo, dan] = people;
  assert.equal(await ann.get("tile").count(), 3);
  await ann.photograph("room-four");

  const eve = await house.person("Eve");
  await eve.knock(roomId);
  await eve.shows("page-room-full");
  assert.equal((await eve.session()).stopped, "room_full");
  await eve.photograph("room-full");
  for (const person of people) assert.equal(person.tape.received("user_left").length, 0);

  await ben.get("leave").click();
  for (const other of [ann, cleo, dan]) await other.missesTileOf(ben);
  for (const other of [ann, cleo, dan]) assert.equal(await other.get("tile").count(), 2);

  await eve.get("join-again").click();
  await eve.isJoined();
  for (const other of [ann, cleo, dan]) {
    await eve.sees(other);
    await other.sees(eve);
  }
});

house.test("who lost the seat to somebody else keeps the media that works, and is back once there is a place", async () => {
  const settings = { maxParticipants: 2, seatWindowSeconds: 1 };
  const {
    roomId,
    people: [ann, ben],
  } = await house.call(["Ann", "Ben"], { settings });
  ben.line.cut();
  await until("Ben's seat is lost", () => ann.tape.received("user_left").length === 1);
  const cleo = await (await house.person("Cleo")).join(roomId);
  ben.line.mend();
  await ben.shows("banner-crowded");
  await ben.photograph("crowded");
  // The picture goes on, both ways, over the same connection.
  await ben.sees(ann);
  await ann.sees(ben);
  assert.equal((await ben.connections()).length, 1);
  await cleo.get("leave").click();
  await ben.isJoined();
  await ben.get("banner-crowded").waitFor({ state: "hidden" });
  await ann.sees(ben);
  assert.deepEqual((await ann.connections()).filter(({ state }) => state === "connected").length, 1);
});
