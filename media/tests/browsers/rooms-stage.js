// A whole room: a node as a process, media servers that it is told of, and people at the app's own page.
import { mkdtemp, rm } from "node:fs/promises";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { chromium } from "playwright-core";
import { camera } from "../../../tests/e2e/stage/camera.js";
import { Cluster } from "../../../tests/e2e/stage/cluster.js";
import { Node } from "../../../tests/e2e/stage/node.js";
import { Person } from "../../../tests/e2e/stage/person.js";
import { until } from "../../../tests/e2e/stage/wait.js";
import { SECRET, Server } from "./stage.js";

export { until };

// The node would take it for a key of its own.
delete process.env.ALDIS_MEDIA;

const FLAGS = [
  "--no-sandbox",
  "--disable-gpu",
  "--no-first-run",
  "--disable-background-networking",
  "--disable-component-update",
  "--use-fake-device-for-media-stream",
  "--use-fake-ui-for-media-stream",
  "--autoplay-policy=no-user-gesture-required",
  "--disable-background-timer-throttling",
  "--disable-renderer-backgrounding",
  "--disable-backgrounding-occluded-windows",
  "--disable-features=WebRtcHideLocalIpsWithMdns",
];

/** `host:port` that nobody listens at. */
async function free() {
  const server = createServer();
  await new Promise((listening) => server.listen(0, "127.0.0.1", listening));
  const { port } = server.address();
  await new Promise((closed) => server.close(closed));
  return `127.0.0.1:${port}`;
}

/** A node, or several behind nginx, with so many media servers, and a browser. */
export class Hall {
  people = [];
  /** By their address. */
  servers = new Map();

  static async open({ servers, nodes = 1, settings = {} }) {
    const hall = new Hall();
    hall.folder = await mkdtemp(join(tmpdir(), "aldis-hall-"));
    hall.addresses = await Promise.all(Array.from({ length: servers }, free));
    await Promise.all(hall.addresses.map((http) => hall.startServer(http)));
    const all = {
      "media.servers": hall.addresses.map((http) => `mediasoup+http://${http}`).join(","),
      "media.secret": SECRET,
      "room.seat_window": "60s",
      ...settings,
    };
    hall.node = await (nodes > 1 ? Cluster.start({ nodes, settings: all }) : Node.start(all));
    const picture = await camera(join(hall.folder, "camera.y4m"), { width: 640, height: 360 });
    hall.browser = await chromium.launch({
      executablePath: process.env.CHROMIUM ?? "/usr/bin/chromium",
      args: [...FLAGS, `--use-file-for-fake-video-capture=${picture}`],
    });
    return hall;
  }

  async startServer(http) {
    this.servers.set(http, await Server.start({ http }));
  }

  /** `kill -9` of one that runs; answers when. */
  async killServer(http) {
    const server = this.servers.get(http);
    this.servers.delete(http);
    const at = Date.now();
    await server.stop();
    return at;
  }

  /** SIGTERM to one that runs; answers how it ends, once it does. */
  drainServer(http) {
    const server = this.servers.get(http);
    this.servers.delete(http);
    return server.drain();
  }

  /** Where the room is: its address. */
  placeOf(roomId) {
    return until(`${roomId} is on a media server`, async () => {
      for (const [http, server] of this.servers) {
        const found = await server.ask("GET", `/rooms/${roomId}`).catch(() => null);
        if (found?.peers.length > 0) return http;
      }
      return null;
    });
  }

  /** Somebody with an account. */
  async person(name) {
    const person = await Person.arrive(name, this.browser, this.node);
    this.people.push(person);
    // Small enough that pictures of several people are received small: a dozen decoders share two cores.
    await person.page.setViewportSize({ width: 780, height: 500 });
    return person.signUp();
  }

  /** Closes somebody's browser, and their way to the node. */
  async dismiss(person) {
    this.people.splice(this.people.indexOf(person), 1);
    await person.context.close();
    person.line?.close();
  }

  /** Drains the node, and starts it again with the same data; people find it again after `during`. */
  async restartNode(during) {
    for (const { line } of this.people) line.cut();
    await this.node.restart();
    await during();
    for (const { line } of this.people) {
      line.lead(this.node.http);
      line.mend();
    }
  }

  /** Everybody here sees everybody else move, `count` frames; answers how long that took, in milliseconds. */
  async allSee(people, count = 8) {
    const begun = Date.now();
    await Promise.all(people.map((person) => seesAll(person, people.filter((other) => other !== person), count)));
    return Date.now() - begun;
  }

  complaints() {
    return [...this.people.flatMap(({ name, tape }) => tape.complaints.map((each) => `${name}: ${each}`)), ...(this.node?.complaints() ?? [])];
  }

  /** What pages and node last did. */
  async evidence() {
    for (const person of this.people) {
      const read = (what) => person.page.evaluate(what).catch((error) => String(error));
      const events = await read(() => window.aldis.events.slice(-40).map(({ time, type }) => `${time.slice(14)} ${type}`));
      const state = await read(async () => ({ session: window.aldis.session, path: window.aldis.path, peers: await window.aldis.peers() }));
      const refusals = person.tape.received("error").slice(-6).map(({ at, data }) => ({ at, ...data }));
      console.log(`--- ${person.name}`, JSON.stringify(state, null, 1), JSON.stringify(refusals), events, person.tape.console.slice(-8));
    }
    console.log(this.node?.tail(40));
  }

  async close() {
    await this.browser?.close();
    for (const { line } of this.people) line?.close();
    await this.node?.stop().catch((error) => console.log(String(error)));
    for (const server of this.servers.values()) await server.stop();
    await rm(this.folder, { recursive: true, force: true });
  }
}

/**
 * Waits until so many frames of each were decoded and shown. Only growth counts: when media changes its way in between, its
 * counters begin anew.
 */
export async function seesAll(person, others, count = 8) {
  const grown = new Map(others.map((other) => [other, { decoded: 0, shown: 0, last: null }]));
  await until(`${person.name} sees ${others.map(({ name }) => name).join(", ")} move`, async () => {
    for (const [other, so] of grown) {
      const picture = await person.picture(other);
      const now = { decoded: picture?.framesDecoded ?? 0, shown: picture?.framesShown ?? 0 };
      if (so.last) for (const key of ["decoded", "shown"]) so[key] += Math.max(0, now[key] - so.last[key]);
      so.last = now;
    }
    return [...grown.values()].every(({ decoded, shown }) => decoded >= count && shown >= count);
  });
}

/** Whether the other is shown as muted here. */
export const isShownMuted = (person, other) => person.tile(other).getByText("muted").count().then((count) => count > 0);
export const mode = (person) => person.page.evaluate(() => window.aldis.path.mode);
/** The width of a member's picture here, in pixels. */
export const width = (person, other) => person.tile(other).locator("video").evaluate((video) => video.videoWidth);
