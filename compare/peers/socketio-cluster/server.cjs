// The relay of ../socketio in several processes: what one of them sends to a person's room gets to the others by a stream in
// Redis (REDIS_URL), as the adapter's makers advise where packets must not be lost with a connection to Redis.
const { createClient } = require("redis");
const { createAdapter } = require("@socket.io/redis-streams-adapter");
const { Server } = require("socket.io");

async function main() {
  const redis = createClient({ url: process.env.REDIS_URL });
  redis.on("error", console.error);
  await redis.connect();
  const io = new Server({ transports: ["websocket"], serveClient: false, adapter: createAdapter(redis) });
  io.on("connection", (socket) => {
    const { user } = socket.handshake.auth;
    socket.join(user);
    socket.on("signal", (to, data) => socket.to(to).emit("signal", user, data));
  });
  io.listen(Number(process.env.PORT));
  io.engine.on("connection", (raw) => {
    raw.request = null;
  });
}

main().catch((error) => {
  console.error(error);
  process.exit(1);
});
