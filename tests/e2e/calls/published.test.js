// `/sdk/aldis.js` as every node serves it, on pages of another origin: a viewer without media, and tracks of any kind.
import assert from "node:assert/strict";
import { createServer } from "node:http";
import { after } from "node:test";
import { setTimeout as pause } from "node:timers/promises";
import { House } from "../stage/house.js";
import { until } from "../stage/wait.js";

/** A page of somebody else's. */
const site = createServer((_, answer) => answer.setHeader("content-type", "text/html").end("<!doctype html><title>Elsewhere</title>"));
await new Promise((resolve) => site.listen(0, "127.0.0.1", resolve));
const ORIGIN = `http://localhost:${site.address().port}`;
after(() => site.close());

/** The shortest that a node allows. */
const house = House.open(() => ({ "http.allowed_origins": ORIGIN, "auth.access_ttl": "1m" }));
const TOKEN_MS = 60_000;
const MOVING = 8;

/** Enters the room as a guest, by the node's own script. `window.others` counts the frames of published pictures, by name. */
async function enters(person, roomId) {
  await person.page.goto(ORIGIN);
  await person.page.evaluate(
    async ([node, room, name]) => {
      const { Api, Call } = await import(`${node}/sdk/aldis.js`);
      const api = new Api({ base: node });
      await api.enterAsGuest(room, name);
      const call = new Call({ url: node, roomId: room, api });
      const videos = new Map();
      call.on("changed", () => {
        for (const peer of call.view.peers) {
          for (const { kind, name: what, stream } of peer.others) {
            if (kind !== "video" || videos.get(what)?.srcObject === stream) continue;
            const video = Object.assign(document.createElement("video"), { srcObject: stream, muted: true });
            videos.set(what, video);
            document.body.append(video);
            video.play();
          }
        }
      });
      await call.join();
      Object.assign(window, {
        call,
        frames: (what) => videos.get(what)?.getVideoPlaybackQuality().totalVideoFrames ?? 0,
        names: () => call.view.peers.flatMap((peer) => peer.others.map((other) => `${other.kind} ${other.name}`)).sort(),
        draw: (what) => {
          const canvas = Object.assign(document.createElement("canvas"), { width: 320, height: 240 });
          const brush = canvas.getContext("2d");
          setInterval(() => {
            brush.fillStyle = `hsl(${Math.random() * 360} 80% 50%)`;
            brush.fillRect(0, 0, 320, 240);
          }, 50);
          window.published = call.publishTrack(canvas.captureStream(20).getVideoTracks()[0], { name: what });
        },
      });
    },
    [person.line.origin, roomId, person.name],
  );
}

const sees = (person, what) =>
  until(`${person.name} sees ${what} move`, async () => (await person.page.evaluate((name) => window.frames(name), what)) >= MOVING);
const names = (person) => person.page.evaluate(() => window.names());

house.test("who has no device sees what is published, in both roles, with its name; and the end of it", async () => {
  const ann = await house.person("Ann");
  const roomId = await ann.makeRoom({ guests: "yes" });
  const [gus, hal] = [await house.stranger("Gus"), await house.stranger("Hal")];
  await enters(gus, roomId);
  await enters(hal, roomId);
  // Gus came first, and offers; Hal has to ask for a section.
  await gus.page.evaluate(() => window.draw("whiteboard"));
  await sees(hal, "whiteboard");
  await hal.page.evaluate(() => window.draw("slides of Hal"));
  await sees(gus, "slides of Hal");
  assert.deepEqual([await names(gus), await names(hal)], [["video slides of Hal"], ["video whiteboard"]]);
  // Who comes later gets both.
  const ida = await house.stranger("Ida");
  await enters(ida, roomId);
  await sees(ida, "whiteboard");
  await sees(ida, "slides of Hal");
  await hal.page.evaluate(() => window.published.unpublish());
  for (const person of [gus, ida]) {
    await until("it has ended", async () => !(await names(person)).includes("video slides of Hal"));
  }
  await hal.page.evaluate(() => window.draw("again"));
  await sees(gus, "again");
  // The web app shows it as a further picture.
  await ann.join(roomId);
  await until("Ann has two further tiles", async () => (await ann.get("other-tile").count()) === 2);
  await ann.page.getByText("Gus, whiteboard").waitFor();
});

house.test(
  "a call on another site outlives the tokens of guests and of accounts",
  async () => {
    const ann = await house.person("Ann");
    const roomId = await ann.makeRoom({ guests: "yes" });
    const gus = await house.stranger("Gus");
    await enters(gus, roomId);
    // Ann logs in on the other site, where no cookie of the node's travels.
    await ann.page.goto(ORIGIN);
    await ann.page.evaluate(
      async ([node, room, email, password]) => {
        const { Api, Call } = await import(`${node}/sdk/aldis.js`);
        const api = new Api({ base: node });
        await api.login(email, password);
        window.call = new Call({ url: node, roomId: room, api });
        await window.call.join();
      },
      [ann.line.origin, roomId, ann.email, ann.password],
    );
    const session = (person) => person.page.evaluate(() => [window.call.view.state, window.call.view.sessionId]);
    const before = [await session(ann), await session(gus)];
    await pause(2 * TOKEN_MS + 5_000);
    assert.deepEqual([await session(ann), await session(gus)], before);
    for (const { name, tape } of [ann, gus]) {
      assert.ok(tape.sent("token_refresh").length >= 2, `${name} has brought new tokens`);
    }
    await gus.page.evaluate(() => window.call.chat.say("still here"));
    await until("Ann reads it", () => ann.page.evaluate(() => window.call.view.chat.some(({ content }) => content === "still here")));
  },
  240_000,
);
