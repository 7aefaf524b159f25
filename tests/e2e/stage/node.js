// A node of Aldis as a separate process, on free ports, with an empty data directory.
import { execFile } from "node:child_process";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { start } from "./children.js";
import { until } from "./wait.js";

const LINES_KEPT = 2_000;

export class Node {
  #process;
  #directory;
  #settings;
  #lines = [];
  /** `host:port` of the public and of the operators' listener. */
  http;
  admin;

  /**
   * `settings`: configuration keys and values that differ from the defaults, e.g. `{"room.seat_window": "1s"}`; `file`: the text of
   * its configuration file.
   */
  static async start(settings = {}, file = "") {
    const node = new Node();
    node.#settings = settings;
    node.#directory = await mkdtemp(join(tmpdir(), "aldis-e2e-"));
    await writeFile(join(node.#directory, "aldis.toml"), file);
    await node.start();
    return node;
  }

  /** Starts, or starts again with the same data. */
  async start() {
    const ready = join(this.#directory, "ready.json");
    await rm(ready, { force: true });
    const listen = ["--bind", "127.0.0.1:0", "--admin-bind", "127.0.0.1:0", "--ready-file", ready];
    const log = ["--log", "info,actors=debug,aldis::ws=debug", "--log-format", "json"];
    const child = start(binary(), ["serve", ...listen, ...log, ...this.#configured()], {
      stdio: ["ignore", "inherit", "pipe"],
      cwd: this.#directory,
    });
    this.#process = child;
    child.stderr.setEncoding("utf8").on("data", (text) => this.#keep(text));
    child.on("error", (error) => this.#keep(`${error.message}\n`));
    const addresses = await until("the node serves", async () => {
      if (child.exitCode !== null) return "gone";
      return JSON.parse(await readFile(ready, "utf8"));
    });
    if (addresses === "gone") throw new Error(`the node stopped while starting:\n${this.tail()}`);
    Object.assign(this, addresses);
  }

  /** `kill -9`. */
  async kill() {
    const gone = exited(this.#process);
    this.#process.kill("SIGKILL");
    await gone;
  }

  /** Waits until it ends by itself; how it did. */
  ended() {
    return exited(this.#process);
  }

  /** Drains, and starts again with the same data. */
  async restart() {
    const gone = exited(this.#process);
    this.#process.kill("SIGTERM");
    const how = await gone;
    if (how !== 0) throw new Error(`the node did not stop in order (${how}):\n${this.tail()}`);
    await this.start();
  }

  /** Drains, and removes its data. Throws unless it exits cleanly and in time. */
  async stop() {
    const gone = exited(this.#process);
    this.#process.kill("SIGTERM");
    const late = setTimeout(() => this.#process.kill("SIGKILL"), 25_000);
    const how = await gone;
    clearTimeout(late);
    await rm(this.#directory, { recursive: true, force: true });
    if (how !== 0) throw new Error(`the node did not stop in order (${how}):\n${this.tail()}`);
  }

  /** The operators' token. */
  async operatorsToken() {
    return (await readFile(join(this.#directory, "data", "admin.token"), "utf8")).trim();
  }

  /** As an operator. */
  async disable(userId) {
    const token = await this.operatorsToken();
    const headers = { authorization: `Bearer ${token}`, "content-type": "application/json" };
    const url = `http://${this.admin}/internal/users/${userId}`;
    const answer = await fetch(url, { method: "PATCH", headers, body: JSON.stringify({ disabled: true }) });
    if (!answer.ok) throw new Error(`disabling ${userId}: ${answer.status} ${await answer.text()}`);
  }

  /** What another command prints, which is told the same configuration. */
  async aldis(...args) {
    const { stdout } = await promisify(execFile)(binary(), [...args, ...this.#configured()], { cwd: this.#directory });
    return stdout;
  }

  #configured() {
    const sets = Object.entries(this.#settings).flatMap(([key, value]) => ["--set", `${key}=${value}`]);
    return ["--config", join(this.#directory, "aldis.toml"), "--data-dir", join(this.#directory, "data"), ...sets];
  }

  /** The last lines of its log. */
  tail(count = 60) {
    return this.#lines.slice(-count).join("\n");
  }

  /** Log lines at a level that would alert an operator. */
  complaints() {
    return this.#lines.filter((line) => line.includes('"level":"error"') || line.includes("panicked"));
  }

  #keep(text) {
    this.#lines.push(...text.split("\n").filter(Boolean));
    this.#lines.splice(0, this.#lines.length - LINES_KEPT);
  }
}

function binary() {
  const path = process.env.ALDIS;
  if (!path) throw new Error("ALDIS is not set: no binary to test → run tests/e2e/run.sh, or set ALDIS to its path");
  return path;
}

function exited(child) {
  if (child.exitCode !== null || child.signalCode !== null) return Promise.resolve(child.exitCode ?? child.signalCode);
  return new Promise((resolve) => child.once("exit", (code, signal) => resolve(code ?? signal)));
}
