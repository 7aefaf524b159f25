// Media outlives the session: whatever happens to signaling, pictures go on, nobody is said to leave, chat arrives once.
import assert from "node:assert/strict";
import { setTimeout as pause } from "node:timers/promises";
import { House } from "../stage/house.js";
import { until } from "../stage/wait.js";
import { watch } from "../stage/watch.js";

const house = House.open();

/** A picture that stands still for longer has been interrupted; a busy machine drops frames for less. Milliseconds. */
const STILL_MS = 1_500;

/** Plays `disturb` in a call of two, and checks what they saw meanwhile. */
function stays(title, disturb) {
  house.test(title, async () => {
    const { people } = await house.call(["Ann", "Ben"]);
    const [ann, ben] = people;
    const before = await Promise.all(people.map(identity));
    for (const { page } of people) await page.evaluate(watch);
    await disturb({ ann, ben });
    for (const person of people) await person.isJoined();
    await ann.says("Are you there?");
    await ben.reads("Are you there?");
    await ben.says("I am");
    await ann.reads("I am");
    await ann.sees(ben);
    await ben.sees(ann);
    for (const [at, { name, page }] of people.entries()) {
      const other = people[1 - at];
      const { gaps, notices } = await page.evaluate(() => window.stopWatch());
      console.log(`  ${name} saw ${other.name} stand still for at most ${gaps[other.userId]} ms`);
      assert.ok(gaps[other.userId] < STILL_MS, `${name} saw ${other.name} stand still for ${gaps[other.userId]} ms`);
      assert.deepEqual(notices.filter((text) => /joined|left/.test(text)), [], `${name} was told of no coming and going`);
      const texts = await page.getByTestId("chat-message").allTextContents();
      for (const text of [...SAID, "Are you there?", "I am"]) {
        const count = texts.filter((each) => each.includes(text)).length;
        const expected = SAID.includes(text) && !said.has(text) ? 0 : 1;
        assert.equal(count, expected, `${name} has "${text}" once`);
      }
    }
    assert.deepEqual(await Promise.all(people.map(identity)), before, "the connections are the same");
    said.clear();
  });
}

const SAID = ["said while Ben was away", "said by Ben meanwhile"];
const said = new Set();

async function meanwhile(ann, ben) {
  for (const [person, text] of [[ann, SAID[0]], [ben, SAID[1]]]) {
    await person.says(text);
    said.add(text);
  }
}

/** What changes when a connection is made anew, or its ICE restarted. */
async function identity(person) {
  const connections = await person.connections();
  return connections.map(({ number, state, iceUser }) => ({ number, state, iceUser }));
}

stays("a socket that is cut for 8 s loses its seat of 5 s, and nothing else", async ({ ann, ben }) => {
  const since = ann.tape.now;
  ben.line.cut();
  await ben.shows("banner-reconnecting");
  await meanwhile(ann, ben);
  await pause(8_000);
  await ann.shows("tile-aside");
  await ann.photograph("room-away");
  await ben.photograph("room-reconnecting");
  ben.line.mend();
  await until("Ann was told of the new session", () => ann.tape.received("user_joined", since).length === 1);
});

stays("a line that is a black hole for 25 s", async ({ ann, ben }) => {
  const since = ann.tape.now;
  ben.line.freeze();
  await meanwhile(ann, ben);
  await pause(25_000);
  await until("Ben's seat is lost", () => ann.tape.received("user_left", since).length === 1);
  ben.line.thaw();
  await ben.get("try-now").click({ timeout: 2_000 }).catch(() => {});
  await until("Ann was told of the new session", () => ann.tape.received("user_joined", since).length === 1);
});

stays("a node that is killed, and starts with an empty memory", async ({ ann, ben }) => {
  const since = [ann.tape.now, ben.tape.now];
  await house.node.kill();
  await ben.shows("banner-reconnecting");
  await meanwhile(ann, ben);
  await pause(1_500);
  await house.node.start();
  for (const [at, person] of [ann, ben].entries()) {
    person.line.lead(house.node.http);
    await until(`${person.name} joined again`, () => person.tape.received("room_joined", since[at]).length === 1);
  }
});

stays("a node that is stopped in order and started again", async ({ ann, ben }) => {
  const since = [ann.tape.now, ben.tape.now];
  await house.node.restart();
  for (const [at, person] of [ann, ben].entries()) {
    person.line.lead(house.node.http);
    const isBack = () => ["room_joined", "resumed"].some((type) => person.tape.received(type, since[at]).length > 0);
    await until(`${person.name} is back`, isBack);
  }
});

stays("a tab that sleeps for 30 s", async ({ ann, ben }) => {
  const devtools = await ben.context.newCDPSession(ben.page);
  await devtools.send("Page.setWebLifecycleState", { state: "frozen" });
  await ann.says(SAID[0]);
  said.add(SAID[0]);
  await pause(30_000);
  await devtools.send("Page.setWebLifecycleState", { state: "active" });
});
