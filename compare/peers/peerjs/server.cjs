// The PeerJS server as its readme starts it; only its limit of 5000 clients is raised.
const { PeerServer } = require("peer");

PeerServer({ host: "127.0.0.1", port: Number(process.env.PORT), path: "/", concurrent_limit: 1_000_000 });
