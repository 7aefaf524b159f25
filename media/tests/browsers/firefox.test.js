// Firefox and Chromium in one large room: each sends to the media server, and receives from it what the other sends.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { Firefox } from "../../../tests/e2e/stage/firefox.js";
import { Hall, isShownMuted, mode, seesAll, until } from "./rooms-stage.js";

let hall;
let fay, chris;

before(async () => {
  hall = await Hall.open({ servers: 2 });
  [fay, chris] = [await (await Firefox.arrive("Fay", hall.node)).signUp(), await hall.person("Chris")];
});
after(async () => {
  await fay?.goHome();
  await hall?.close();
});

/** Pictures move both ways. */
const bothMove = () => Promise.all([seesAll(fay, [chris]), seesAll(chris, [fay])]);

function step(name, body) {
  test(name, { timeout: 180_000 }, async () => {
    try {
      await body();
      assert.deepEqual([...fay.complaints, ...hall.complaints()], []);
    } catch (error) {
      console.log("Fay", await fay.page.evaluate(async () => JSON.stringify([window.aldis.path, await window.aldis.peers()])).catch(String));
      await hall.evidence();
      throw error;
    }
  });
}

step("pictures move both ways, through the media server", async () => {
  const roomId = await chris.makeRoom({ mode: "sfu", maxParticipants: 12 });
  for (const person of [fay, chris]) await person.join(roomId);
  await bothMove();
  assert.deepEqual([await mode(fay), await mode(chris)], ["sfu", "sfu"]);
  const server = hall.servers.get(await hall.placeOf(roomId));
  const { peers } = await server.ask("GET", `/rooms/${roomId}`);
  assert.deepEqual(peers.map(({ producers, consumers }) => [producers.length, consumers]), [[2, 2], [2, 2]]);
});

step("cameras go off and on, a screen is shared, and who is muted is shown so", async () => {
  const press = { fay: (testId) => fay.press(testId), chris: (testId) => chris.get(testId).click() };
  for (const who of Object.values(press)) {
    await who("camera");
    await who("camera");
  }
  await bothMove();
  await chris.get("screen").click();
  await fay.seesScreenOf(chris);
  await fay.press("mute");
  await until("Chris knows that Fay is muted", () => isShownMuted(chris, fay));
  await fay.press("mute");
  await until("Chris knows that Fay is not muted", async () => !(await isShownMuted(chris, fay)));
});

step("the media server is killed, and pictures move both ways by another one", async () => {
  const changes = () => Promise.all([fay, chris].map(({ page }) => page.evaluate(() => window.aldis.events.filter(({ type }) => type === "media_changed").length)));
  const before = await changes();
  await hall.killServer(await hall.placeOf((await chris.session()).roomId));
  await until("the room has moved", async () => (await changes()).every((count, at) => count > before[at]));
  await bothMove();
});
