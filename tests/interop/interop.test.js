// The web app and a program of others, aiortc, which follows docs/protocol.md and knows nothing of the web app.
import assert from "node:assert/strict";
import { fileURLToPath } from "node:url";
import { start } from "../e2e/stage/children.js";
import { House } from "../e2e/stage/house.js";
import { until } from "../e2e/stage/wait.js";

const house = House.open();
const SCRIPT = fileURLToPath(new URL("bot.py", import.meta.url));
/** More than a still picture or silence would give. */
const MOVING = 8;
let number = 0;

class Bot {
  userId;
  #process;
  #facts = [];
  #errors = "";

  /** Joins the room; its tracks are offered, or answered, in this order. */
  static async join(roomId, media, { spare = false } = {}) {
    const bot = new Bot();
    number += 1;
    const options = ["--http", `http://${house.node.http}`, "--room", roomId, "--email", `bot-${number}@example.org`];
    bot.#process = start(process.env.PYTHON ?? "python3", ["-B", SCRIPT, ...options, "--media", media, ...(spare ? ["--spare"] : [])]);
    bot.#process.stdout.setEncoding("utf8").on("data", (text) => {
      for (const line of text.split("\n").filter(Boolean)) bot.#facts.push(JSON.parse(line));
    });
    bot.#process.stderr.setEncoding("utf8").on("data", (text) => {
      bot.#errors += text;
    });
    const joined = await until("the bot is in the room", () => bot.#facts.find((fact) => fact.joined) ?? bot.#failed());
    bot.userId = joined.joined;
    return bot;
  }

  #failed() {
    if (this.#process.exitCode !== null) throw new Error(`the bot ended: ${this.#errors}`);
  }

  /** What it says of this member last. */
  last({ userId }) {
    this.#failed();
    return this.#facts.findLast((fact) => fact.member === userId);
  }

  /** Waits until it receives more and more of this: `audio0`, `video0`, `video1`. */
  async receives(person, name) {
    const now = () => this.last(person)?.received[name] ?? 0;
    const first = await until(`the bot has ${person.name}'s ${name}`, () => now() || false);
    await until(`${person.name}'s ${name} goes on for the bot`, () => now() >= first + MOVING);
  }

  ask(command) {
    this.#process.stdin.write(`${command}\n`);
  }

  async end() {
    const gone = new Promise((resolve) => this.#process.once("exit", resolve));
    if (this.#process.exitCode === null && this.#process.kill()) await gone;
    assert.ok(!this.#errors.includes("Traceback"), `the bot is well:\n${this.#errors}`);
  }
}

/** A call of Ann in her browser and the bot, in either order. */
async function call(play, { media = "audio,video", botFirst, spare }) {
  const ann = await house.person("Ann");
  const roomId = await ann.makeRoom();
  if (!botFirst) await ann.join(roomId);
  const bot = await Bot.join(roomId, media, { spare });
  try {
    if (botFirst) await ann.join(roomId);
    bot.name = "the bot";
    await play(ann, bot);
  } finally {
    await bot.end();
  }
}

/** The connections that Ann's page has made, and the one in use. */
async function oneConnection(ann, bot) {
  assert.equal((await ann.connections()).length, 1, "Ann's page made one connection");
  assert.equal(bot.last(ann).made, 1, "the bot made one connection");
}

for (const botFirst of [true, false]) {
  const role = botFirst ? "offers" : "answers";
  for (const media of ["audio,video", "video,audio", "video"]) {
    house.test(`a bot that ${role} ${media}: pictures and voices go both ways`, () =>
      call(async (ann, bot) => {
        await ann.sees(bot);
        await bot.receives(ann, "video0");
        if (media.includes("audio") || !botFirst) await bot.receives(ann, "audio0");
        await oneConnection(ann, bot);
      }, { media, botFirst }));
  }

  house.test(`a bot that ${role}: the camera is turned off and on, over one connection`, () =>
    call(async (ann, bot) => {
      await bot.receives(ann, "video0");
      await ann.get("camera").click();
      const sent = () => ann.tape.negotiations().length;
      const before = await until("the camera's end is negotiated", () => sent() >= 4 && sent());
      await ann.get("camera").click();
      await until("its return is negotiated", () => sent() > before);
      await bot.receives(ann, "video0");
      await ann.sees(bot);
      await oneConnection(ann, bot);
    }, { botFirst }));

  house.test(`a bot that ${role}: a screen reaches it, and the camera comes back afterwards`, () =>
    call(async (ann, bot) => {
      await bot.receives(ann, "video0");
      await ann.get("screen").click();
      await ann.shows("sharing");
      // Who offers a section for it gets both; who has one picture of her sees the screen there.
      await bot.receives(ann, botFirst ? "video0" : "video1");
      await ann.get("sharing").getByRole("button").click();
      await bot.receives(ann, "video0");
      await ann.sees(bot);
      await oneConnection(ann, bot);
    }, { botFirst }));
}

house.test("a bot that offers a spare section: camera and screen arrive together", () =>
  call(async (ann, bot) => {
    await ann.get("screen").click();
    await ann.shows("sharing");
    await bot.receives(ann, "video1");
    await bot.receives(ann, "video0");
    await oneConnection(ann, bot);
  }, { botFirst: true, spare: true }));

house.test("a bot that sends two pictures: both are shown", () =>
  call(async (ann, bot) => {
    await ann.sees(bot);
    await until("the second picture is shown", async () => {
      const tiles = ann.page.locator(`[data-testid=screen-tile][data-user-id="${bot.userId}"], [data-testid=other-tile]`);
      return (await tiles.count()) === 1;
    });
    await ann.photograph("interop-two-pictures");
  }, { media: "audio,video,video", botFirst: true }));

house.test("new negotiations that the bot asks for, two at once, leave one connection that works", () =>
  call(async (ann, bot) => {
    await ann.sees(bot);
    const since = ann.tape.now;
    bot.ask("renegotiate");
    bot.ask("renegotiate");
    await until("both are answered", () => ann.tape.received("answer", since).length === 2);
    await ann.sees(bot);
    await bot.receives(ann, "video0");
    await oneConnection(ann, bot);
  }, { botFirst: false }));

house.test("an ICE restart, which the bot answers with a new connection: the call goes on", () =>
  call(async (ann, bot) => {
    await ann.sees(bot);
    await ann.page.evaluate(() => window.madeConnections.at(-1).pc.restartIce());
    await until("the bot has made a new connection", () => bot.last(ann)?.made > 1);
    await ann.sees(bot);
    await bot.receives(ann, "video0");
  }, { botFirst: false }));

house.test("an ICE restart, which the bot offers with a new connection: the call goes on", () =>
  call(async (ann, bot) => {
    await ann.sees(bot);
    const since = ann.tape.now;
    bot.ask("restart");
    await until("the bot's new connection is answered", () => ann.tape.received("offer", since).length > 0 && bot.last(ann)?.made === 2);
    await ann.sees(bot);
    await bot.receives(ann, "video0");
    assert.equal((await ann.connections()).length, 2, "Ann's page made one connection more");
  }, { botFirst: true }));

house.test("a path is lost, and the page, which answers, asks the bot to restart ICE: the call goes on", () =>
  call(async (ann, bot) => {
    await ann.sees(bot);
    await bot.receives(ann, "video0");
    const since = ann.tape.now;
    bot.ask("lose");
    const asked = () => ann.tape.sent("renegotiate", since).find(({ data }) => data.iceRestart);
    await until("Ann's page asks for a restart", asked);
    assert.equal(asked().data.targetUserId, bot.userId);
    await until("the bot has offered a new connection", () => bot.last(ann)?.made > 1);
    await ann.sees(bot);
    await bot.receives(ann, "video0");
  }, { botFirst: true }));
