// The least a signaling server on Socket.IO does: each person's sockets are a room of their own ("private messages").
// WebSocket only, on the default engine with `bufferutil`, and each socket's first request let go: all as the makers
// advise where memory and speed matter.
const { Server } = require("socket.io");

const io = new Server(Number(process.env.PORT), { transports: ["websocket"], serveClient: false });

io.engine.on("connection", (raw) => {
  raw.request = null;
});
io.on("connection", (socket) => {
  const { user } = socket.handshake.auth;
  socket.join(user);
  socket.on("signal", (to, data) => socket.to(to).emit("signal", user, data));
});
