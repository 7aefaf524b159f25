// A TURN server on loopback: coturn with the REST-API secret that nodes sign credentials with.
import { randomBytes } from "node:crypto";
import { createSocket } from "node:dgram";
import { once } from "node:events";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { start } from "./children.js";
import { freePort } from "./ports.js";
import { until } from "./wait.js";

/** Ports for relayed calls: four people need twelve. */
const RELAY_PORTS = 60;

export class Coturn {
  #process;
  #directory;
  #lines = [];
  url;

  /** `rules`: further flags; `relay`: the address that it relays from. */
  static async start(secret, { rules = [], relay = "127.0.0.1" } = {}) {
    const coturn = new Coturn();
    coturn.#directory = await mkdtemp(join(tmpdir(), "aldis-turn-"));
    const port = await freePort();
    const relays = 50_000 + Math.floor(Math.random() * (15_000 - RELAY_PORTS));
    const args = [
      ..."-n --no-cli --no-tls --no-dtls --no-multicast-peers --allow-loopback-peers --use-auth-secret".split(" "),
      ..."--realm=aldis.test --listening-ip=127.0.0.1 --log-file=stdout --simple-log".split(" "),
      ...[`--relay-ip=${relay}`, ...rules],
      ...[`--static-auth-secret=${secret}`, `--listening-port=${port}`],
      ...[`--min-port=${relays}`, `--max-port=${relays + RELAY_PORTS}`],
      ...[`--pidfile=${join(coturn.#directory, "pid")}`, `--userdb=${join(coturn.#directory, "db")}`],
    ];
    const child = start("turnserver", args, { stdio: ["ignore", "pipe", "pipe"], cwd: coturn.#directory });
    child.on("error", (error) => coturn.#lines.push(error.message));
    for (const stream of [child.stdout, child.stderr]) {
      stream.setEncoding("utf8").on("data", (text) => coturn.#lines.push(...text.split("\n")));
    }
    coturn.#process = child;
    coturn.url = `turn:127.0.0.1:${port}?transport=udp`;
    await until("coturn answers", () => answersStun(port)).catch((error) => {
      throw new Error(`${error.message}\n${coturn.tail()}`);
    });
    return coturn;
  }

  async stop() {
    const gone = once(this.#process, "exit");
    this.#process.kill("SIGKILL");
    await gone;
    await rm(this.#directory, { recursive: true, force: true });
  }

  tail(count = 30) {
    return this.#lines.slice(-count).join("\n");
  }
}

/** Sends a binding request (RFC 8489 §5); any answer suffices. */
async function answersStun(port) {
  const request = Buffer.concat([Buffer.from([0, 1, 0, 0, 0x21, 0x12, 0xa4, 0x42]), randomBytes(12)]);
  const socket = createSocket("udp4");
  try {
    socket.send(request, port, "127.0.0.1");
    await once(socket, "message", { signal: AbortSignal.timeout(500) });
    return true;
  } finally {
    socket.close();
  }
}
