// The least a signaling server on `ws` does: people by their id, each message parsed and handed to whom it is for.
// Without compression and with `bufferutil`, as the makers of ws advise.
const { WebSocketServer } = require("ws");

const people = new Map();
const server = new WebSocketServer({ host: "127.0.0.1", port: Number(process.env.PORT), perMessageDeflate: false });

server.on("connection", (socket, request) => {
  const id = request.url.slice(2);
  people.set(id, socket);
  socket.on("error", console.error);
  socket.on("close", () => people.get(id) === socket && people.delete(id));
  socket.on("message", (text) => {
    const { to, data } = JSON.parse(text);
    people.get(to)?.send(JSON.stringify({ from: id, data }));
  });
  socket.send('{"open":true}');
});
