// Large rooms as people have them: the app's page, a node, and media servers that die. One room from beginning to end, in the
// order of the tests. The numbers are those of the complaints in docs/media.md.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { setTimeout as pause } from "node:timers/promises";
import { longestOf, longestStand, record } from "./frames.js";
import { CALM_MS, through } from "./outage.js";
import { Hall, isShownMuted, mode, until, width } from "./rooms-stage.js";

/** How long a picture may stand while a media server drains. */
const STAND_MS = 4_000;
/** How long a voice may pause while a room returns to a media server. */
const PAUSE_MS = 500;
/** How long a picture may stand while a room of mode `auto` grows or shrinks. */
const GROW_MS = 1_000;
/** How much longer on a machine on which pictures stand by themselves for `calm` ms: so many times that, but not for ever. */
const STAND_TIMES = 5;
const STAND_MORE_MAX_MS = 3_000;
const more = (calm) => Math.min(STAND_TIMES * calm, STAND_MORE_MAX_MS);
let hall;
let ann, bob, cid, dee;
let roomId;

before(async () => {
  hall = await Hall.open({ servers: 2, settings: { "media.recover_after": "2s", "media.switch_every_min": "3s" } });
});
after(() => hall?.close());

function step(name, body) {
  test(name, { timeout: 240_000 }, async () => {
    try {
      await body();
      assert.deepEqual(hall.complaints(), []);
    } catch (error) {
      await hall.evidence();
      throw error;
    }
  });
}

const everyone = () => [ann, bob, cid, dee].filter(Boolean);
step("complaint 2: three people, and one who comes late, see and hear each other", async () => {
  // Accounts first: their passwords cost more than calls do.
  const late = await hall.person("Dee");
  [ann, bob, cid] = [await hall.person("Ann"), await hall.person("Bob"), await hall.person("Cid")];
  roomId = await ann.makeRoom({ mode: "sfu", maxParticipants: 12 });
  for (const person of [ann, bob, cid]) await person.join(roomId);
  await hall.allSee([ann, bob, cid]);
  await bob.get("mute").click();
  for (const person of [ann, cid]) await until(`${person.name} knows that Bob is muted`, () => isShownMuted(person, bob));
  dee = late;
  await dee.join(roomId);
  console.log(`who came late saw all after ${await hall.allSee([ann, bob, cid, dee])} ms`);
  assert.deepEqual(await Promise.all([ann, bob, cid].map((other) => isShownMuted(dee, other))), [false, true, false]);
  assert.ok((await hall.servers.get(await hall.placeOf(roomId)).ask("GET", "/health")).counts.consumers >= 24);
});

step("complaint 9: a shared screen is seen by all, beside the faces", async () => {
  await ann.get("screen").click();
  for (const person of [bob, cid, dee]) await person.seesScreenOf(ann);
  await ann.get("screen").click();
  for (const person of [bob, cid, dee]) {
    await until("the screen is gone", async () => (await person.screenTile(ann).count()) === 0);
  }
});

step("who is shown small is received small, and who speaks large", async () => {
  const small = async () => (await Promise.all([ann, bob, cid].map((other) => width(dee, other)))).filter((each) => each <= 330).length;
  await until("all are small", async () => (await small()) === 3);
  const since = dee.tape.now;
  const asked = () => dee.tape.sent("sfu_set_preferred_layers", since).map(({ data }) => data.spatialLayer);
  await dee.get("speaker-view").click();
  await until("the one who speaks is asked for in the larger size", () => asked().includes(1));
  await dee.get("speaker-view").click();
  const last = () => new Map(dee.tape.sent("sfu_set_preferred_layers", since).map(({ data }) => [data.consumerId, data.spatialLayer]));
  await until("all are asked for in the smaller size again", () => [...last().values()].every((layer) => layer === 0));
  assert.deepEqual(dee.tape.received("error", since), []);
});

step("complaints 3 and 4: a lost socket touches no media, and nobody is unmuted by it", async () => {
  await through(hall, everyone(), async (during) => {
    bob.line.cut();
    await Promise.all([during(), pause(3_000)]);
    bob.line.mend();
  });
  for (const person of [ann, cid, dee]) assert.equal(await isShownMuted(person, bob), true);
});

step("complaint 3: a node that is restarted touches no media", async () => {
  await through(hall, everyone(), (during) => hall.restartNode(during));
  for (const person of [ann, cid, dee]) assert.equal(await isShownMuted(person, bob), true);
});

step("complaint 9: a media server drains: the room moves to another one with all its pictures, and it ends in order", async () => {
  const calm = await longestStand(everyone(), () => pause(6_000));
  const place = await hall.placeOf(roomId);
  const since = ann.tape.now;
  let ended;
  const longest = await longestStand(everyone(), async () => {
    ended = hall.drainServer(place);
    await until("the room moves", () => ann.tape.received("media_changed", since).some(({ data }) => data.reason === "media_moved"));
    assert.deepEqual(await ended, { code: 0, signal: null }, "it ends in order");
  });
  console.log(`the longest stand of a picture: ${longest} ms, and ${calm} ms before`);
  assert.ok(longest <= STAND_MS + more(calm), `a picture stood still for ${longest} ms`);
  await hall.allSee(everyone());
  for (const person of [ann, cid, dee]) assert.equal(await isShownMuted(person, bob), true);
  assert.notEqual(await hall.placeOf(roomId), place);
  await hall.startServer(place);
});

step("complaints 1, 2 and 4: a media server dies, and all see each other by another one; who was muted is muted", async () => {
  const place = await hall.placeOf(roomId);
  const killed = await hall.killServer(place);
  const changed = Promise.all(everyone().map((person) => until("the room has moved", () => person.tape.received("media_changed").some(({ at, data }) => Date.parse(at) >= killed && data.mode === "sfu"))));
  await changed;
  console.log(`moved after ${Date.now() - killed} ms`);
  await hall.allSee(everyone(), 1);
  console.log(`frames of all at all again at most ${Date.now() - killed} ms after the kill`);
  for (const person of [ann, cid, dee]) await until("Bob is muted", () => isShownMuted(person, bob));
  assert.notEqual(await hall.placeOf(roomId), place);
});

step("complaint 1: without any media server three people are connected directly, and through it again when there is one", async () => {
  await dee.get("leave").click();
  await dee.shows("leave-dialog").then(() => dee.get("leave-yes").click(), () => {});
  for (const person of [ann, bob, cid]) await person.missesTileOf(dee);
  await hall.dismiss(dee);
  dee = undefined;
  const place = await hall.placeOf(roomId);
  const killed = await hall.killServer(place);
  for (const person of everyone()) await until(`${person.name} is told`, async () => (await mode(person)) === "mesh");
  await ann.shows("banner-media");
  assert.match(await ann.get("banner-media").textContent(), /connected directly/);
  await hall.allSee(everyone(), 1);
  console.log(`media between the browsers at most ${Date.now() - killed} ms after the kill`);
  for (const person of [ann, cid]) await until("Bob is muted", () => isShownMuted(person, bob));
  const back = Date.now();
  const speaking = [ann, cid];
  const calm = await longestStand(speaking, () => pause(5_000));
  await Promise.all(speaking.map(record));
  await hall.startServer(place);
  for (const person of everyone()) await until(`${person.name} is back`, async () => (await mode(person)) === "sfu");
  await hall.allSee(everyone());
  await pause(3_000); // the old way ends
  const paused = await longestOf(speaking, "sounds");
  console.log(`the longest pause of a voice on the way back: ${paused} ms`);
  if (calm <= CALM_MS) assert.ok(paused <= PAUSE_MS, `a voice paused for ${paused} ms`);
  console.log(`through the media server again ${Date.now() - back} ms after it was started`);
  for (const person of [ann, cid]) await until("Bob is muted", () => isShownMuted(person, bob));
  await until("nothing is unusual", async () => (await ann.get("banner-media").count()) === 0);
});

step("complaint 8: whoever leaves leaves nothing behind at the media server", async () => {
  const place = await hall.placeOf(roomId);
  for (const person of everyone()) await hall.dismiss(person);
  [ann, bob, cid] = [];
  await until("nobody is there", async () => {
    const { counts } = await hall.servers.get(place).ask("GET", "/health");
    return counts.peers === 0 && counts.transports === 0 && counts.consumers === 0;
  });
});

step("a room of mode auto: two are connected directly, a third brings the media server, and leaves it to nobody", async () => {
  [ann, bob, cid] = [await hall.person("Ada"), await hall.person("Ben"), await hall.person("Cem")];
  roomId = await ann.makeRoom({ mode: "auto", maxParticipants: 12 });
  for (const person of [ann, bob]) await person.join(roomId);
  await hall.allSee([ann, bob]);
  assert.deepEqual(await Promise.all([ann, bob].map(mode)), ["mesh", "mesh"]);
  await bob.get("mute").click();
  await until("Ada knows that Ben is muted", () => isShownMuted(ann, bob));
  const calm = await longestStand([ann, bob], () => pause(5_000));
  const most = GROW_MS + more(calm);
  const grown = await longestStand([ann, bob], async () => {
    await cid.join(roomId);
    for (const person of everyone()) await until(`${person.name} is told`, async () => (await mode(person)) === "sfu");
    await hall.allSee(everyone());
    await pause(3_000); // the old way ends
  });
  assert.ok(await hall.placeOf(roomId));
  console.log(`the longest stand of a picture as a third came: ${grown} ms, and ${calm} ms before`);
  assert.ok(grown <= most, `a picture stood still for ${grown} ms`);
  for (const person of [ann, cid]) await until("Ben is muted", () => isShownMuted(person, bob));
  const shrunk = await longestStand([ann, bob], async () => {
    await cid.get("leave").click();
    await cid.shows("leave-dialog").then(() => cid.get("leave-yes").click(), () => {});
    for (const person of [ann, bob]) await until(`${person.name} is told`, async () => (await mode(person)) === "mesh");
    await hall.allSee([ann, bob]);
    await pause(3_000);
  });
  console.log(`the longest stand of a picture as the third had left: ${shrunk} ms`);
  assert.ok(shrunk <= most, `a picture stood still for ${shrunk} ms`);
  await until("Ben is muted", () => isShownMuted(ann, bob));
  assert.equal(await ann.get("banner-media").count(), 0, "nothing is unusual");
  await until("nothing is left at a media server", async () => {
    const counts = await Promise.all([...hall.servers.values()].map((server) => server.ask("GET", "/health").then(({ counts }) => counts.peers)));
    return counts.every((peers) => peers === 0);
  });
  for (const person of everyone()) await hall.dismiss(person);
});
