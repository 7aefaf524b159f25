// Free ports for servers that must be told theirs.
import { createSocket } from "node:dgram";
import { once } from "node:events";
import { createServer } from "node:net";

/** Below those that Linux gives to outgoing connections (32768 to 60999), so that none is taken until the server starts. */
const FIRST = 10_000;
const LAST = 30_000;
/** Given to servers that may not have started yet. */
const given = new Set();

/** A port of loopback that is free for TCP and UDP. */
export async function freePort() {
  for (;;) {
    const port = FIRST + Math.floor(Math.random() * (LAST - FIRST));
    const free = await Promise.all([
      listens(createServer(), (server) => server.listen(port, "127.0.0.1")),
      listens(createSocket("udp4"), (socket) => socket.bind(port, "127.0.0.1")),
    ]);
    if (free.every(Boolean) && !given.has(port)) {
      given.add(port);
      return port;
    }
  }
}

async function listens(server, begin) {
  try {
    const listening = once(server, "listening");
    begin(server);
    await listening;
    await new Promise((closed) => server.close(closed));
    return true;
  } catch {
    return false;
  }
}
