// What the page cannot tell about itself: each RTCPeerConnection it ever made. Both functions run in the page.

/** Before the page's own scripts: remembers every connection, and what its relays refused. */
export function recordConnections() {
  const made = [];
  Object.defineProperty(window, "madeConnections", { value: made });
  const Native = window.RTCPeerConnection;
  window.RTCPeerConnection = class extends Native {
    constructor(...given) {
      super(...given);
      const record = { pc: this, refusals: [], candidates: [] };
      made.push(record);
      this.addEventListener("icecandidateerror", ({ errorCode }) => record.refusals.push(errorCode));
      this.addEventListener("icecandidate", ({ candidate }) => {
        if (candidate?.candidate) record.candidates.push(candidate.type);
      });
    }
  };
}

/** By number of making: how each stands, and by what its descriptions can be told from another's. */
export function connections() {
  const line = (description, key) => description?.sdp.split("\r\n").find((each) => each.startsWith(key)) ?? null;
  return window.madeConnections.map(({ pc, refusals, candidates }, number) => ({
    number,
    state: pc.connectionState,
    gathering: pc.iceGatheringState,
    origin: [line(pc.localDescription, "o="), line(pc.remoteDescription, "o=")],
    iceUser: [line(pc.localDescription, "a=ice-ufrag:"), line(pc.remoteDescription, "a=ice-ufrag:")],
    refusals,
    candidates,
  }));
}
