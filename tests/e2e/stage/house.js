// The fixture of one file of tests: a shared node and browser; each test has its own people.
import assert from "node:assert/strict";
import { mkdtemp, rm } from "node:fs/promises";
import { networkInterfaces, tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { chromium } from "playwright-core";
import { camera } from "./camera.js";
import { evidence } from "./evidence.js";
import { Node } from "./node.js";
import { Person } from "./person.js";

/** A test that takes longer hangs. Milliseconds. */
const TEST_MS = 150_000;
const CHROMIUM = process.env.CHROMIUM ?? "/usr/bin/chromium";

const flags = (picture) => [
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
  #people = [];
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
    const picture = await camera(join(this.#directory, "camera.y4m"));
    this.node = await start();
    const ignoreDefaultArgs = keepsPages ? ["--disable-back-forward-cache"] : [];
    this.browser = await chromium.launch({ executablePath: CHROMIUM, args: flags(picture), ignoreDefaultArgs });
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
    const person = await Person.arrive(name, this.browser, node);
    this.#people.push(person);
    return person;
  }

  /** A person with an account, signed in. */
  async person(name, node = this.node) {
    return (await this.stranger(name, node)).signUp();
  }

  async tab(person) {
    const tab = await person.secondTab();
    this.#people.push(tab);
    return tab;
  }

  /** A room with these people in it, in this order, each seeing each move. */
  async call(names, { query = "", settings = {}, node = this.node } = {}) {
    const people = [];
    for (const name of names) people.push(await this.person(name, node));
    const roomId = await people[0].makeRoom(settings);
    for (const person of people) await person.join(roomId, query);
    for (const person of people) {
      for (const other of people) if (other !== person) await person.sees(other);
    }
    return { roomId, people };
  }

  /** A test that prints every page's evidence on failure. */
  test(name, play, timeout = TEST_MS) {
    test(name, { timeout }, async () => {
      try {
        await play();
        for (const { name: who, tape } of this.#people) assert.deepEqual(tape.complaints, [], `${who}'s page is well`);
      } catch (error) {
        await evidence(name, this.#people, this.node);
        throw error;
      } finally {
        await this.#sendHome();
      }
    });
  }

  async #sendHome() {
    for (const { context, line } of this.#people.splice(0)) {
      await context.close().catch(() => {});
      line?.close();
    }
  }
}
