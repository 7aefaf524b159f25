// The fixture of one file of tests: a shared node and browser; each test has its own people.
import assert from "node:assert/strict";
import { AsyncLocalStorage } from "node:async_hooks";
import { mkdtemp, rm } from "node:fs/promises";
import { networkInterfaces, tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";
import { chromium } from "playwright-core";
import { camera } from "./camera.js";
import { evidence } from "./evidence.js";
import { Node } from "./node.js";
import { Person } from "./person.js";

/** A test that takes longer hangs. Milliseconds. */
const TEST_MS = 150_000;
export const CHROMIUM = process.env.CHROMIUM ?? "/usr/bin/chromium";

/** What Chromium is started with; `picture` is what its camera shows. */
export const flags = (picture) => [
  "--no-sandbox",
  "--disable-gpu",
  "--no-first-run",
  "--disable-background-networking",
  "--disable-component-update",
  "--disable-sync",
  // Fake camera, microphone and screen; permission is given without asking.
  "--use-fake-ui-for-media-stream",
  "--use-fake-device-for-media-stream",
  `--use-file-for-fake-video-capture=${picture}`,
  // Loopback candidates also work on a machine without any network.
  ...(hasNetwork() ? [] : ["--allow-loopback-in-peer-connection"]),
  // These tests play sound without a click.
  "--autoplay-policy=no-user-gesture-required",
];

function hasNetwork() {
  return Object.values(networkInterfaces()).some((addresses) => addresses.some(({ internal }) => !internal));
}

export class House {
  #directory;
  /** The people of the test that runs: several may run at once. */
  #people = new AsyncLocalStorage();
  /** The file that cameras show. */
  picture;
  browser;
  node;

  /**
   * For the tests of this file. `furnish` starts the node's dependencies, and returns its settings. `keepsPages`: the browser keeps
   * a page that is left, as outside of tests, and shows it again as it was.
   */
  static open(furnish = () => ({}), options = {}) {
    return House.over(async () => Node.start(await furnish()), options);
  }

  /** The same over what `start` starts: a node, or a `Cluster`. */
  static over(start, { keepsPages = false } = {}) {
    const house = new House();
    before(() => house.#open(start, keepsPages));
    after(() => house.#close());
    return house;
  }

  async #open(start, keepsPages) {
    this.#directory = await mkdtemp(join(tmpdir(), "aldis-browser-"));
    this.picture = await camera(join(this.#directory, "camera.y4m"));
    const ignoreDefaultArgs = keepsPages ? ["--disable-back-forward-cache"] : [];
    const launched = chromium.launch({ executablePath: CHROMIUM, args: flags(this.picture), ignoreDefaultArgs });
    // What has come about is closed also if the other has not.
    const both = await Promise.allSettled([start(), launched]);
    [this.node, this.browser] = both.map(({ value }) => value);
    for (const { reason } of both) if (reason) throw reason;
  }

  async #close() {
    await this.browser?.close();
    const complaints = this.node?.complaints() ?? [];
    await this.node?.stop();
    await rm(this.#directory, { recursive: true, force: true });
    assert.deepEqual(complaints, [], "the node logged no error");
  }

  /** A new person. */
  async stranger(name, node = this.node) {
    return this.welcome(await Person.arrive(name, this.browser, node));
  }

  /** A person who came by other means is of this test, too. */
  welcome(person) {
    this.#people.getStore().push(person);
    return person;
  }

  /** A person with an account, signed in. */
  async person(name, node = this.node) {
    return (await this.stranger(name, node)).signUp();
  }

  async tab(person) {
    return this.welcome(await person.secondTab());
  }

  /** A room with these people in it, in this order, each seeing each move. */
  async call(names, { query = "", settings = {}, node = this.node } = {}) {
    const people = await Promise.all(names.map((name) => this.person(name, node)));
    const roomId = await people[0].makeRoom(settings);
    for (const person of people) await person.join(roomId, query);
    const pairs = people.flatMap((person) => people.filter((other) => other !== person).map((other) => [person, other]));
    await Promise.all(pairs.map(([person, other]) => person.sees(other)));
    return { roomId, people };
  }

  /** A test that prints every page's evidence on failure. `options`: of `node:test`, such as `skip`. */
  test(name, play, timeout = TEST_MS, options = {}) {
    test(name, { timeout, ...options }, () => this.#people.run([], () => this.#play(name, play)));
  }

  /** The tests that `tell` makes, so many at once: for those that mostly wait, and share nothing but the node and the browser. */
  together(name, tell, concurrency = true) {
    describe(name, { concurrency }, tell);
  }

  async #play(name, play) {
    const people = this.#people.getStore();
    try {
      await play();
      for (const { name: who, tape } of people) assert.deepEqual(tape.complaints, [], `${who}'s page is well`);
    } catch (error) {
      await evidence(name, people, this.node);
      throw error;
    } finally {
      await sendHome(people);
    }
  }
}

async function sendHome(people) {
  for (const { context, line } of people) {
    await context.close().catch(() => {});
    line?.close();
  }
}
