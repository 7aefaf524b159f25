// One person's line to the node: a TCP proxy that can be cut and mended. It knows bytes only.
import { connect, createServer } from "node:net";

export class Line {
  #server;
  #target;
  #open = new Set();
  #isCut = false;
  /** How many connections were let through so far. */
  connections = 0;

  /** `target`: the node's `host:port`. */
  static async to(target) {
    const line = new Line();
    line.lead(target);
    line.#server = createServer((near) => line.#carry(near));
    await new Promise((resolve, reject) => {
      line.#server.once("error", reject).listen(0, "127.0.0.1", resolve);
    });
    return line;
  }

  /** What a page behind this line calls the node. `localhost` is a secure context, so there are cameras. */
  get origin() {
    return `http://localhost:${this.#server.address().port}`;
  }

  /** From now on new connections lead there. */
  lead(target) {
    const [host, port] = target.split(":");
    this.#target = { host, port: Number(port) };
  }

  /** Resets what is open, and everything that is tried until `mend`. */
  cut() {
    this.#isCut = true;
    for (const socket of this.#open) socket.resetAndDestroy();
  }

  mend() {
    this.#isCut = false;
  }

  close() {
    this.cut();
    this.#server.close();
  }

  #carry(near) {
    near.on("error", () => {});
    if (this.#isCut) return near.resetAndDestroy();
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
    from.pipe(to);
  }
}
