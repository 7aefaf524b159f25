/** Every limit of this package and its rationale. Times in milliseconds. */
export const LIMITS = {
  /** Remote candidates waiting for a description; the node itself holds at most 64 a pair. */
  earlyCandidatesMax: 128,
  /** An offer without an answer is made again after this long. */
  answerMs: 15_000,
  /** ICE often recovers from `disconnected` by itself; restart only after this. */
  disconnectedMs: 4_000,
  /** Two restarts of one connection are never closer than this. */
  restartPauseMs: 2_500,
  /** Restarts of one connection back off up to this. */
  restartCapMs: 30_000,
  /** A new connection gets this long before it is tried again, and the person is told … */
  connectingMs: 8_000,
  /** … then this long before it is made anew through a relay alone … */
  connectingRetryMs: 7_000,
  /** … and that gets this long before the person is told that there is no way. */
  connectingRelayMs: 12_000,
  /** Media of a member without a session may be interrupted this long; then they are gone. */
  awayDisconnectedMs: 10_000,
  /** How often one member's connection is rebuilt because the other side made a new one, until one of them is connected. */
  rebuildAskedMax: 10,
  /** How often one member's connection is rebuilt after descriptions failed to apply. */
  rebuildMax: 3,
  /** Total uplink bandwidth for one person's camera, in bits per second: each member gets a share … */
  uplinkBits: 4_000_000,
  /** … of at most this, which suffices for 720p … */
  cameraBitsMax: 1_500_000,
  /** … and at least this, below which faces are unrecognisable. */
  cameraBitsMin: 150_000,
  /** Relay credentials without a readable expiry are fetched again after this long (their life is ≤ 60 min). */
  iceServersMs: 40 * 60_000,
  /** A relay credential is renewed this long before it expires. */
  iceServersMarginMs: 5 * 60_000,
  /** Tracks beside microphone, camera and screen: a description names at most 32 sections. */
  extraTracksMax: 8,
  /** Characters of such a track's name. */
  trackNameCharsMax: 64,
} as const;
