// Records every RTCPeerConnection of a page, which the page itself does not expose. Both functions run in the page.

/** Runs before the page's own scripts: records every connection, and refusals of its relays. */
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

/** In order of creation: each connection's state, and what identifies its descriptions. */
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
