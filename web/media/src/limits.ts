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
  /** What became of connections is told together, this long after the first … */
  reportBatchMs: 5_000,
  /** … as much at once as a node takes, the newest … */
  reportEntriesMax: 16,
  /** … measured this often meanwhile … */
  reportSampleMs: 20_000,
  /** … again after this long if the service was away … */
  reportAgainMs: 20_000,
  /** … and no more after so many refusals in a row. */
  reportRefusalsMax: 3,
  /** Characters of such a track's name. */
  trackNameCharsMax: 64,
  /** The sizes of a camera through a media server, the smallest first, in bits per second: 180p, 360p, 720p. */
  cameraLayerBits: [150_000, 500_000, 1_500_000],
  /** A camera at least this wide is sent in three sizes … */
  cameraThreeLayersWidth: 960,
  /** … and one at least this wide in two; browsers drop sizes of smaller ones. */
  cameraTwoLayersWidth: 480,
  /** Pictures shown at most this wide, in device pixels, are received in the smallest size, in the next, and so on. */
  layerWidths: [360, 720],
  /** A shared screen through a media server: text is sharp at 1080p with few frames. */
  screenBits: 2_500_000,
  /** How long a new way is waited for while the old one still carries media. */
  switchMs: 10_000,
  /** How long the old one goes on once it is of no use here: others may not have ours by the new one yet. */
  switchLingerMs: 3_000,
  /** How often is looked whether the new one does. */
  switchPollMs: 200,
  /** A path to a media server that is `disconnected` this long is restarted … */
  sfuDisconnectedMs: 3_000,
  /** … and gets this long to connect before the next step: restarted again, … */
  sfuConnectingMs: 8_000,
  /** … and after so many restarts made anew. */
  sfuRestartsMax: 2,
  /** After so many paths made anew in vain the person is told that the media server cannot be reached. */
  sfuRebuildsMax: 2,
  /** A network that refuses at once would do so again at once: until the media server was reached, the next step comes after this long. */
  sfuFailedMs: 2_000,
  /** Who has not reached the media server this long after the first attempt is told what is tried; the attempts go on. */
  sfuReachMs: 6_000,
  /** First pause after a request that failed; twice as long each time … */
  sfuRetryMs: 500,
  /** … up to this, unless the server says when. */
  sfuRetryCapMs: 15_000,
  sfuRetryAfterMaxMs: 60_000,
  /** What was refused for good is asked again after this long all the same: places may have become free. */
  sfuRefusedMs: 30_000,
  /** A picture that has not begun this long after it was asked for gets another key frame. */
  keyFrameMs: 2_000,
  /** Tracks that the browser is given at once: each time costs it a negotiation, and the first picture should not wait for the last. */
  receiveAtOnce: 8,
  /** Sizes of tiles are told this long after the last change: windows are dragged. */
  seeMs: 150,
  /**
   * The same of tiles that shrink, as all do when somebody comes: the smaller size begins with a key frame, and browsers ignore the
   * newcomer's request for one for a while after.
   */
  seeSmallerMs: 1_500,
} as const;
