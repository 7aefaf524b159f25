// Two nodes or more on a real Redis and PostgreSQL behind a real nginx with TLS, which reads config/nginx/aldis.conf itself.
import { execFile } from "node:child_process";
import { randomBytes } from "node:crypto";
import { once } from "node:events";
import { chmod, chown, mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { start } from "./children.js";
import { Node } from "./node.js";
import { freePort } from "./ports.js";
import { until } from "./wait.js";

const run = promisify(execFile);
const NGINX = process.env.NGINX ?? "/usr/sbin/nginx";
const CONFIGURATION = fileURLToPath(new URL("../../../config/nginx/aldis.conf", import.meta.url));

export class Cluster {
  #folder;
  #servers = [];
  #killed = new Set();
  nodes = [];
  /** What browsers open; `localhost` needs no name server. */
  origin;
  /** The file of its certificate, which it has signed itself. */
  certificate;

  /** `file`: the text of the nodes' configuration file; `settings`: what differs from the defaults beside it. */
  static async start({ nodes = 2, file = "", settings = {} } = {}) {
    const cluster = new Cluster();
    cluster.#folder = await mkdtemp(join(tmpdir(), "aldis-cluster-"));
    try {
      await cluster.#start(nodes, file, settings);
    } catch (error) {
      await cluster.stop().catch(() => {});
      throw error;
    }
    return cluster;
  }

  async #start(nodes, file, further) {
    await chmod(this.#folder, 0o755); // PostgreSQL runs as another user
    const at = (name) => join(this.#folder, name);
    await writeFile(at("keys.secret"), randomBytes(32).toString("base64"), { mode: 0o600 });
    const [https, http] = [await freePort(), await freePort()];
    this.origin = `https://localhost:${https}`;
    this.certificate = at("tls_crt");
    const settings = {
      "http.public_url": this.origin,
      "http.trusted_proxies": "127.0.0.1",
      "auth.key_secret_file": at("keys.secret"),
      "ledger.redis_url": await this.#redis(at("redis.sock")),
      "database.url": await this.#postgres(at("postgres")),
      ...further,
    };
    for (let number = 0; number < nodes; number += 1) this.nodes.push(await Node.start(settings, file));
    await this.#nginx(at, https, http);
  }

  /** The node that has a member's seat: the only one with a socket, once its gauge says so. */
  only() {
    return until("one node has a socket", async () => {
      const sockets = await Promise.all(this.nodes.map(socketsOf));
      const having = this.nodes.filter((_, index) => sockets[index] > 0);
      if (having.length !== 1) throw new Error(`sockets of the nodes: ${sockets}`);
      return having[0];
    });
  }

  /** How many sockets each node that lives has. */
  sockets() {
    return Promise.all(this.nodes.filter((node) => !this.#killed.has(node)).map(socketsOf));
  }

  /** `kill -9` of a node; nginx learns of it by itself. */
  async kill(node) {
    this.#killed.add(node);
    await node.kill();
  }

  async stop() {
    const nodes = this.nodes.filter((node) => !this.#killed.has(node));
    const stopped = await Promise.allSettled(nodes.map((node) => node.stop()));
    for (const { child, signal } of this.#servers.reverse()) {
      if (child.exitCode !== null || child.signalCode !== null) continue;
      const gone = once(child, "exit");
      child.kill(signal);
      await gone;
    }
    await rm(this.#folder, { recursive: true, force: true });
    for (const { reason } of stopped) if (reason) throw reason;
  }

  complaints() {
    return this.nodes.flatMap((node) => node.complaints());
  }

  tail() {
    return this.nodes.map((node) => node.tail()).join("\n── the next node\n");
  }

  /** `signal`: what ends it without waiting for clients. */
  #serve(signal, program, args) {
    const child = start(program, args, { stdio: "ignore", cwd: this.#folder }, signal);
    this.#servers.push({ child, signal });
    return child;
  }

  async #redis(socket) {
    this.#serve("SIGKILL", "redis-server", ["--port", "0", "--save", "", "--unixsocket", socket]);
    await until("Redis answers", async () => (await run("redis-cli", ["-s", socket, "ping"])).stdout.includes("PONG"));
    return `redis+unix://${socket}`;
  }

  async #postgres(folder) {
    const versions = (await readdir("/usr/lib/postgresql")).sort((one, other) => other - one);
    const program = (name) => `/usr/lib/postgresql/${versions[0]}/bin/${name}`;
    await run("mkdir", [folder]);
    let as = ["env"];
    if (process.getuid() === 0) {
      const id = async (flag) => Number((await run("id", [flag, "postgres"])).stdout);
      await chown(folder, await id("-u"), await id("-g"));
      as = ["setpriv", "--reuid=postgres", "--regid=postgres", "--clear-groups", "--"];
    }
    const data = join(folder, "data");
    const make = [program("initdb"), "--no-sync", "--auth=trust", "--username=aldis", "--encoding=UTF8", "-D", data];
    await run(as[0], [...as.slice(1), ...make], { cwd: "/" });
    const port = await freePort();
    const options = ["fsync=off", "unix_socket_directories=", "listen_addresses=127.0.0.1"].flatMap((it) => ["-c", it]);
    const command = [program("postgres"), "-D", data, "-p", String(port), ...options];
    this.#serve("SIGQUIT", as[0], [...as.slice(1), ...command]);
    const asked = ["--quiet", "--host=127.0.0.1", `--port=${port}`];
    await until("PostgreSQL answers", async () => (await run(program("pg_isready"), asked)) !== null);
    return `postgres://aldis@127.0.0.1:${port}/postgres`;
  }

  /** nginx with the file of the deployment, but for addresses and folders. */
  async #nginx(at, https, http) {
    const subject = ["-subj", "/CN=localhost", "-addext", "subjectAltName=DNS:localhost", "-days", "2"];
    const key = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-keyout", at("tls_key")];
    await run("openssl", ["req", "-x509", "-nodes", ...key, "-out", at("tls_crt"), ...subject]);
    const adapted = [
      ["aldis-1:8080", this.nodes[0].http],
      ["aldis-2:8080", this.nodes[1].http],
      ["/run/secrets/", `${this.#folder}/`],
      ["/run/nginx.pid", at("nginx.pid")],
      ["/dev/stderr", at("nginx.error.log")],
      ["/dev/stdout", at("nginx.access.log")],
      ["listen 443", `listen 127.0.0.1:${https}`],
      ["listen 80;", `listen 127.0.0.1:${http};`],
    ];
    const further = this.nodes.slice(2).map((node) => (line) => line.replace("aldis-2:8080", node.http));
    const written = (await readFile(CONFIGURATION, "utf8")).replaceAll(/^ +server aldis-2:8080.*\n/gm, (line) =>
      line.concat(...further.map((other) => other(line))),
    );
    await writeFile(at("nginx.conf"), adapted.reduce((text, [old, here]) => text.replaceAll(old, here), written));
    const child = this.#serve("SIGTERM", NGINX, ["-c", at("nginx.conf"), "-g", "daemon off;"]);
    await until("nginx answers", async () => {
      if (child.exitCode !== null) throw new Error(await readFile(at("nginx.error.log"), "utf8"));
      return (await run("curl", ["-sfk", `${this.origin}/health/live`])).stdout.includes("up");
    });
  }
}

async function socketsOf({ admin }) {
  const metrics = await (await fetch(`http://${admin}/metrics`)).text();
  return Number(metrics.match(/^aldis_sockets (\d+)$/m)?.[1] ?? 0);
}
