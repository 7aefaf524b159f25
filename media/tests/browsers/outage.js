// An outage of signaling, which media does not notice.
import assert from "node:assert/strict";
import { setTimeout as pause } from "node:timers/promises";
import { OWN, watch } from "../../../tests/e2e/stage/watch.js";
import { longestStand } from "./frames.js";
import { until } from "./rooms-stage.js";

/** How long a picture may stand while a socket or a node is lost; judged on a machine on which none stands longer than `CALM_MS` by itself. */
const LOST_MS = 1_000;
export const CALM_MS = 300;
/** What makes or ends media; nothing of it may follow from an outage of signaling. */
const MAKING = ["sfu_create_transport", "sfu_produce", "sfu_consume", "sfu_close_producer", "sfu_close_transport"];

const madeSince = (person, since) => MAKING.flatMap((type) => person.tape.sent(type, since).map(() => `${person.name}: ${type}`));

/** Frames that each page has shown of each other person. */
async function frames(people) {
  const pairs = people.flatMap((person) => people.filter((other) => other !== person).map((other) => [person, other]));
  const shown = await Promise.all(pairs.map(([person, other]) => person.picture(other)));
  return shown.map(({ framesShown }) => framesShown);
}

/** Runs an outage; `outage` runs `during` in the middle of it. Nothing is made or ended, and no picture stands still. */
export async function through(hall, people, outage) {
  const calm = await longestStand(people, () => pause(5_000));
  const since = people.map((person) => [person, person.tape.now]);
  for (const person of people) await person.page.evaluate(watch);
  await outage(async () => {
    const before = await frames(people);
    await until("every picture goes on", async () => (await frames(people)).every((shown, at) => shown > before[at]));
  });
  for (const person of people) await person.isJoined();
  await hall.allSee(people);
  const seen = await Promise.all(people.map((person) => person.page.evaluate(() => window.stopWatch())));
  const stands = seen.flatMap(({ gaps }) => Object.entries(gaps));
  const [longest, own] = [false, true].map((isOwn) => Math.max(...stands.filter(([who]) => (who === OWN) === isOwn).map(([, ms]) => ms)));
  console.log(`the longest stand of a picture: ${longest} ms, of one's own ${own} ms, and ${calm} ms before`);
  const isCalm = Math.max(calm, own) <= CALM_MS;
  if (!isCalm) console.log("pictures stand still by themselves on this machine: how long they stand is not judged");
  assert.ok(longest <= LOST_MS || !isCalm, `a picture stood still for ${longest} ms`);
  assert.deepEqual(since.flatMap(([person, at]) => madeSince(person, at)), [], "nothing is made or ended");
  assert.deepEqual(seen.flatMap(({ notices }) => notices), [], "nobody is seen coming or going");
}
