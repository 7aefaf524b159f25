/** Every bound of the SDK, with its reason. Times in milliseconds. */
export const LIMITS = {
  /** From opening a socket to `welcome`: TCP, TLS, upgrade and the node's token check. */
  welcomeMs: 10_000,
  /** From `welcome` to `room_joined`, `resumed` or `resume_failed`; the node waits less for its ledger. */
  joinMs: 10_000,
  /** First back-off ceiling: short, because a seat is kept for only a few seconds. */
  backoffFirstMs: 300,
  /** While the seat is kept, back-off stays below this: a wait longer than what is left of the window would lose it. */
  backoffSeatCapMs: 1_000,
  /** A seat kept for minutes is no reason to knock every second for minutes. */
  backoffSeatMs: 10_000,
  /** Back-off never grows past this, so that a person is back soon after the network is. */
  backoffCapMs: 10_000,
  /** A node that cannot signal is given this long before another is tried: its seats are freed some 7 s after it says so … */
  elsewhereMs: 3_000,
  /** … and up to this long between further trials. */
  elsewhereCapMs: 30_000,
  /** A server's `retryAfterMs` is honoured up to here. */
  retryAfterMaxMs: 60_000,
  /** After this long without a session the SDK stops and leaves the decision to the person. */
  giveUpMs: 600_000,
  /** Silence after a heartbeat that means the socket is dead though nobody closed it. */
  heartbeatAnswerMs: 8_000,
  /** Acknowledge at the latest after so many events (a node's inbox holds 64) … */
  ackEvery: 8,
  /** … or after this long. */
  ackDelayMs: 400,
  /** Messages kept until acknowledged; past it the session is given up and joined anew. */
  outboxMax: 512,
  /** How often one message is offered again after a retryable refusal. */
  resendMax: 5,
  /** Pause before that when the server names none. */
  resendMs: 1_000,
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
  /** How often one member's connection is rebuilt from nothing after descriptions failed to apply. */
  rebuildMax: 3,
  /** What one person's cameras may take of their uplink in all, in bits a second: each member gets a share … */
  uplinkBits: 4_000_000,
  /** … of at most this, which is plenty for 720 lines … */
  cameraBitsMax: 1_500_000,
  /** … and at least this, below which a face is no longer one. */
  cameraBitsMin: 150_000,
  /** Relay credentials without a readable expiry are fetched again after this long (their life is ≤ 60 min). */
  iceServersMs: 40 * 60_000,
  /** A relay credential is renewed this long before it expires. */
  iceServersMarginMs: 5 * 60_000,
  /** Chat messages kept in memory. */
  chatMax: 500,
  /** Characters of one chat message, well below the 64 KiB frame. */
  chatCharsMax: 4_000,
  /** Protocol events kept for support. */
  journalMax: 200,
} as const;
