// Who was in a room when, from its timeline. Pure.

const FAILED = new Set(["join.refused", "resume.failed", "message.refused", "media.failed", "device.failed"]);

/** Who was there when: `[{user, bars: [{from, to, isAway}], marks: [ms]}]`, in the order in which they first appear. Pure. */
export function spans(events) {
  const [people, end] = [new Map(), events.length > 0 ? Date.parse(events.at(-1).timestamp) : 0];
  for (const { type, timestamp, data } of events) {
    if (!data.userId) continue;
    const at = Date.parse(timestamp);
    if (!people.has(data.userId)) people.set(data.userId, { user: data.userId, bars: [], marks: [], open: null });
    const person = people.get(data.userId);
    if (FAILED.has(type)) person.marks.push(at);
    const state = { "participant.joined": "here", "participant.resumed": "here", "participant.disconnected": "away", "participant.left": "gone" }[type];
    if (!state) continue;
    finish(person, at);
    if (state !== "gone") person.open = { from: at, isAway: state === "away" };
  }
  for (const person of people.values()) finish(person, end);
  return [...people.values()].map(({ user, bars, marks }) => ({ user, bars, marks }));
}

function finish(person, to) {
  if (person.open) person.bars.push({ ...person.open, to });
  person.open = null;
}
