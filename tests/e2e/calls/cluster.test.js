// A call between two nodes, through nginx with TLS; the node of one side is killed in the middle of it.
import assert from "node:assert/strict";
import { Cluster } from "../stage/cluster.js";
import { House } from "../stage/house.js";
import { until } from "../stage/wait.js";

/** Chat sent when the node has just been killed arrives within this time. Milliseconds. */
const BACK_WITHIN_MS = 2_000;

const house = House.over(() => Cluster.start());

/** What a lost node must not change: the connections, and what identifies their descriptions. */
async function standing(person) {
  const { sessionId } = await person.session();
  const connections = await person.connections();
  return { sessionId, connections: connections.map(({ refusals, candidates, ...lasting }) => lasting) };
}

/** In the page: presses a button as soon as the session is not joined, and answers the session's state then. */
function pressWhenLost(testId) {
  return new Promise((resolve) => {
    const look = setInterval(() => {
      const { state } = window.aldis.session;
      if (state === "joined") return;
      clearInterval(look);
      document.querySelector(`[data-testid=${testId}]`).click();
      resolve(state);
    }, 1);
  });
}

/** How often two people may come until nginx, which deals sockets in turn or to the emptier node, gives them two nodes. */
const ATTEMPTS = 8;

/** Two people in a room, each on a node of their own, and Ann's node. */
async function callOverTwoNodes() {
  for (let attempt = 0; attempt < ATTEMPTS; attempt += 1) {
    const [ann, ben] = [await house.person("Ann"), await house.person("Ben")];
    const roomId = await ann.makeRoom();
    await ann.join(roomId);
    const node = await house.node.only();
    await ben.join(roomId);
    const sockets = await socketsWhen("both have a socket", 2);
    await ann.sees(ben);
    await ben.sees(ann);
    if (String(sockets) === "1,1") return { ann, ben, node };
    for (const person of [ann, ben]) await person.page.goto("about:blank");
    await socketsWhen("both have gone", 0);
  }
  throw new Error(`nginx gave both the same node ${ATTEMPTS} times`);
}

/** The nodes' sockets once there are so many. */
function socketsWhen(what, count) {
  return until(what, async () => {
    const sockets = await house.node.sockets();
    return sockets.reduce((sum, each) => sum + each) === count && sockets;
  });
}

house.test("the node of one is killed in the call: the media is untouched, chat arrives, a screen begun meanwhile too", async () => {
  const { ann, ben, node } = await callOverTwoNodes();
  await ann.says("before");
  await ben.reads("before");
  await ben.says("before, too");
  await ann.reads("before, too");
  const before = { ann: await standing(ann), ben: await standing(ben) };
  const since = { ann: ann.tape.now, ben: ben.tape.now };
  await ann.photograph("cluster-before");

  const frames = async () => [(await ann.picture(ben)).framesDecoded, (await ben.picture(ann)).framesDecoded];
  const decoded = await frames();
  const pressed = ann.page.evaluate(pressWhenLost, "screen");
  await house.node.kill(node);
  const killed = Date.now();
  await Promise.all([ann.says("from the lost node"), ben.says("to the lost node")]);
  const arrived = (person, text) => person.reads(text).then(() => Date.now() - killed);
  const took = await Promise.all([arrived(ben, "from the lost node"), arrived(ann, "to the lost node")]);
  assert.equal(await pressed, "reconnecting", "she began to share while no node had her socket");
  assert.ok(Math.max(...took) <= BACK_WITHIN_MS, `chat took ${took} ms after the kill`);

  (await frames()).forEach((now, side) => assert.ok(now > decoded[side], "the picture moved on meanwhile"));
  await ben.seesScreenOf(ann);
  await ann.shows("sharing");
  await ben.sees(ann);
  await ann.sees(ben);
  assert.deepEqual(await house.node.sockets(), [2], "the node that lives has both");
  assert.equal(ann.tape.received("resumed", since.ann).length, 1);
  assert.equal(ben.tape.received("resumed", since.ben).length, 0, "Ben's socket is the one of before");
  for (const person of [ann, ben]) {
    const { name, tape } = person;
    const then = name === "Ann" ? since.ann : since.ben;
    for (const type of ["user_left", "user_joined", "room_joined", "resume_failed"]) {
      assert.deepEqual(tape.received(type, then), [], `${name} is told of no ${type}`);
    }
    const now = await standing(person);
    const was = name === "Ann" ? before.ann : before.ben;
    assert.equal(now.sessionId, was.sessionId);
    assert.equal(now.connections.length, 1, "the connection of before");
    assert.deepEqual(now.connections[0].iceUser, was.connections[0].iceUser, "ICE was not restarted");
  }
  const heard = (person, then) => person.tape.received("chat_message", then).map(({ data }) => data.content);
  assert.deepEqual(heard(ben, since.ben).filter((text) => text.startsWith("from")), ["from the lost node"], "once");
  assert.deepEqual(heard(ann, since.ann).filter((text) => text.startsWith("to")), ["to the lost node"], "once");
  await ann.photograph("cluster-after-sharing");
  await ben.photograph("cluster-after-watching");
  await until("nobody is told to wait", async () => (await ann.get("banner-reconnecting").count()) === 0);
});
