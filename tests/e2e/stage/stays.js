// What must be the same before and after signaling was away: the pictures, the connections, who is said to be here, the chat.
import assert from "node:assert/strict";
import { setTimeout as pause } from "node:timers/promises";
import { OWN, watch } from "./watch.js";

/** A picture that stands still for so much longer than by itself has been interrupted. Milliseconds. */
const MORE_MS = 1_000;
/** The same call is watched before it is disturbed, for as long as the disturbance lasts, but not for longer than this. */
const CONTROL_MAX_MS = 25_000;
const MEANWHILE = ["said while Ben was away", "said by Ben meanwhile"];

/** What is said by both while signaling is away. */
export async function talk(ann, ben) {
  await ann.says(MEANWHILE[0]);
  await ben.says(MEANWHILE[1]);
  return MEANWHILE;
}

/**
 * Plays `disturb`, which lasts for `lastsMs`, in a call of two, and checks what they saw meanwhile. `disturb` returns what was said.
 * `moreMs`: how much longer than by itself each one's picture of the other may stand still; `asleep`: whoever of them was, and saw nothing.
 */
export async function undisturbed(people, disturb, { lastsMs = 8_000, moreMs = MORE_MS, sameIce = true, asleep = null } = {}) {
  const [ann, ben] = people;
  const identities = () => Promise.all(people.map((person) => identity(person, sameIce)));
  const before = await identities();
  const controls = await control(people, lastsMs);
  const said = (await disturb({ ann, ben })) ?? [];
  for (const person of people) await person.isJoined();
  await ann.says("Are you there?");
  await ben.reads("Are you there?");
  await ben.says("I am");
  await ann.reads("I am");
  await ann.sees(ben);
  await ben.sees(ann);
  const seen = await wentOn(people, controls, { moreMs, asleep });
  for (const [at, { name, page }] of people.entries()) {
    const { notices } = seen[at];
    assert.deepEqual(notices.filter((text) => /joined|left/.test(text)), [], `${name} was told of no coming and going`);
    const texts = await page.getByTestId("chat-message").allTextContents();
    const counts = [...said, "Are you there?", "I am"].map((text) => texts.filter((each) => each.includes(text)).length);
    assert.ok(counts.every((count) => count === 1), `${name} has each text once: ${counts}`);
  }
  assert.deepEqual(await identities(), before, "the connections are the same");
}

/**
 * Watches an undisturbed call for `lastsMs`: how long pictures stand still here by themselves, and on this machine at this time. Each
 * one's gaps; they are watched further on.
 */
export async function control(people, lastsMs) {
  for (const { page } of people) await page.evaluate(watch);
  await pause(Math.min(lastsMs, CONTROL_MAX_MS));
  return Promise.all(people.map(async ({ page }) => (await page.evaluate(() => window.readWatch())).gaps));
}

/**
 * Each of two saw the other's picture stand still for at most `moreMs` longer than before the disturbance, or than their own pictures
 * did meanwhile, which come over no connection: they stand still only where the machine is busy, on the one side or on the other.
 * Returns what each has seen; it ends.
 */
export async function wentOn(people, controls, { moreMs = MORE_MS, asleep = null } = {}) {
  const seen = await Promise.all(people.map(({ page }) => page.evaluate(() => window.stopWatch())));
  const own = people.map(({ name }, at) => (name === asleep ? 0 : (seen[at].gaps[OWN] ?? 0)));
  const machine = own[0] + own[1];
  for (const [at, { name }] of people.entries()) {
    const other = people[1 - at];
    const [still, before] = [seen[at].gaps[other.userId], controls[at][other.userId]];
    const what = `${name} saw ${other.name} stand still for at most ${still} ms; before ${before} ms, their own pictures ${machine} ms`;
    console.log(`  ${what}`);
    const most = Math.max(before, machine) + moreMs;
    if (name !== asleep) assert.ok(still <= most, `${what}: at most ${most} ms are by themselves`);
  }
  return seen;
}

/** What changes when a connection is made anew, or its ICE restarted. */
async function identity(person, sameIce) {
  const connections = await person.connections();
  return connections.map(({ number, state, iceUser }) => ({ number, state, ...(sameIce && { iceUser }) }));
}
