// Calls through a media server in real browsers, without a node: two people and one who comes late. Rooms are in rooms.test.js.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { House, moves, Server, until } from "./stage.js";

let house;
let server;

before(async () => {
  house = await House.open();
});
after(() => house?.close());

/** Runs a test with a media server of its own. */
function call(name, body) {
  test(name, async () => {
    server = await Server.start();
    try {
      await body();
    } finally {
      await server.stop();
    }
  });
}

async function people(...names) {
  return Promise.all(names.map((name) => house.person(name, server)));
}

async function receives(person, sent, how) {
  return { audio: await person.run("receive", sent.audio, how), video: await person.run("receive", sent.video, how) };
}

call("complaint 5: two people and one who comes late see and hear each other, and nothing is left when they go", async () => {
  const [ann, bob] = await people("ann", "bob");
  const [fromAnn, fromBob] = await Promise.all([ann.run("send"), bob.run("send")]);
  const [atAnn, atBob] = await Promise.all([receives(ann, fromBob), receives(bob, fromAnn)]);
  const [cid] = await people("cid");
  const atCid = await receives(cid, fromAnn);
  for (const [person, consumers] of [[ann, atAnn], [bob, atBob], [cid, atCid]]) {
    await moves(person, consumers.video);
    await moves(person, consumers.audio, 1_000);
  }
  const first = [atAnn, atBob, atCid].map(({ video }) => Math.round(video.firstFrameMs));
  console.log(`first frame after ${first.join(", ")} ms`);
  await until("somebody is told to speak", () => server.told("speaker").length > 0);
  assert.ok(["ann", "bob"].includes(server.told("speaker")[0].peer));
  assert.ok(server.told("transport").some(({ peer, ice }) => peer === "cid" && ice === "completed"));

  await server.ask("DELETE", `/rooms/abc-defg-hij/peers/ann/producers/${fromAnn.video}`);
  const closed = () => server.told("consumer_closed").map(({ peer, consumerId }) => `${peer} ${consumerId}`);
  await until("both who received it are told", () => closed().length === 2);
  assert.deepEqual(closed().sort(), [`bob ${atBob.video.id}`, `cid ${atCid.video.id}`]);
  for (const name of ["ann", "bob", "cid"]) await server.ask("DELETE", `/rooms/abc-defg-hij/peers/${name}`);
  const { counts } = await server.ask("GET", "/health");
  assert.deepEqual(counts, { rooms: 1, peers: 0, transports: 0, producers: 0, consumers: 0 });
  await Promise.all([ann, bob, cid].map((person) => person.leave()));
});

call("who receives chooses the layer", async () => {
  const [ann, bob] = await people("ann", "bob");
  const sent = await ann.run("send", { layers: true });
  const video = await bob.run("receive", sent.video);
  const layers = (spatialLayer) => server.ask("POST", `/rooms/abc-defg-hij/peers/bob/consumers/${video.id}/layers`, { spatialLayer });
  const width = (wanted) => until(`${wanted} pixels arrive`, async () => (await bob.run("decoded", video.id)).width === wanted);
  await width(640);
  await layers(0);
  await width(320);
  await layers(1);
  await width(640);
  await moves(bob, video);
  const told = server.told("layers").filter(({ consumerId }) => consumerId === video.id).map(({ spatialLayer }) => spatialLayer);
  assert.ok(told.includes(0) && told.at(-1) === 1, `told ${told}`);
  await Promise.all([ann, bob].map((person) => person.leave()));
});

call("media flows on through an ICE restart on both sides", async () => {
  const [ann, bob] = await people("ann", "bob");
  const sent = await ann.run("send");
  const video = await bob.run("receive", sent.video);
  await moves(bob, video);
  await ann.run("restart", "send");
  await bob.run("restart", "recv");
  await moves(bob, video, 30);
  assert.equal(await ann.run("state", "send"), "connected");
  assert.equal(await bob.run("state", "recv"), "connected");
  await Promise.all([ann, bob].map((person) => person.leave()));
});

call("complaint 10: a network that lets only TCP through has a call", async () => {
  const [ann, bob] = await people("ann", "bob");
  const sent = await ann.run("send", { protocol: "tcp" });
  const video = await bob.run("receive", sent.video, { protocol: "tcp" });
  await moves(bob, video);
  assert.equal(await ann.run("path", "send"), "tcp");
  assert.equal(await bob.run("path", "recv"), "tcp");
  await Promise.all([ann, bob].map((person) => person.leave()));
});

call("complaint 5: a paused sender stops and goes on with a key frame", async () => {
  const [ann, bob] = await people("ann", "bob");
  const sent = await ann.run("send");
  const video = await bob.run("receive", sent.video);
  await moves(bob, video);
  const producer = `/rooms/abc-defg-hij/peers/ann/producers/${sent.video}`;
  await server.ask("POST", `${producer}/pause`);
  let before;
  const still = async () => {
    const { amount } = await bob.run("decoded", video.id);
    const same = amount === before;
    before = amount;
    return same;
  };
  await until("nothing more is decoded", still);
  await server.ask("POST", `${producer}/resume`);
  await moves(bob, video);
  await Promise.all([ann, bob].map((person) => person.leave()));
});

call("a killed server is seen by its stream at once, long before browsers see it", async () => {
  const [ann, bob] = await people("ann", "bob");
  const sent = await ann.run("send");
  const video = await bob.run("receive", sent.video);
  await moves(bob, video);
  const killed = Date.now();
  server.process.kill("SIGKILL");
  const broken = await server.broken;
  await until("a browser sees it", async () => (await bob.run("states")).some(({ state }) => state === "disconnected"));
  const seen = (await bob.run("states")).find(({ state }) => state === "disconnected").at;
  console.log(`the stream broke after ${broken - killed} ms, the browser saw it after ${seen - killed} ms`);
  assert.ok(broken < seen && broken - killed < 1_000);
  await assert.rejects(server.ask("GET", "/health"));
  const again = await Server.start();
  assert.notEqual((await again.ask("GET", "/health")).instance, server.told("hello")[0].instance);
  await again.stop();
  await Promise.all([ann, bob].map((person) => person.leave()));
});
