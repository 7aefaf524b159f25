// A room on a media server whose members are on several nodes, of which one is killed. The numbers are those of the complaints in
// docs/media.md.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { through } from "./outage.js";
import { Hall, isShownMuted, until } from "./rooms-stage.js";

const ATTEMPTS = 8;
let hall;

before(async () => {
  hall = await Hall.open({ servers: 1, nodes: 2 });
});
after(() => hall?.close());

/** Three people in a room, on both nodes. */
async function callOverNodes(people) {
  const roomId = await people[0].makeRoom({ mode: "sfu", maxParticipants: 12 });
  for (let attempt = 0; attempt < ATTEMPTS; attempt += 1) {
    for (const person of people) await person.join(roomId);
    const sockets = await until("all have a socket", async () => {
      const each = await hall.node.sockets();
      return each.reduce((sum, count) => sum + count) === people.length && each;
    });
    if (Math.min(...sockets) > 0) return sockets;
    for (const person of people) await person.page.goto("about:blank");
    await until("all have gone", async () => (await hall.node.sockets()).every((count) => count === 0));
  }
  throw new Error(`nginx gave all the same node ${ATTEMPTS} times`);
}

test("complaint 3: a node that is killed touches no media", { timeout: 240_000 }, async () => {
  try {
    const people = [await hall.person("Ann"), await hall.person("Bob"), await hall.person("Cid")];
    const [ann, bob, cid] = people;
    const sockets = await callOverNodes(people);
    await hall.allSee(people);
    await bob.get("mute").click();
    for (const person of [ann, cid]) await until("Bob is muted", () => isShownMuted(person, bob));
    const producers = async () => (await [...hall.servers.values()][0].ask("GET", "/health")).counts.producers;
    const made = await producers();
    const lost = hall.node.nodes[sockets.indexOf(Math.max(...sockets))];
    await through(hall, people, async (during) => {
      await hall.node.kill(lost);
      await during();
      await until("all are at the other node", async () => String(await hall.node.sockets()) === String(people.length));
    });
    assert.equal(await producers(), made, "no producer more or less");
    assert.equal(await isShownMuted(ann, bob), true);
    assert.deepEqual(hall.complaints(), []);
  } catch (error) {
    await hall.evidence();
    throw error;
  }
});
