// Firefox and Chromium in one call, in both roles: pictures, screens, chat, and media that outlives the session.
import assert from "node:assert/strict";
import { setTimeout as pause } from "node:timers/promises";
import { Firefox } from "../stage/firefox.js";
import { House } from "../stage/house.js";
import { until } from "../stage/wait.js";
import { watch } from "../stage/watch.js";

const house = House.open();
const STILL_MS = 1_500;

/** A call of Fay in Firefox and Chris in Chromium. */
async function call(first, play) {
  const [fay, chris] = [await (await Firefox.arrive("Fay", house.node)).signUp(), await house.person("Chris")];
  try {
    const roomId = await chris.makeRoom();
    for (const person of first === "Firefox" ? [fay, chris] : [chris, fay]) await person.join(roomId);
    await fay.sees(chris);
    await chris.sees(fay);
    await play(fay, chris);
    assert.deepEqual(fay.complaints, [], "Fay's page is well");
  } finally {
    await fay.goHome();
  }
}

for (const first of ["Firefox", "Chromium"]) {
  house.test(`${first} offers: pictures both ways, cameras off and on, and Chromium's screen`, () =>
    call(first, async (fay, chris) => {
      for (const [person, other] of [[fay, chris], [chris, fay]]) {
        const press = () => (person === fay ? fay.press("camera") : chris.get("camera").click());
        await press();
        await press();
        await other.sees(person);
      }
      await chris.get("screen").click();
      await fay.seesScreenOf(chris);
      await fay.sees(chris);
      assert.equal((await fay.connections()).length, 1);
      assert.equal((await chris.connections()).length, 1);
    }));
}

/** Plays `disturb` in such a call, and checks what both saw meanwhile. */
function stays(title, disturb) {
  house.test(title, () =>
    call("Firefox", async (fay, chris) => {
      const before = [await fay.connections(), (await chris.connections()).map(({ iceUser }) => iceUser)];
      for (const { page } of [fay, chris]) await page.evaluate(watch);
      await disturb(fay, chris);
      for (const person of [fay, chris]) await person.isJoined();
      await chris.reads("said by Fay meanwhile");
      await fay.reads("said by Chris meanwhile");
      for (const [person, other] of [[fay, chris], [chris, fay]]) {
        await person.sees(other);
        const { gaps, notices } = await person.page.evaluate(() => window.stopWatch());
        console.log(`  ${person.name} saw ${other.name} stand still for at most ${gaps[other.userId]} ms`);
        assert.ok(gaps[other.userId] < STILL_MS, `${person.name} saw no gap`);
        assert.deepEqual(notices.filter((text) => /joined|left/.test(text)), []);
      }
      const texts = await fay.texts();
      assert.equal(texts.filter((text) => text.includes("meanwhile")).length, 2, "each message once");
      assert.deepEqual([await fay.connections(), (await chris.connections()).map(({ iceUser }) => iceUser)], before);
    }));
}

async function talk(fay, chris) {
  await fay.says("said by Fay meanwhile");
  await chris.says("said by Chris meanwhile");
}

stays("Firefox's socket is cut for 8 s, and its seat lost", async (fay, chris) => {
  const since = chris.tape.now;
  fay.line.cut();
  await fay.shows("banner-reconnecting");
  await talk(fay, chris);
  await pause(8_000);
  await until("the seat is lost", () => chris.tape.received("user_left", since).length === 1);
  fay.line.mend();
  await until("Fay joined again", () => chris.tape.received("user_joined", since).length === 1);
});

stays("Firefox's line is a black hole for 25 s", async (fay, chris) => {
  const since = chris.tape.now;
  fay.line.freeze();
  await talk(fay, chris);
  await pause(25_000);
  await until("the seat is lost", () => chris.tape.received("user_left", since).length === 1);
  fay.line.thaw();
  await until("Fay joined again", () => chris.tape.received("user_joined", since).length === 1);
});

stays("the node is killed and started again", async (fay, chris) => {
  const since = chris.tape.now;
  await house.node.kill();
  await fay.shows("banner-reconnecting");
  await talk(fay, chris);
  await house.node.start();
  for (const { line } of [fay, chris]) line.lead(house.node.http);
  await until("Chris joined again", () => chris.tape.received("room_joined", since).length === 1);
});
