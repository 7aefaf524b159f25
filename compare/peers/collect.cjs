// Loaded before each Node server: SIGUSR2 collects its garbage, so that memory is read in the same state each time.
// Bare: given options that it does not know, Node 20 only scavenges the young generation (see --trace-gc).
process.on("SIGUSR2", () => globalThis.gc());
