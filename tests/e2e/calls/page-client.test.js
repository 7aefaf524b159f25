// The client at the end of docs/protocol.md, as it stands there: with itself, and with the web app in both roles.
import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { House } from "../stage/house.js";
import { until } from "../stage/wait.js";

const house = House.open();
const PAGE = new URL("../../../docs/protocol.md", import.meta.url);
const MOVING = 8;

/** The code between the fences after the last heading. */
async function code(socketUrl) {
  const text = await readFile(PAGE, "utf8");
  const [, client] = /## A client on one page[\s\S]*?```js\n([\s\S]*?)```/.exec(text);
  return client.replace("ws://localhost:8080/ws", socketUrl);
}

/** A page of nobody's that runs it; it shows each stream in a video element. */
async function runs(person, roomId) {
  await person.page.goto("/docs/");
  const url = person.line.origin.replace("http", "ws");
  await person.page.evaluate(`(async () => {
    const [token, roomId] = ${JSON.stringify([person.token, roomId])};
    const media = await navigator.mediaDevices.getUserMedia({ audio: true, video: true });
    window.shown = new Map();
    const show = (userId, stream) => {
      if (window.shown.has(stream.id)) return;
      const video = Object.assign(document.createElement("video"), { srcObject: stream, muted: true });
      window.shown.set(stream.id, { userId, video });
      document.body.append(video);
      video.play();
    };
    const hide = () => {};
    ${await code(`${url}/ws`)}
    Object.assign(window, { share, peers });
  })()`);
  return person;
}

/** Frames of each stream of the other, in the order in which they came. */
function frames(person, other) {
  return person.page.evaluate((userId) => {
    const theirs = [...window.shown.values()].filter((each) => each.userId === userId);
    return theirs.map(({ video }) => video.getVideoPlaybackQuality().totalVideoFrames);
  }, other.userId);
}
async function watches(person, other, count) {
  const first = await until(`${person.name} has ${count} streams of ${other.name}`, async () => {
    const now = await frames(person, other);
    return now.length === count && now;
  });
  await until(`${other.name} moves for ${person.name}`, async () => {
    return (await frames(person, other)).every((now, at) => now >= first[at] + MOVING);
  });
}
const shares = (person) =>
  person.page.evaluate(async () => window.share(await navigator.mediaDevices.getDisplayMedia({ video: true })));

house.test("two of them call each other, and the one who answers shares a screen", async () => {
  const [ann, ben] = [await house.person("Ann"), await house.person("Ben")];
  const roomId = await ann.makeRoom();
  await runs(ann, roomId);
  await until("Ann is in the room", async () => (await participants(ann, roomId)) === 1);
  await runs(ben, roomId);
  await watches(ann, ben, 1);
  await watches(ben, ann, 1);
  await shares(ben);
  await watches(ann, ben, 2);
  await shares(ann);
  await watches(ben, ann, 2);
});

house.test("it calls the web app, answers, and shares a screen: the web app shows it as one", async () => {
  const [ann, ben] = [await house.person("Ann"), await house.person("Ben")];
  const roomId = await ann.makeRoom();
  await ann.join(roomId);
  await runs(ben, roomId);
  await ann.sees(ben);
  await watches(ben, ann, 1);
  await shares(ben);
  await ann.seesScreenOf(ben);
  await ann.sees(ben);
  assert.equal((await ann.connections()).length, 1);
});

house.test("it calls the web app and offers; the web app shares a screen", async () => {
  const [ann, ben] = [await house.person("Ann"), await house.person("Ben")];
  const roomId = await ann.makeRoom();
  await runs(ann, roomId);
  await until("Ann is in the room", async () => (await participants(ann, roomId)) === 1);
  await ben.join(roomId);
  await ben.sees(ann);
  await watches(ann, ben, 1);
  await ben.get("screen").click();
  await watches(ann, ben, 2);
  await ben.sees(ann);
});

async function participants(person, roomId) {
  const headers = { authorization: `Bearer ${person.token}` };
  return (await (await person.context.request.get(`/api/rooms/${roomId}`, { headers })).json()).participants;
}
