import assert from "node:assert/strict";
import { House } from "../stage/house.js";

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
