/** Every limit of this package and its rationale. Times in milliseconds. */
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
  /** Who lost the seat and finds the room full, while media works, asks again after this long. */
  crowdedMs: 5_000,
  /** Messages kept until acknowledged; beyond it the SDK abandons the session and joins again. */
  outboxMax: 512,
  /** How often one message is resent after a retryable refusal. */
  resendMax: 5,
  /** Pause before that if the server sent none. */
  resendMs: 1_000,
  /** Requests (`sfu_*`) that are open at once, unless `welcome` says otherwise. */
  requestsMax: 8,
  /** Requests that wait for a place among these: a room of hundreds is asked for at once. */
  requestsWaitingMax: 2_048,
  /** A request without an answer on a socket that works is given up after this long; a node waits for a media server for seconds. */
  requestMs: 20_000,
  /** Chat messages kept in memory, the loaded history included. */
  chatMax: 2_000,
  /** Messages in one page of the history. */
  chatPage: 50,
  /** Pages of the history that are read to find out whether a message arrived. */
  chatPagesMax: 20,
  /** Characters of one chat message, well below the 64 KiB frame. */
  chatCharsMax: 4_000,
  /** A guest who waits for the host asks again after this long if the node did not answer. */
  waitAgainMs: 1_500,
  /** Protocol events kept for support. */
  journalMax: 200,
} as const;
