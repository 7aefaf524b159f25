// The page during a call: on every width, with every panel, when a device fails, and when one wants to leave.
import assert from "node:assert/strict";
import { House } from "../stage/house.js";
import { fits } from "../stage/sizes.js";
import { stays, until } from "../stage/wait.js";

const house = House.open();
house.test("no control leaves the view or lies upon another beside a shared screen", async () => {
  const { people: [ann, ben] } = await house.call(["Ann", "Benjamin-Maximilian"]);
  await ben.get("screen").click();
  await ann.seesScreenOf(ben);
  await fits(ann, "screen");
  await ann.get("people-toggle").click();
  await fits(ann, "people-and-screen");
  await ben.get("screen").click();
  await ann.get("screen").click();
  await ann.shows("sharing");
  ann.line.cut();
  await ann.shows("banner-reconnecting");
  await fits(ann, "sharing-and-reconnecting");
});

house.test("a device that fails is told in words, until it works or is dismissed", async () => {
  const { people: [ann] } = await house.call(["Ann", "Ben"]);
  await ann.page.evaluate(() => {
    const native = navigator.mediaDevices.getUserMedia.bind(navigator.mediaDevices);
    window.refuse = "NotAllowedError";
    navigator.mediaDevices.getUserMedia = (wish) =>
      window.refuse ? Promise.reject(new DOMException("", window.refuse)) : native(wish);
  });
  const says = async (slot, words) => {
    await ann.shows(`trouble-${slot}`);
    assert.match(await ann.get(`trouble-${slot}`).textContent(), words);
  };
  // The microphone is unplugged: its track ends.
  await ann.page.evaluate(() => {
    const track = window.madeConnections[0].pc.getSenders().find(({ track: sent }) => sent?.kind === "audio").track;
    track.dispatchEvent(new Event("ended"));
  });
  await says("microphone", /was disconnected.*choose another/);
  await ann.get("mute").click();
  await says("microphone", /is blocked.*address bar/);
  await ann.get("camera").click();
  await ann.page.evaluate(() => {
    window.refuse = "NotReadableError";
  });
  await ann.get("camera").click();
  await says("camera", /in use by another program/);
  await fits(ann, "trouble");
  await ann.page.evaluate(() => {
    window.refuse = null;
  });
  await ann.get("camera").click();
  await until("the camera's trouble is over", async () => (await ann.get("trouble-camera").count()) === 0);
  await ann.get("trouble-microphone").getByRole("button").click();
  await until("the other was read", async () => (await ann.get("trouble-microphone").count()) === 0);
});

house.test("as long as the browser asks for the devices, the page says what to do, before the call and in it", async () => {
  const ann = await house.person("Ann");
  const roomId = await ann.makeRoom();
  await ann.context.addInitScript(() => {
    const open = navigator.mediaDevices.getUserMedia.bind(navigator.mediaDevices);
    const answered = new Promise((answer) => {
      window.allow = answer;
    });
    navigator.mediaDevices.getUserMedia = (wish) => answered.then(() => open(wish));
    navigator.permissions.query = async () => ({ state: localStorage.getItem("test.permission") ?? "prompt" });
  });
  await ann.page.goto(`/r/${roomId}`);
  await ann.shows("device-asked");
  // A device that is allowed, and opens slowly, is no question.
  await ann.page.evaluate(() => localStorage.setItem("test.permission", "granted"));
  await ann.page.reload();
  await ann.shows("page-prejoin");
  await stays("nobody is asked", async () => (await ann.get("device-asked").count()) === 0, 3_000);
  await ann.page.evaluate(() => localStorage.removeItem("test.permission"));
  await ann.page.reload();
  await ann.shows("device-asked");
  await ann.photograph("prejoin-asked");
  await ann.get("prejoin-join").click();
  await ann.isJoined();
  await ann.shows("device-asked");
  await ann.photograph("call-asked");
  await ann.page.evaluate(() => window.allow());
  await ann.get("device-asked").waitFor({ state: "detached" });
  for (const device of ["mute", "camera"]) {
    await until(`${device} is on`, async () => (await ann.get(device).getAttribute("data-on")) === "true");
  }
});

house.test("who is here is listed, unread messages are in the tab's title, and the keyboard's focus follows the page", async () => {
  const { people: [ann, ben], roomId } = await house.call(["Ann", "Ben"]);
  const focused = () => ann.page.evaluate(() => document.activeElement.textContent);
  assert.match(await focused(), /Call in room/);
  await ann.get("people-toggle").click();
  assert.deepEqual(await ann.get("person").count(), 2);
  await ben.get("mute").click();
  await ann.get("person").filter({ hasText: "Ben, muted" }).waitFor();
  await ben.says("one");
  await ben.says("two");
  await until("the title counts", async () => (await ann.page.title()).startsWith(`(2) ${roomId}`));
  await ann.get("chat-toggle").click();
  await until("the title is as before", async () => (await ann.page.title()).startsWith(roomId));
  await ann.get("leave").click();
  await ann.shows("page-left");
  assert.match(await focused(), /You left the call/);
});

house.test("one's own message is deleted from the history, and the host deletes another's; who is neither cannot", async () => {
  const { people: [ann, ben] } = await house.call(["Ann", "Ben"]);
  await ben.says("by Ben, deleted by Ann");
  await ann.says("by Ann, deleted by herself");
  await ann.says("stays");
  await ben.reads("stays");
  await ann.reads("by Ben");
  const mine = ben.get("chat-message").filter({ hasText: "by Ann, deleted" });
  assert.equal(await mine.getByTestId("chat-remove").count(), 0);
  for (const text of ["by Ben", "by Ann"]) {
    const message = ann.get("chat-message").filter({ hasText: text });
    await message.hover();
    await message.getByTestId("chat-remove").click();
    await ann.photograph("chat-delete");
    await message.getByTestId("chat-remove-yes").click();
    await until(`"${text}" is gone`, async () => (await message.count()) === 0);
  }
  await ben.page.reload();
  await ben.isJoined();
  await ben.reads("stays");
  assert.equal(await ben.get("chat-message").count(), 1);
});

house.test('"Back" in a call asks before it leaves', async () => {
  const [ann, ben] = [await house.person("Ann"), await house.person("Ben")];
  const roomId = await ann.makeRoom();
  await ben.join(roomId);
  await ann.joinFromLobby(roomId);
  await ann.sees(ben);
  await ann.page.evaluate(() => history.back());
  await ann.shows("leave-dialog");
  await ann.photograph("leave-dialog");
  await ann.get("leave-no").click();
  await until("the address is the room's", () => ann.page.evaluate((id) => location.pathname === `/r/${id}`, roomId));
  await ann.sees(ben);
  await ann.page.evaluate(() => history.back());
  await ann.get("leave-yes").click();
  await ann.shows("page-lobby");
  await ben.missesTileOf(ann);
});

house.test("of three, one is pinned: large, with the others below, and every picture goes on", async () => {
  const { people: [ann, ben, cleo] } = await house.call(["Ann", "Ben", "Cleo"]);
  const size = async (other) => (await ann.tile(other).boundingBox()).width;
  const before = await size(ben);
  await ann.tile(ben).hover();
  await ann.tile(ben).getByTestId("pin").click();
  await until("Ben is large", async () => (await size(ben)) > before * 1.4 && (await size(cleo)) < 200);
  await fits(ann, "pinned");
  await ann.sees(ben);
  await ann.sees(cleo);
  await ben.get("leave").click();
  await until("two are left", async () => (await ann.get("pin").count()) === 0);
  await ann.sees(cleo);
});

house.test("single keys work until they are switched off", async () => {
  const { people: [ann] } = await house.call(["Ann", "Ben"]);
  const isMuted = async () => (await ann.get("mute").getAttribute("data-on")) === "false";
  await ann.page.keyboard.press("m");
  await until("M mutes", isMuted);
  await ann.get("settings").click();
  await ann.get("habit-shortcuts").uncheck();
  await ann.photograph("settings");
  await ann.page.keyboard.press("Escape");
  await ann.page.keyboard.press("m");
  await ann.page.keyboard.press("c");
  assert.equal(await ann.get("chat").count(), 0);
  assert.ok(await isMuted());
});
