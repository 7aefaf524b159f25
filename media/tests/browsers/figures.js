// How fast media comes: the first frame after a join, and frames again after a media server was killed. Prints percentiles, and
// fails above their bounds.
//   JOINS=100 KILLS=50 media/tests/browsers/run.sh figures
import { setTimeout as pause } from "node:timers/promises";
import { framesOf, record, recordAlways } from "./frames.js";
import { Hall, until } from "./rooms-stage.js";

const [joins, kills] = [Number(process.env.JOINS ?? 100), Number(process.env.KILLS ?? 50)];
/** How long until a server that was started again counts as well, at the longest: it is asked each 8 s, and well after three good answers in 3 s. Milliseconds. */
const WELL_MS = 15_000;
/** The longest p99 of a first frame after a join, and of frames again after a kill. Milliseconds. */
const [FIRST_MS, AGAIN_MS] = [500, 4_000];

function print(what, times, mostMs) {
  const sorted = times.map(Math.round).sort((a, b) => a - b);
  const at = (part) => sorted[Math.min(sorted.length - 1, Math.ceil(sorted.length * part) - 1)];
  console.log(`${what}: p50 ${at(0.5)} ms, p99 ${at(0.99)} ms, longest ${sorted.at(-1)} ms, of ${sorted.length}`);
  if (at(0.99) <= mostMs) return;
  console.error(`${what}: p99 is above ${mostMs} ms`);
  process.exitCode = 1;
}

/** From `room_joined` to the first frame of each other member, of so many joins. */
async function firstFrames(person, others, roomId, count) {
  const times = [];
  await recordAlways(person);
  for (let join = 0; join < count; join += 1) {
    await person.join(roomId);
    const seen = await until("a frame of each has come", async () => {
      const frames = await framesOf(person, others);
      return frames.every(Boolean) && frames;
    });
    const joined = (await person.events()).find(({ type }) => type === "room_joined");
    times.push(...seen.map(({ first }) => first - Date.parse(joined.time)));
    // A page that is only left comes back into the call.
    await person.get("leave").click();
    for (const other of others) await other.missesTileOf(person);
  }
  return times;
}

/** From `kill -9` of the room's media server to frames of each other member again at each page, of so many kills. */
async function framesAgain(hall, people, roomId, count) {
  const times = [];
  for (let kill = 0; kill < count; kill += 1) {
    await Promise.all(people.map(record));
    await hall.allSee(people);
    const place = await hall.placeOf(roomId);
    const killed = await hall.killServer(place);
    const again = await until("frames of all come again", async () => {
      const seen = (await Promise.all(people.map((person) => framesOf(person, people)))).flat();
      const ends = seen.map((each) => longest(each?.stands.filter(({ until }) => until > killed) ?? []));
      return ends.every((end) => end && end.until - end.from > 500) && ends;
    });
    times.push(...again.map(({ until }) => until - killed));
    await hall.startServer(place);
    await pause(WELL_MS);
  }
  return times;
}

const longest = (stands) => stands.sort((a, b) => b.until - b.from - (a.until - a.from))[0];

const hall = await Hall.open({ servers: 2 });
try {
  const [ann, bob, cid] = [await hall.person("Ann"), await hall.person("Bob"), await hall.person("Cid")];
  const roomId = await ann.makeRoom({ mode: "sfu", maxParticipants: 12 });
  for (const person of [ann, bob]) await person.join(roomId);
  await hall.allSee([ann, bob]);
  if (joins > 0) print("first frame after a join", await firstFrames(cid, [ann, bob], roomId, joins), FIRST_MS);
  if (kills > 0) print("frames again after kill -9 of the media server", await framesAgain(hall, [ann, bob], roomId, kills), AGAIN_MS);
} catch (error) {
  await hall.evidence();
  throw error;
} finally {
  await hall.close();
}
