// Firefox and Chromium in one call, in both roles: pictures, screens, chat, and media that outlives the session.
import assert from "node:assert/strict";
import { setTimeout as pause } from "node:timers/promises";
import { Firefox } from "../stage/firefox.js";
import { House } from "../stage/house.js";
import { control, wentOn } from "../stage/stays.js";
import { until } from "../stage/wait.js";

const house = House.open();
/** Two browsers start, are watched, and disturbed for up to 25 s. */
const TEST_MS = 240_000;

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

function offers(first) {
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
    }), TEST_MS);
}

/** Plays `disturb`, which lasts for `lastsMs`, in such a call, and checks what both saw meanwhile. */
function stays(title, disturb, lastsMs = 8_000) {
  house.test(title, () =>
    call("Firefox", async (fay, chris) => {
      const before = [await fay.connections(), (await chris.connections()).map(({ iceUser }) => iceUser)];
      const controls = await control([fay, chris], lastsMs);
      await disturb(fay, chris);
      for (const person of [fay, chris]) await person.isJoined();
      await chris.reads("said by Fay meanwhile");
      await fay.reads("said by Chris meanwhile");
      await fay.sees(chris);
      await chris.sees(fay);
      for (const { notices } of await wentOn([fay, chris], controls)) {
        assert.deepEqual(notices.filter((text) => /joined|left/.test(text)), []);
      }
      const texts = await fay.texts();
      assert.equal(texts.filter((text) => text.includes("meanwhile")).length, 2, "each message once");
      assert.deepEqual([await fay.connections(), (await chris.connections()).map(({ iceUser }) => iceUser)], before);
    }), TEST_MS);
}

async function talk(fay, chris) {
  await fay.says("said by Fay meanwhile");
  await chris.says("said by Chris meanwhile");
}

// Two at once: more Firefoxes than processors stand still by themselves.
house.together(
  "with a node that stays",
  () => {
    offers("Firefox");
    offers("Chromium");
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
    }, 25_000);
  },
  2,
);

stays("the node is killed and started again", async (fay, chris) => {
  const since = chris.tape.now;
  await house.node.kill();
  await fay.shows("banner-reconnecting");
  await talk(fay, chris);
  await house.node.start();
  for (const { line } of [fay, chris]) line.lead(house.node.http);
  await until("Chris joined again", () => chris.tape.received("room_joined", since).length === 1);
});
