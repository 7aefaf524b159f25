// English: what the device preview, the call and its end say.

export const roomEn = {
  close: "Close",
  yourCamera: "Your camera",
  cameraStarting: "Starting the camera…",
  /** The browser's own question may be open. */
  asking:
    "If your browser asks whether this page may use your microphone and camera, allow it: else the others neither hear nor see you.",
  cameraIsOff: "Your camera is off",
  microphoneLevel: "Your microphone's level",
  microphoneIsOff: "Your microphone is off",
  prejoin: {
    title: "Ready to join?",
    joinAs: (name: string) => `Join as ${name}`,
    nobody: "No one else is here yet.",
    people: (count: number) => (count === 1 ? "One person is here." : `${count} people are here.`),
    elsewhere: "You are in this call already, on another page or device. Joining moves it here.",
    full: "All seats are taken at the moment. Try to join when somebody has left.",
    without: "You can join without it.",
    withoutBoth: "You can join without them.",
  },
  /** Why a device is off, before the call. */
  device: {
    camera: {
      denied: "Your camera is blocked. Allow it in the browser's address bar.",
      missing: "Your camera was not found.",
      busy: "Your camera is in use by another program.",
      unavailable: "Your camera cannot be used on this page; it needs HTTPS.",
      ended: "Your camera was disconnected.",
    },
    microphone: {
      denied: "Your microphone is blocked. Allow it in the browser's address bar.",
      missing: "Your microphone was not found.",
      busy: "Your microphone is in use by another program.",
      unavailable: "Your microphone cannot be used on this page; it needs HTTPS.",
      ended: "Your microphone was disconnected.",
    },
    both: {
      denied: "Your camera and microphone are blocked. Allow them in the browser's address bar.",
      missing: "No camera and no microphone were found.",
      busy: "Your camera and microphone are in use by another program.",
      unavailable: "Your camera and microphone cannot be used on this page; they need HTTPS.",
      ended: "Your camera and microphone were disconnected.",
    },
  },
  /** The same in the call, with what to do. */
  trouble: {
    camera: {
      denied: "Your camera is blocked. Allow it in the browser's address bar, then turn it on again.",
      missing: "Your camera was not found. Plug one in, then turn it on again.",
      busy: "Your camera is in use by another program. Close that program, then turn it on again.",
      unavailable: "Your camera cannot be used on this page; it needs HTTPS.",
      ended: "Your camera was disconnected. Plug it in again, or choose another one in the settings.",
    },
    microphone: {
      denied: "Your microphone is blocked. Allow it in the browser's address bar, then turn it on again.",
      missing: "Your microphone was not found. Plug one in, then turn it on again.",
      busy: "Your microphone is in use by another program. Close that program, then turn it on again.",
      unavailable: "Your microphone cannot be used on this page; it needs HTTPS.",
      ended: "Your microphone was disconnected. Plug it in again, or choose another one in the settings.",
    },
    screenDenied:
      "Your screen is not shared. If you did not cancel, allow screen recording for this browser in the system's settings.",
    screen: "Your screen cannot be shared on this device.",
    dismiss: "Dismiss",
  },
  devices: {
    microphone: "Microphone",
    camera: "Camera",
    speaker: "Speaker",
    standard: "Default",
    test: "Test",
    number: (label: string, number: number) => `${label} ${number}`,
  },
  controls: {
    title: "Call controls",
    mute: "Mute",
    unmute: "Unmute",
    cameraOff: "Turn camera off",
    cameraOn: "Turn camera on",
    share: "Share your screen",
    stopSharing: "Stop sharing your screen",
    openChat: "Open the chat",
    closeChat: "Close the chat",
    unread: (label: string, count: number) => `${label}, ${count} unread`,
    settings: "Settings",
    leave: "Leave the call",
    leaveTitle: "Leave",
    react: "Hand and reactions",
  },
  bar: {
    sharing: "You are sharing your screen",
    stop: "Stop",
    whoIsHere: "Who is here",
    inTheRoom: "in the room",
    fullScreen: "Full screen",
    endFullScreen: "Leave full screen",
    locked: "The room is locked",
    waiting: "waiting to be let in",
  },
  banner: {
    reconnecting: "Reconnecting to the service… Your call continues.",
    waits: "You were away for long: the host is asked to let you in again.",
    crowded:
      "The room filled up while you were away. Your call continues; you are back as soon as there is a place.",
    tryNow: "Try now",
    muted: "The browser has muted this page.",
    soundOn: "Turn sound on",
    degraded: "The service is partly unavailable. Your call continues.",
    unsaved: "Chat is not saved at the moment. Those who are here read it, and your call continues.",
  },
  /** The way to the media server of a large room. */
  path: {
    away: "The media server is away; reconnecting…",
    direct: "The media server is away; you are connected directly meanwhile.",
    reconnecting: "The connection to the media server was interrupted; reconnecting…",
    unreachable: (tried: string) =>
      `The media server cannot be reached from here (tried ${tried}). Your network may block calls: try another one.`,
    other: (code: string) => `The media server cannot be used (${code}); trying again…`,
    codes: {
      media_limit: "The media server carries no more from you or for you. Stop sharing something.",
      media_rejected: "The media server and this browser cannot agree on a format. Try another browser.",
      forbidden: "You may not send in this room.",
      unsupported: "This browser cannot take part in large rooms. Try another browser.",
      not_loaded: "A part of this page could not be loaded; trying again…",
    },
  },
  /** Where many are in a room. */
  stage: {
    title: "Who is shown",
    speakerView: "Speaker view",
    before: "Back",
    next: "Next",
    page: (page: number, pages: number) => `${page} of ${pages}`,
  },
  tile: {
    you: (name: string) => `${name} (you)`,
    muted: "muted",
    cameraOf: (name: string) => `${name}'s camera`,
    screenOf: (name: string) => `${name}'s screen`,
    otherCamera: (name: string) => `${name}, another camera`,
    otherMicrophone: (name: string) => `${name}, another microphone`,
    named: (name: string, what: string) => `${name}, ${what}`,
    pin: "Pin",
    unpin: "Unpin",
    pinOf: (name: string) => `Pin ${name}`,
    unpinOf: (name: string) => `Unpin ${name}`,
    fullScreenOf: (name: string) => `${name} in full screen`,
    pictureInPictureOf: (name: string) => `${name} in a window of its own`,
    hand: "hand raised",
    alone: "You are the only one here",
    aloneText: "Share the link to invite others.",
  },
  words: {
    connecting: "Connecting…",
    reconnecting: "Reconnecting…",
    away: "Reconnecting to the service…",
    weak: "Weak connection",
    causes: {
      no_answer: (name: string) => `${name}'s browser does not answer.`,
      no_path: (name: string) => `There is no network path to ${name} yet.`,
      no_keys: (name: string) => `${name} is reached, but the encrypted connection does not come about.`,
    },
    stages: {
      slow: "Trying again…",
      relay: "Trying through a relay…",
      unreachable:
        "Your network or theirs may block calls. Try another network, such as a phone's, or ask them to reload the page.",
    },
    /** The same for a small tile. */
    brief: { slow: "Trying again…", relay: "Trying again…", unreachable: "No connection" },
    unsent: {
      microphone: (name: string) => `${name}'s program cannot show your voice`,
      camera: (name: string) => `${name}'s program cannot show your camera`,
      screen: (name: string) => `${name}'s program cannot show your screen`,
    },
  },
  people: {
    title: "People",
    close: "Close the list of people",
    sharesScreen: "shares a screen",
    muted: "muted",
    cameraOff: "camera off",
    hand: "hand raised",
    host: "host",
  },
  /** What the host may do. */
  host: {
    title: "Room",
    lock: "Lock the room: nobody new may join",
    end: "End the call for everyone",
    endSure: "End it now, for everyone",
    actionsOf: (name: string) => `Options for ${name}`,
    askMute: "Ask to mute",
    askCamera: "Ask to turn the camera off",
    handOver: "Make host",
    handOverSure: (name: string) => `Make ${name} the host? You will not be it any more.`,
    removeOf: "Remove…",
    removeSure: (name: string) => `Remove ${name} from the call?`,
    remove: "Remove",
    ban: "Remove, and do not let back in",
    keep: "Cancel",
    asked: (name: string) => `${name} was asked`,
    someHost: "The host",
    failed: (why: string) => `That did not work. ${why}`,
  },
  /** Guests before the door, for the host. */
  waiting: {
    title: (count: number) => (count === 1 ? "One person waits" : `${count} people wait`),
    admit: "Let in",
    refuse: "Refuse",
    admitAll: "Let all in",
    admitOf: (name: string) => `Let in ${name}`,
    refuseOf: (name: string) => `Refuse ${name}`,
  },
  muteRequest: {
    microphone: (by: string) => `${by} asks you to mute your microphone.`,
    camera: (by: string) => `${by} asks you to turn your camera off.`,
    no: "Not now",
  },
  reactions: {
    raise: "Raise your hand",
    lower: "Lower your hand",
    raised: (name: string) => `${name} raises a hand`,
    reacted: (name: string, reaction: string) => `${name}: ${reaction}`,
    names: { "👍": "Thumbs up", "👏": "Applause", "❤️": "Heart", "😂": "Laughing", "🎉": "Celebration" },
  },
  chat: {
    title: "Chat",
    close: "Close the chat",
    empty: "No messages yet. Everyone in the room sees your messages.",
    messages: "Messages",
    loading: "Loading messages…",
    notLoaded: "Earlier messages could not be loaded.",
    older: "Show older messages",
    you: "You",
    former: "Former participant",
    someone: "Someone",
    notSent: "Not sent. Try again",
    remove: "Delete",
    removeSure: "Delete it from the history? Who has read it keeps it until the page is loaded again.",
    keep: "Keep",
    notRemoved: (why: string) => `Not deleted. ${why}`,
    message: "Message everyone",
    /** Of a long message: how many characters more fit into it, and how many are too many. */
    left: (count: number) => `${count} characters left`,
    tooLong: (count: number) =>
      `${count} ${count === 1 ? "character" : "characters"} too many. Shorten it, or send it in parts.`,
    send: "Send",
  },
  notices: {
    came: (name: string) => `${name} joined`,
    left: (name: string) => `${name} left`,
    said: (name: string, text: string) => `${name}: ${text}`,
    linkCopied: "Link copied",
    hosts: (name: string) => `${name} is the host now`,
    youHost: "You are the host now",
    locked: "The room is locked: nobody new may join",
    unlocked: "The room is open again",
    waits: (count: number) =>
      count === 1 ? "Somebody waits to be let in" : `${count} people wait to be let in`,
  },
  settings: {
    title: "Settings",
    sounds: "Play a sound when people come and go",
    shortcuts: "Use single keys as shortcuts",
    keys: {
      mute: "Mute or unmute",
      camera: "Camera on or off",
      screen: "Share or stop sharing the screen",
      chat: "Open or close the chat",
      people: "Open or close the list of people",
      hand: "Raise or lower your hand",
      link: "Copy the link",
    },
  },
  leave: {
    title: "Leave the call?",
    others: (count: number) =>
      count === 1
        ? "One other person is here. The room stays open."
        : `${count} other people are here. The room stays open.`,
    stay: "Stay",
    leave: "Leave",
  },
  callIn: (room: string) => `Call in room ${room}`,
  unreadTitle: (count: number, title: string) => `(${count}) ${title}`,
  /** Why the call is over, and what to do. */
  endings: {
    left: { title: "You left the call", text: "The room is still open. You can join again." },
    replaced: {
      title: "You joined from another tab or device",
      text: "The call continues there. You can join a room only once at a time.",
    },
    room_full: {
      title: "This room is full",
      text: "The room has reached its limit of participants. Try again when someone has left, or ask the host to raise the limit.",
    },
    room_not_found: {
      title: "Room not found",
      text: "The link may be mistyped, or the room has been deleted.",
    },
    room_closed: {
      title: "This room is closed",
      text: "The host has closed it for everyone. Ask the host if you think that the call goes on.",
    },
    forbidden: {
      title: "You cannot join this room",
      text: "The host has removed you, or your account is not allowed to join.",
    },
    removed: {
      title: "The host has removed you",
      text: "You can join again, unless the host has locked the room.",
    },
    banned: {
      title: "You cannot come back to this room",
      text: "The host has removed you for good. Ask the host if you think that this is a mistake.",
    },
    room_locked: {
      title: "This room is locked",
      text: "The host lets nobody else in at the moment. Ask the host, then try again.",
    },
    auth: { title: "Your session has expired", text: "Sign in again to return to the call." },
    protocol: {
      title: "Something went wrong",
      text: "This page and the server do not match. Reload the page to get the current version.",
    },
    unreachable: {
      title: "The connection could not be restored",
      text: "The server has not responded for several minutes. Check your connection, then join again.",
    },
  },
  /** The same as `auth`, for a guest. */
  guestEnded: {
    title: "You are no longer a guest here",
    text: "The host has not let you in again, or lets nobody in without an account any more. Open the room again to ask.",
  },
  again: {
    join: "Join again",
    here: "Use here",
    try: "Try again",
    signIn: "Sign in again",
    enter: "Open the room again",
  },
};

export type RoomStrings = typeof roomEn;
