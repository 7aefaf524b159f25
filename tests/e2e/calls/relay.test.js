import assert from "node:assert/strict";
import { after } from "node:test";
import { Coturn } from "../stage/coturn.js";
import { House } from "../stage/house.js";
import { Node } from "../stage/node.js";
import { until } from "../stage/wait.js";

const SECRET = "the-secret-that-coturn-knows";
const WRONG = "a-secret-that-coturn-never-saw";
const RELAY = "?relay=1";
/** TURN's response to credentials it cannot verify (RFC 8656 §5, RFC 8489 §9.2). */
const UNAUTHORISED = 401;

let coturn;
let wrongNode;
const turn = (secret) => ({ "ice.turn_urls": coturn.url, "ice.turn_secrets": secret });

const house = House.open(async () => {
  coturn = await Coturn.start(SECRET);
  wrongNode = await Node.start(turn(WRONG));
  return turn(SECRET);
});
after(async () => {
  await wrongNode?.stop();
  await coturn?.stop();
});

house.test("a call goes through the relay alone, with the node's credentials", async () => {
  const {
    people: [ann, ben],
  } = await house.call(["Ann", "Ben"], { query: RELAY });
  for (const [here, there] of [
    [ann, ben],
    [ben, ann],
  ]) {
    const { localCandidateType, remoteCandidateType } = await here.sees(there);
    assert.deepEqual([localCandidateType, remoteCandidateType], ["relay", "relay"]);
    const [connection] = await here.connections();
    assert.deepEqual([...new Set(connection.candidates)], ["relay"]);
  }
});

house.test("the relay accepts credentials from GET /api/ice-servers", async () => {
  const ann = await house.person("Ann");
  const servers = await ann.iceServers();
  const { username } = servers.find((server) => server.username);
  assert.match(username, new RegExp(`^\\d{10}:${ann.userId}$`));
  await ann.page.goto("/");
  const types = await ann.page.evaluate(gatherThroughRelay, servers);
  assert.ok(types.length > 0 && types.every((type) => type === "relay"), `gathered ${JSON.stringify(types)}`);
});

house.test("with a secret unknown to the relay, a relayed call does not connect", async () => {
  const [ann, ben] = [await house.person("Ann", wrongNode), await house.person("Ben", wrongNode)];
  const roomId = await ann.makeRoom();
  await ann.join(roomId, RELAY);
  await ben.join(roomId, RELAY);
  for (const person of [ann, ben]) {
    const [connection] = await until(`the relay has refused ${person.name}`, async () => {
      const all = await person.connections();
      return all[0]?.gathering === "complete" && all[0].refusals.includes(UNAUTHORISED) && all;
    });
    assert.deepEqual(connection.candidates, []);
    assert.notEqual(connection.state, "connected");
  }
  await ann.photograph("room-connecting");
  for (const person of [ann, ben]) {
    await person.shows("tile-trouble");
    assert.match(await person.get("tile-trouble").textContent(), /There is no network path to (Ann|Ben) yet\. Trying again…/);
  }
  await ann.page.locator("[data-testid=tile-trouble][data-stage=unreachable]").waitFor();
  await ann.photograph("room-unreachable");
  await ann.get("tile-trouble").getByRole("button", { name: "Try again" }).click();
  await until("it is tried again", async () => (await ann.get("tile-trouble").count()) === 0);
});

/** In the page: the kinds of candidates that these servers give, through a relay only. */
async function gatherThroughRelay(iceServers) {
  const pc = new RTCPeerConnection({ iceServers, iceTransportPolicy: "relay" });
  pc.createDataChannel("any");
  const types = [];
  const complete = new Promise((resolve) => {
    pc.onicecandidate = ({ candidate }) => (candidate ? candidate.candidate && types.push(candidate.type) : resolve());
  });
  await pc.setLocalDescription();
  await complete;
  pc.close();
  return types;
}
