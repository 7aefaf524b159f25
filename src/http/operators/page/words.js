// A timeline in words: each event as a sentence, and from all of them what is wrong and what to try. Pure.

const REASONS = {
  left: "left",
  lost: "was lost: their connection did not come back in time",
  replaced: "was replaced: they joined from another tab or device",
  kicked: "was removed",
  closed: "had to leave: the room was closed",
};

const CODES = {
  room_full: "the room is full: more seats (maxParticipants), or somebody leaves",
  room_closed: "the room is closed: open it",
  forbidden: "their token does not allow it, or they were removed",
  unavailable: "the node could not decide in time: Redis or the node was overloaded or away (see the counters, and /health)",
  rate_limited: "too many at once: they are told when to try again",
  glare: "their program made an offer that the other side makes: it is not one of ours, or an old one",
  peer_not_found: "they addressed somebody who is not in the room any more",
};

const TROUBLES = {
  no_path: "no path between the two: their networks block each other and no relay could be used. Check that TURN is configured (ice.turn_urls), that its ports are open, and aldis config check --probe",
  no_answer: "the other side did not answer: its page is closed, asleep or overloaded",
  no_keys: "a path was found, but no keys could be agreed: a firewall lets some packets through and drops others; a relay over TLS (turns:) often helps",
  interrupted: "the network was interrupted",
};

/** The same of a connection to the media server, where that says something else. */
const SERVER_TROUBLES = {
  no_path: "their network does not reach it, and no relay does. Check the media server's --announce and that its port is open for UDP and TCP, that TURN is configured and may relay to it (allowed-peer-ip), and aldis config check --probe",
};

const DEVICES = {
  denied: "the browser or the system does not allow it: permission has to be given in the browser’s settings",
  missing: "there is none, or it was unplugged",
  busy: "another program uses it",
  unavailable: "the browser could not open it; pages that are not https: have no devices",
  ended: "it was unplugged, or stopped, while in use",
};

/** The two connections to the media server. */
const WAYS = { send: "the media server (sending)", recv: "the media server (receiving)" };

const RESUMES = {
  seat_gone: "they were away for longer than their seat is kept, or it was freed meanwhile",
  gap: "more had happened than is kept for who is away",
  bad_token: "their program asked with a token that is not theirs, or damaged",
  room_closed: "the room is closed: open it",
};

/** Whose seats they are: user ids by their place in the order of joins. */
export function seats(events, present = []) {
  const told = events.filter(({ data }) => data.rev !== undefined).map(({ data }) => [data.rev, data.userId]);
  return new Map([...told, ...present.map(({ order, user }) => [order, user])]);
}

/** What an event says. `names`: names by user id; `owners`: user ids by seat. */
export function sentence({ type, data }, names, owners = new Map()) {
  const seat = (rev) => seatOf(rev, names, owners);
  const who = nameOf(data.userId, names);
  const other = data.direction ? WAYS[data.direction] : nameOf(data.peerId, names);
  const on = data.node ? ` on ${data.node}` : "";
  const path = data.local || data.remote ? ` over ${data.local ?? "?"} – ${data.remote ?? "?"}` : "";
  const measured = quality(data);
  switch (type) {
    case "room.started":
      return data.recovered ? "The room went on after what was known of it was lost" : "The call started";
    case "room.ended":
      return "The call ended: nobody is in the room";
    case "participant.joined":
      return `${who} joined${on}`;
    case "participant.disconnected":
      return `${who} lost the connection${on}; their seat is kept for a while`;
    case "participant.resumed":
      return `${who} is back${on}`;
    case "participant.left":
      return `${who} ${REASONS[data.reason] ?? `left (${data.reason})`}`;
    case "room.changed":
      return `The room is ${data.locked ? "locked" : "not locked"}, its host is ${data.hostId}, guests: ${data.guests}`;
    case "join.refused":
      return `${who} was not let in (${data.code})`;
    case "resume.failed":
      return `${who} could not take their seat again (${data.reason})`;
    case "message.refused":
      return `A message of ${who} was refused (${data.code})`;
    case "negotiation.offered":
      return `${seat(data.from)} made an offer to ${seat(data.to)}`;
    case "negotiation.answered":
      return `${seat(data.from)} answered ${seat(data.to)}`;
    case "media.connected":
      return `${who} has media with ${other}${path}${measured}`;
    case "media.recovered":
      return `${who} has media with ${other} again${path}${measured}`;
    case "media.failed":
      return `${who} has no media with ${other}${data.trouble ? `: ${data.trouble}` : ""}${path}${measured}`;
    case "media.ended":
      return `${who}’s media with ${other} ended${path}${measured}`;
    case "device.failed":
      return `${who} cannot use the ${data.device}: ${data.trouble}`;
    default:
      return type;
  }
}

function whyFailed({ direction, trouble }) {
  return (direction && SERVER_TROUBLES[trouble]) || (TROUBLES[trouble] ?? "the browser gives no reason");
}

function quality({ rttMs, lostPerMille, seconds }) {
  const known = [
    rttMs !== undefined && `${rttMs} ms round trip`,
    lostPerMille !== undefined && `${lostPerMille / 10} % lost`,
    seconds !== undefined && `${seconds} s`,
  ];
  const text = known.filter(Boolean).join(", ");
  return text && ` (${text})`;
}

/** What is wrong and what to try, each once, the newest first. */
export function findings(events, names, owners = seats(events)) {
  const found = new Set();
  for (const event of [...events].reverse()) {
    const text = finding(event, names);
    if (text) found.add(text);
  }
  for (const text of unanswered(events, (rev) => seatOf(rev, names, owners))) found.add(text);
  return [...found];
}

function finding({ type, data }, names) {
  const who = nameOf(data.userId, names);
  if (type === "join.refused") return `${who} was not let in: ${CODES[data.code] ?? data.code}.`;
  if (type === "resume.failed") return `${who} could not take their seat again: ${RESUMES[data.reason] ?? data.reason}.`;
  if (type === "message.refused") return `Messages of ${who} were refused: ${CODES[data.code] ?? data.code}.`;
  if (type === "media.failed") return `No media between ${who} and ${data.direction ? WAYS[data.direction] : nameOf(data.peerId, names)}: ${whyFailed(data)}.`;
  if (type === "device.failed") return `${who}’s ${data.device}: ${DEVICES[data.trouble] ?? data.trouble}.`;
  if (type === "participant.left" && data.reason === "lost") return `${who} was lost: the machine slept, the network went away, or the browser was closed at once.`;
  if (type === "room.started" && data.recovered) return "Redis lost its last moments while the call went on: see its log.";
  return null;
}

/** Offers whose last state is that nobody answered. */
function unanswered(events, seat) {
  const open = new Map();
  for (const { type, data } of events) {
    if (type === "negotiation.offered") open.set(`${data.from} ${data.to}`, data);
    if (type === "negotiation.answered") open.delete(`${data.to} ${data.from}`);
    if (type === "participant.left") for (const [pair, { from, to }] of open) if (from === data.rev || to === data.rev) open.delete(pair);
    if (type === "room.ended") open.clear();
  }
  return [...open.values()].map(({ from, to }) => `The last offer of ${seat(from)} to ${seat(to)} was not answered: the page of ${seat(to)} is asleep, or failed.`);
}

function nameOf(user, names) {
  return names.get(user) ?? user ?? "somebody";
}

/** Descriptions name seats, by their place in the order of joins. */
function seatOf(rev, names, owners) {
  return owners.has(rev) ? nameOf(owners.get(rev), names) : `seat ${rev}`;
}
