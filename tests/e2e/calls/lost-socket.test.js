import assert from "node:assert/strict";
import { setTimeout as pause } from "node:timers/promises";
import { House } from "../stage/house.js";
import { until } from "../stage/wait.js";

const house = House.open();

/** Interrupts these people's sockets for this long. The media goes from browser to browser, not through these proxies. */
async function outage(people, forMs) {
  for (const { line } of people) line.cut();
  await pause(forMs);
  for (const { line } of people) line.mend();
}

/** What must be unchanged after an unnoticed interruption. */
async function standing(person) {
  const { sessionId } = await person.session();
  const connections = await person.connections();
  return { sessionId, connections: connections.map(({ refusals, candidates, ...lasting }) => lasting) };
}

house.test("a socket interrupted for 3 s is resumed: no member sees a leave, and the media is untouched", async () => {
  const {
    people: [ann, ben],
  } = await house.call(["Ann", "Ben"]);
  const before = { ann: await standing(ann), ben: await standing(ben) };
  const [sinceAnn, sinceBen] = [ann.tape.now, ben.tape.now];

  const lost = outage([ben], 3_000);
  await ben.shows("banner-reconnecting");
  await ann.says("said while Ben was away");
  await ben.says("said while away");
  // The picture keeps moving while signaling is interrupted.
  await ann.sees(ben);
  await lost;
  await until("Ben's session is resumed", () => ben.tape.received("resumed", sinceBen).length === 1);

  await ben.reads("said while Ben was away");
  await ann.reads("said while away");
  await ann.sees(ben);
  await ben.sees(ann);
  assert.deepEqual({ ann: await standing(ann), ben: await standing(ben) }, before);
  assert.deepEqual(ann.tape.negotiations(sinceAnn), []);
  assert.deepEqual(ben.tape.negotiations(sinceBen), []);
  for (const type of ["user_left", "user_joined", "room_joined"]) {
    assert.equal(ann.tape.received(type, sinceAnn).length, 0, type);
    assert.equal(ben.tape.received(type, sinceBen).length, 0, type);
  }
  assert.equal(ann.tape.received("chat_message", sinceAnn).filter(({ data }) => data.senderId !== ann.userId).length, 1);
});

house.test("when all sockets are interrupted for 3 s, all are resumed, and messages sent meanwhile arrive", async () => {
  const { people } = await house.call(["Ann", "Ben"]);
  const [ann, ben] = people;
  const since = people.map(({ tape }) => tape.now);
  const before = await Promise.all(people.map(standing));

  const lost = outage(people, 3_000);
  for (const person of people) await person.shows("banner-reconnecting");
  await ann.says("from Ann");
  await ben.says("from Ben");
  await lost;
  await ann.reads("from Ben");
  await ben.reads("from Ann");
  assert.deepEqual(await Promise.all(people.map(standing)), before);
  people.forEach(({ tape }, index) => {
    assert.equal(tape.received("resumed", since[index]).length, 1);
    assert.equal(tape.received("user_left", since[index]).length, 0);
    assert.deepEqual(tape.negotiations(since[index]), []);
  });
});
