// Calls through a media server by way of a TURN server only: with the rule of config/coturn that lets it relay there, and without.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { Coturn } from "../../../tests/e2e/stage/coturn.js";
import { Hall, seesAll, until } from "./rooms-stage.js";
import { address } from "./stage.js";

const SECRET = "the-secret-that-coturn-knows";
/** All networks are private here. */
const DENIED = "--denied-peer-ip=0.0.0.0-255.255.255.255";
/** How long a person waits for words. Milliseconds. */
const TOLD_MS = 10_000;
/** The page's own way to ask for relays only. */
const RELAYED = "?relay=1";

let coturn, hall;

before(async () => {
  const relay = address();
  const rules = { allowing: [DENIED, `--allowed-peer-ip=${relay}`], denying: [DENIED] };
  coturn = { allowing: await Coturn.start(SECRET, { relay, rules: rules.allowing }), denying: await Coturn.start(SECRET, { relay, rules: rules.denying }) };
});
after(async () => {
  await hall?.close();
  for (const each of Object.values(coturn ?? {})) await each.stop();
});

/** Runs a test with a room whose members use this TURN server. */
function call(name, which, body) {
  test(name, { timeout: 180_000 }, async () => {
    const turn = coturn[which];
    hall = await Hall.open({ servers: 1, settings: { "ice.turn_urls": turn.url, "ice.turn_secrets": SECRET } });
    try {
      const [ann, bob] = [await hall.person("Ann"), await hall.person("Bob")];
      const roomId = await ann.makeRoom({ mode: "sfu", maxParticipants: 12 });
      await body({ ann, bob, roomId });
      assert.deepEqual(hall.complaints(), []);
    } catch (error) {
      await hall.evidence();
      console.log(turn.tail());
      throw error;
    } finally {
      await hall.close();
      hall = undefined;
    }
  });
}

/** The kinds of candidates that a page's open connections have gathered. */
const kinds = async (person) => {
  const open = (await person.connections()).filter(({ state }) => state === "connected");
  return [...new Set(open.flatMap(({ candidates }) => candidates))];
};

call("complaint 10: a relay that may reach the media server carries the call", "allowing", async ({ ann, bob, roomId }) => {
  for (const person of [ann, bob]) await person.join(roomId, RELAYED);
  await Promise.all([seesAll(ann, [bob]), seesAll(bob, [ann])]);
  for (const person of [ann, bob]) assert.deepEqual(await kinds(person), ["relay"], `${person.name} has nothing but relays`);
});

call("complaint 10: of a relay that may not reach it the page says within ten seconds what is wrong", "denying", async ({ ann, bob, roomId }) => {
  await bob.join(roomId);
  await ann.join(roomId, RELAYED);
  const joined = Date.now();
  const since = ann.tape.now;
  await ann.shows("banner-media");
  const took = Date.now() - joined;
  const text = await ann.get("banner-media").textContent();
  const made = ann.tape.sent("sfu_create_transport", since).length;
  console.log(`told after ${took} ms and ${made} further attempts: ${text}`);
  assert.match(text, /^The media server cannot be reached from here \(tried [a-z, ]*relay\)\. Your network may block calls: try another one\.$/);
  assert.ok(took <= TOLD_MS, `told only after ${took} ms`);
  assert.ok(made <= 4, `${made} transports within ${took} ms`);
  assert.equal(await bob.get("banner-media").count(), 0, "whose network works is told nothing");
});
