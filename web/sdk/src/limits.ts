/** Every limit of the SDK and its rationale. Times in milliseconds. */
export const LIMITS = {
  /** From opening a socket to `welcome`: TCP, TLS, upgrade and the node's token check. */
  welcomeMs: 10_000,
  /** From `welcome` to `room_joined`, `resumed` or `resume_failed`; the node waits less for its ledger. */
  joinMs: 10_000,
  /** Pauses before the first attempts, so that they come about 0, 0.3, 1 and 2.5 s after the loss: a seat is kept for seconds. */
  backoffStepsMs: [0, 300, 700, 1_500],
  /** The first attempt is spread over this: all clients of a node lose their sockets in one moment. */
  backoffSpreadMs: 150,
  /** While the seat is kept, back-off stays below this: a longer wait could outlast the window and lose the seat. */
  backoffSeatCapMs: 1_000,
  /** If a seat is kept for minutes, the SDK does not retry every second for minutes. */
  backoffSeatMs: 10_000,
  /** In the first minute back-off stays below this: most outages end in it … */
  backoffMinuteCapMs: 3_000,
  backoffMinuteMs: 60_000,
  /** … and it never exceeds this, so that a person is reconnected soon after the network recovers. */
  backoffCapMs: 10_000,
  /** A degraded node gets this long before the SDK tries another: its seats are freed some 7 s after `degraded` … */
  elsewhereMs: 3_000,
  /** … and up to this long between further attempts. */
  elsewhereCapMs: 30_000,
  /** A server's `retryAfterMs` is honoured up to here. */
  retryAfterMaxMs: 60_000,
  /** After this long without a session, and without media that works, the SDK stops and leaves the decision to the person. */
  giveUpMs: 600_000,
  /** Silence after a heartbeat that means the socket is dead although it was not closed. */
  heartbeatAnswerMs: 8_000,
  /** The same after the network changed, the page was shown again or the device slept: the socket is probably dead. */
  wakeAnswerMs: 2_500,
  /** A heartbeat that is late by this much means that the device slept. */
  sleptMs: 20_000,
  /** "Try now" gives an attempt that is under way this long before it starts another. */
  dialMs: 1_500,
  /** Acknowledge at the latest after this many events (a node's inbox holds 256) … */
  ackEvery: 8,
  /** … or after this long. */
  ackDelayMs: 400,
  /** Messages kept until acknowledged; beyond it the SDK abandons the session and joins again. */
  outboxMax: 512,
  /** How often one message is resent after a retryable refusal. */
  resendMax: 5,
  /** Pause before that if the server sent none. */
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
  /** Chat messages kept in memory, the loaded history included. */
  chatMax: 2_000,
  /** Messages in one page of the history. */
  chatPage: 50,
  /** Characters of one chat message, well below the 64 KiB frame. */
  chatCharsMax: 4_000,
  /** Protocol events kept for support. */
  journalMax: 200,
} as const;
