// A media server as a process, a browser, and people in it. What a node would ask, the test asks here.
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { createServer } from "node:http";
import { networkInterfaces, tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { Readable } from "node:stream";
import { setTimeout as pause } from "node:timers/promises";
import { build } from "esbuild";
import { chromium } from "playwright-core";
import { start } from "../../../tests/e2e/stage/children.js";

const CHROMIUM = process.env.CHROMIUM ?? "/usr/bin/chromium";
const PROGRAM = process.env.ALDIS_MEDIA;
export const SECRET = "a-secret-of-the-browser-tests";
/** A noisy machine may take this long for anything. Milliseconds. */
const PATIENCE_MS = 45_000;

/** Waits until `probe` answers something true, and answers that. */
export async function until(what, probe) {
  const end = Date.now() + PATIENCE_MS;
  for (let last; ; ) {
    last = await probe();
    if (last) return last;
    if (Date.now() > end) throw new Error(`waited ${PATIENCE_MS} ms in vain until ${what}`);
    await pause(100);
  }
}

/** An address that browsers on this machine gather: not loopback, where there is another. */
export function address() {
  const all = Object.values(networkInterfaces()).flat();
  return all.find(({ family, internal }) => family === "IPv4" && !internal)?.address ?? "127.0.0.1";
}

/** A media server at free ports, or where nodes are told that it is. */
export class Server {
  events = [];

  static async start({ http = "127.0.0.1:0" } = {}) {
    const server = new Server();
    server.folder = await mkdtemp(join(tmpdir(), "aldis-media-"));
    const ready = join(server.folder, "ready.json");
    const flags = ["--bind", http, "--rtc-bind", `${address()}:0`, "--ready-file", ready];
    const env = { ...process.env, ALDIS_MEDIA_SECRET: SECRET };
    server.process = start(PROGRAM, flags, { env, stdio: ["ignore", "ignore", "inherit"] });
    server.ended = new Promise((ended) => server.process.once("exit", (code, signal) => ended({ code, signal })));
    const text = await until("the media server serves", () => readFile(ready, "utf8").catch(() => undefined));
    server.http = JSON.parse(text).http;
    server.base = `http://${server.http}/v1`;
    server.broken = server.#listen();
    return server;
  }

  async ask(method, path, body) {
    const headers = { authorization: `Bearer ${SECRET}`, "content-type": "application/json" };
    const response = await fetch(this.base + path, { method, headers, body: body && JSON.stringify(body) });
    const text = await response.text();
    if (!response.ok) throw new Error(`${method} ${path}: ${response.status} ${text}`);
    return JSON.parse(text);
  }

  /** Events of a type, so far. */
  told(type) {
    return this.events.filter((event) => event.type === type);
  }

  async stop() {
    this.process.kill("SIGKILL");
    await this.ended;
    await rm(this.folder, { recursive: true, force: true });
  }

  /** Takes no new rooms, and ends with the last peer; answers how. */
  async drain() {
    this.process.kill("SIGTERM");
    const how = await this.ended;
    await rm(this.folder, { recursive: true, force: true });
    return how;
  }

  /** Keeps all events; answers when the stream broke. */
  async #listen() {
    try {
      const response = await fetch(`${this.base}/events`, { headers: { authorization: `Bearer ${SECRET}` } });
      for await (const line of createInterface({ input: Readable.fromWeb(response.body) })) this.events.push(JSON.parse(line));
    } catch {
      // As a kill ends it.
    }
    return Date.now();
  }
}

/** A browser, and the page that people use. */
export class House {
  static async open() {
    const house = new House();
    const bundled = await build({
      entryPoints: [join(import.meta.dirname, "page.js")],
      bundle: true,
      format: "iife",
      write: false,
    });
    const script = bundled.outputFiles[0].text;
    house.web = createServer((request, response) => {
      const isScript = request.url === "/page.js";
      response.setHeader("content-type", isScript ? "text/javascript" : "text/html");
      response.end(isScript ? script : '<!doctype html><body><script src="/page.js"></script>');
    });
    await new Promise((listening) => house.web.listen(0, "127.0.0.1", listening));
    house.browser = await chromium.launch({
      executablePath: CHROMIUM,
      args: [
        "--no-sandbox",
        "--disable-gpu",
        "--use-fake-device-for-media-stream",
        "--use-fake-ui-for-media-stream",
        "--autoplay-policy=no-user-gesture-required",
        // Tabs in the background decode, too.
        "--disable-background-timer-throttling",
        "--disable-renderer-backgrounding",
        "--disable-backgrounding-occluded-windows",
        "--disable-features=WebRtcHideLocalIpsWithMdns",
      ],
    });
    return house;
  }

  /** A page of somebody in a room of a server. */
  async person(name, server, room = "abc-defg-hij") {
    const context = await this.browser.newContext();
    const page = await context.newPage();
    await page.exposeFunction("ask", (method, path, body) => {
      const whole = method === "PUT" ? `/rooms/${room}` : `/rooms/${room}/peers/${name}${path}`;
      return server.ask(method, whole, body);
    });
    await page.goto(`http://127.0.0.1:${this.web.address().port}/`);
    const run = (verb, ...args) => page.evaluate(([verb, args]) => call[verb](...args), [verb, args]);
    await run("enter");
    return { name, run, leave: () => context.close() };
  }

  async close() {
    await this.browser?.close();
    this.web.close();
  }
}

/** Waits until somebody decodes more and more of a consumer. */
export async function moves(person, consumer, frames = 10) {
  const { amount: before } = await person.run("decoded", consumer.id);
  const more = async () => (await person.run("decoded", consumer.id)).amount >= before + frames;
  await until(`${person.name} decodes ${consumer.kind}`, more);
}
