// A device with two networks: a browser in a network namespace, connected to this machine by two links, of which one can go down. As
// a phone that leaves the Wi-Fi: the other network was there all along.
import { execFile } from "node:child_process";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { chromium } from "playwright-core";

const run = promisify(execFile);
const ip = (...args) => run("ip", args);

/** Only root may make one. */
export const CAN_NAMESPACE = process.getuid() === 0;

export class Namespace {
  #name;
  #folder;
  #net;
  #browser = null;

  static async make() {
    const namespace = new Namespace();
    // Others run the same test on the same machine.
    namespace.#name = `aldis-${process.pid}`;
    namespace.#net = `10.${64 + (process.pid % 128)}`;
    namespace.#folder = await mkdtemp(join(tmpdir(), "aldis-namespace-"));
    try {
      await namespace.#make();
    } catch (error) {
      await namespace.remove();
      throw error;
    }
    return namespace;
  }

  /** An address of this machine that the device reaches over either link. */
  get host() {
    return `${this.#net}.0.1`;
  }

  async #make() {
    const name = this.#name;
    await ip("netns", "add", name);
    await ip("-n", name, "link", "set", "lo", "up");
    await ip("address", "add", `${this.host}/32`, "dev", "lo");
    for (const link of [1, 2]) {
      const [near, far] = [this.#near(link), `link${link}`];
      await ip("link", "add", near, "type", "veth", "peer", "name", far, "netns", name);
      await ip("address", "add", `${this.#net}.${link}.1/24`, "dev", near);
      await ip("link", "set", near, "up");
      await ip("-n", name, "address", "add", `${this.#net}.${link}.2/24`, "dev", far);
      await ip("-n", name, "link", "set", far, "up");
      const by = ["via", `${this.#net}.${link}.1`, "dev", far, "metric", String(10 * link)];
      await ip("-n", name, "route", "add", "default", ...by);
    }
  }

  #near(link) {
    return `al${process.pid % 1_000_000}-${link}`;
  }

  /** Chromium on the device, for which pages of this origin are as good as those with HTTPS. */
  async chromium(executablePath, args, origin) {
    const program = join(this.#folder, "chromium");
    await writeFile(program, `#!/bin/sh\nexec ip netns exec ${this.#name} ${executablePath} "$@"\n`, { mode: 0o755 });
    const trusted = `--unsafely-treat-insecure-origin-as-secure=${origin}`;
    this.#browser = await chromium.launch({ executablePath: program, args: [...args, trusted] });
    return this.#browser;
  }

  /** The first link is gone from one moment to the next; the second goes on. */
  async loseFirst() {
    await ip("-n", this.#name, "link", "set", "link1", "down");
  }

  async remove() {
    await this.#browser?.close().catch(() => {});
    for (const undo of [
      ["netns", "delete", this.#name],
      ["link", "delete", this.#near(1)],
      ["link", "delete", this.#near(2)],
      ["address", "delete", `${this.host}/32`, "dev", "lo"],
    ]) {
      // What was not made, or went with the namespace, is gone.
      await ip(...undo).catch(() => {});
    }
    await rm(this.#folder, { recursive: true, force: true });
  }
}
