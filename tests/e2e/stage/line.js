// One person's connection to the node: a TCP proxy that can be interrupted and restored. It handles bytes only.
import { connect, createServer } from "node:net";

export class Line {
  #server;
  #host;
  #target;
  #open = new Set();
  #isCut = false;
  #isFrozen = false;
  /** Sockets that were accepted while frozen. */
  #waiting = [];
  /** Connections forwarded so far. */
  connections = 0;

  /** `target`: the node's `host:port`. `host`: where this proxy listens, if not on loopback. */
  static async to(target, host = "127.0.0.1") {
    const line = new Line();
    line.#host = host;
    line.lead(target);
    line.#server = createServer((near) => line.#carry(near));
    await new Promise((resolve, reject) => {
      line.#server.once("error", reject).listen(0, host, resolve);
    });
    return line;
  }

  /** The node's URL through this proxy. `localhost` is a secure context, so cameras are available. */
  get origin() {
    const name = this.#host === "127.0.0.1" ? "localhost" : this.#host;
    return `http://${name}:${this.#server.address().port}`;
  }

  /** Forwards new connections to this target from now on. */
  lead(target) {
    const [host, port] = target.split(":");
    this.#target = { host, port: Number(port) };
  }

  /** Resets open connections, and all new ones until `mend`. */
  cut() {
    this.#isCut = true;
    for (const socket of this.#open) socket.resetAndDestroy();
  }

  mend() {
    this.#isCut = false;
  }

  /** A black hole: nothing passes, nobody is told, new sockets open and hear nothing; until `thaw`. */
  freeze() {
    this.#isFrozen = true;
    for (const socket of this.#open) socket.pause();
  }

  thaw() {
    this.#isFrozen = false;
    for (const socket of this.#open) socket.resume();
    for (const near of this.#waiting.splice(0)) this.#carry(near);
  }

  close() {
    for (const near of this.#waiting.splice(0)) near.destroy();
    this.cut();
    this.#server.close();
  }

  #carry(near) {
    near.on("error", () => {});
    if (this.#isCut) return near.resetAndDestroy();
    if (near.destroyed) return;
    if (this.#isFrozen) return this.#waiting.push(near.pause());
    this.connections += 1;
    const far = connect(this.#target);
    this.#join(near, far);
    this.#join(far, near);
  }

  #join(from, to) {
    this.#open.add(from);
    from.setNoDelay(true);
    from.on("error", () => to.destroy());
    from.on("close", () => {
      this.#open.delete(from);
      to.destroy();
    });
    from.on("data", (bytes) => {
      if (!to.write(bytes)) from.pause();
    });
    from.on("end", () => to.end());
    to.on("drain", () => this.#isFrozen || from.resume());
  }
}
