// Media outlives the session: whatever happens to signaling, pictures go on, nobody is said to leave, chat arrives once.
import assert from "node:assert/strict";
import { setTimeout as pause } from "node:timers/promises";
import { CHROMIUM, flags, House } from "../stage/house.js";
import { Line } from "../stage/line.js";
import { CAN_NAMESPACE, Namespace } from "../stage/namespace.js";
import { Person } from "../stage/person.js";
import { talk, undisturbed } from "../stage/stays.js";
import { until } from "../stage/wait.js";

const house = House.open();

const ASLEEP_MS = 60_000;
/** The longest is watched for 25 s, and then asleep for 60 s. */
const TEST_MS = 240_000;

/** Plays `disturb` in a call of two. */
function stays(title, disturb, options) {
  house.test(title, async () => undisturbed((await house.call(["Ann", "Ben"])).people, disturb, options), TEST_MS);
}

/**
 * Stops the script of a page, timers and all, as for a tab that the browser has put to sleep; media and sockets have threads of their
 * own. (A headless browser does not freeze a page that is asked to be frozen.) Returns what wakes it, and checks that it slept.
 */
async function sleeps({ context, page }) {
  await page.evaluate(() => {
    let last = performance.now();
    window.longestSleep = 0;
    setInterval(() => {
      window.longestSleep = Math.max(window.longestSleep, performance.now() - last);
      last = performance.now();
    }, 200);
  });
  const devtools = await context.newCDPSession(page);
  await devtools.send("Debugger.enable");
  const paused = new Promise((resolve) => devtools.once("Debugger.paused", resolve));
  await devtools.send("Debugger.pause");
  await paused;
  return async () => {
    await devtools.send("Debugger.resume");
    await devtools.detach();
    const slept = await until("the script runs again", () => page.evaluate((least) => window.longestSleep > least && window.longestSleep, ASLEEP_MS / 2));
    assert.ok(slept >= ASLEEP_MS - 2_000, `the script slept for ${slept} ms`);
  };
}

/** Ben sends no picture for so long, although nothing else is amiss. */
async function holdsPicture({ page }, forMs) {
  const hold = await page.evaluateHandle(async () => {
    const senders = window.madeConnections.flatMap(({ pc }) => pc.getSenders());
    const held = senders.filter(({ track }) => track?.kind === "video").map((sender) => ({ sender, track: sender.track }));
    await Promise.all(held.map(({ sender }) => sender.replaceTrack(null)));
    return held;
  });
  await pause(forMs);
  await hold.evaluate((held) => Promise.all(held.map(({ sender, track }) => sender.replaceTrack(track))));
}

function twoNetworks() {
  house.test(
    "a device that loses one of its two networks",
    async () => {
      const namespace = await Namespace.make();
      try {
        const line = await Line.to(house.node.http, namespace.host);
        const browser = await namespace.chromium(CHROMIUM, flags(house.picture), line.origin);
        const ann = house.welcome(await Person.arrive("Ann", browser, house.node, line));
        const ben = await house.person("Ben");
        await ann.signUp();
        const roomId = await ann.makeRoom();
        for (const person of [ann, ben]) await person.join(roomId);
        await ann.sees(ben);
        await ben.sees(ann);
        const sockets = ann.tape.sockets;
        // ICE finds the other way: the connection stays, its path does not.
        const options = { moreMs: 15_000, sameIce: false };
        const disturb = async () => {
          await namespace.loseFirst();
          const said = await talk(ann, ben);
          await until("signaling goes over the other network", async () => {
            return ann.tape.sockets > sockets && (await ann.session()).state === "joined";
          });
          return said;
        };
        await undisturbed([ann, ben], disturb, options);
        assert.equal((await ann.connections()).length, 1);
      } finally {
        await namespace.remove();
      }
    },
    TEST_MS,
    { skip: CAN_NAMESPACE ? false : "only root can make a network namespace" },
  );
}

// Three at once: each is one call that mostly waits, the longest one first. More would stand still by themselves.
const away = () => {
  stays(
    "a tab whose script sleeps for 60 s",
    async ({ ann, ben }) => {
      const wake = await sleeps(ben);
      const text = "said while Ben's tab was asleep";
      await ann.says(text);
      await pause(ASLEEP_MS);
      await wake();
      return [text];
    },
    { asleep: "Ben", lastsMs: ASLEEP_MS },
  );

  stays("a socket that is cut for 8 s loses its seat of 5 s, and nothing else", async ({ ann, ben }) => {
    const since = ann.tape.now;
    ben.line.cut();
    await ben.shows("banner-reconnecting");
    const said = await talk(ann, ben);
    await pause(8_000);
    await ann.shows("tile-aside");
    await ann.photograph("room-away");
    await ben.photograph("room-reconnecting");
    ben.line.mend();
    await until("Ann was told of the new session", () => ann.tape.received("user_joined", since).length === 1);
    return said;
  });

  stays("a line that is a black hole for 25 s", async ({ ann, ben }) => {
    const since = ann.tape.now;
    ben.line.freeze();
    const said = await talk(ann, ben);
    await pause(25_000);
    await until("Ben's seat is lost", () => ann.tape.received("user_left", since).length === 1);
    ben.line.thaw();
    await ben.get("try-now").click({ timeout: 2_000 }).catch(() => {});
    await until("Ann was told of the new session", () => ann.tape.received("user_joined", since).length === 1);
    return said;
  }, { lastsMs: 25_000 });

  twoNetworks();

  house.test("these tests see a picture that stands still", async () => {
    const { people } = await house.call(["Ann", "Ben"]);
    const held = undisturbed(people, ({ ben }) => holdsPicture(ben, 5_000), { lastsMs: 5_000 });
    await assert.rejects(held, /Ann saw Ben stand still/);
  }, TEST_MS);
};
house.together("signaling is away", away, 3);
