// axe-core on every state of the page, in light and dark: no violation of WCAG 2.2 A and AA, nor of its best practices.
import assert from "node:assert/strict";
import { accessible as isAccessible } from "../stage/axe.js";
import { House } from "../stage/house.js";
import { PlayedRoom } from "../stage/played-room.js";

const house = House.open();

let states = 0;

async function accessible(person, name) {
  states += 1;
  await isAccessible(person.page, name);
}

house.test("pages before a call", async () => {
  const nobody = await house.stranger("Nobody");
  await nobody.page.goto("/");
  await nobody.shows("page-welcome");
  await accessible(nobody, "welcome");
  await nobody.get("auth-mode-login").click();
  await accessible(nobody, "log in");
  await nobody.page.goto("/r/nowhere");
  await nobody.shows("page-not-found");
  await accessible(nobody, "not found");
  await nobody.page.goto("/#/reset?token=x");
  await nobody.shows("page-reset");
  await accessible(nobody, "a new password");
  await nobody.page.goto("/offline.html");
  await nobody.shows("offline");
  await accessible(nobody, "offline");
  const ann = await house.person("Ann");
  await ann.page.goto("/");
  await ann.shows("page-lobby");
  await accessible(ann, "an empty lobby");
  const roomId = await ann.makeRoom();
  await ann.page.reload();
  await nobody.page.goto(`/r/${roomId}`);
  await nobody.shows("page-invited");
  await accessible(nobody, "invited, accounts only");
  const open = await ann.makeRoom({ name: "Weekly", guests: "yes" });
  await nobody.page.goto(`/r/${open}`);
  await nobody.shows("guest-form");
  await accessible(nobody, "invited as a guest");
  await nobody.page.route("**/guests", (route) => route.fulfill({ status: 202, json: { waiting: "w", pollAfterMs: 60_000 } }));
  await nobody.get("guest-name").fill("Gus");
  await nobody.get("auth-submit").click();
  await nobody.shows("guest-waiting");
  await accessible(nobody, "waiting for the host");
  await nobody.get("guest-give-up").click();
  await nobody.get("language").selectOption("de");
  await accessible(nobody, "invited, in German");
  await ann.get("create-seats").selectOption("8");
  await ann.shows("room-item");
  await accessible(ann, "a lobby");
  await ann.get("room-change").first().click();
  await ann.shows("room-dialog");
  await accessible(ann, "a room's settings");
  await ann.page.keyboard.press("Escape");
  await ann.page.goto(`/r/${roomId}`);
  await ann.shows("page-prejoin");
  await accessible(ann, "before joining");
});

house.test("a call", async () => {
  const ann = await house.person("Ann");
  const roomId = await ann.makeRoom();
  await ann.join(roomId);
  await accessible(ann, "alone");
  const ben = await (await house.person("Ben")).join(roomId);
  await ann.sees(ben);
  await accessible(ann, "two people");
  await ben.says("Good morning! https://example.org");
  await ann.get("chat-unread").waitFor();
  await accessible(ann, "unread");
  await ann.says("Good morning!");
  await ann.get("chat-message").nth(1).hover();
  await ann.get("chat-remove").first().click();
  await accessible(ann, "chat");
  await ann.get("people-toggle").click();
  await accessible(ann, "people");
  await ben.get("screen").click();
  await ann.seesScreenOf(ben);
  await accessible(ann, "a screen");
  await ben.get("react").click();
  await ben.get("hand").click();
  await ann.get("tile-hand").waitFor({ state: "attached" });
  await ann.get("react").click();
  await accessible(ann, "a raised hand, and the menu");
  await ann.page.keyboard.press("Escape");
  await ann.get("mute").click();
  await ann.get("camera").click();
  await ann.page.evaluate(() => {
    navigator.mediaDevices.getUserMedia = () => Promise.reject(new DOMException("", "NotAllowedError"));
  });
  await ann.get("camera").click();
  await ann.shows("trouble-camera");
  await accessible(ann, "trouble");
  await ann.get("settings").click();
  await accessible(ann, "settings");
  await ann.page.keyboard.press("Escape");
  ann.line.cut();
  await ann.shows("banner-reconnecting");
  await accessible(ann, "reconnecting");
  ann.line.mend();
  await ann.isJoined();
  await ann.get("leave").click();
  await ann.shows("page-left");
  await accessible(ann, "left");
});

house.test("a host's call, and what can go wrong", async () => {
  const ann = await house.person("Ann");
  const roomId = await ann.makeRoom({ guests: "ask" });
  const members = await ann.context.newPage();
  await members.goto("/docs/");
  const room = await PlayedRoom.of(ann, members);
  const [ben] = room.has(["Ben", "Cleo"]);
  const waiting = [{ id: "w1", name: "Gus", since: new Date().toISOString() }];
  await ann.page.route("**/waiting", (route) => route.fulfill({ json: waiting }));
  await ann.joinFromLobby(roomId);
  await ann.sees(ben);
  await ann.get("people-toggle").click();
  await ann.shows("waiting-guest");
  await accessible(ann, "guests before the door");
  await ann.get("person-actions").first().click();
  await accessible(ann, "what the host may do");
  await ann.get("remove").click();
  await accessible(ann, "somebody is to be removed");
  room.say("room_changed", { hostId: ann.userId, guests: "ask", name: "", locked: true });
  room.say("mute_requested", { by: ben.userId, kind: "audio" });
  await ann.shows("mute-request");
  await accessible(ann, "asked to mute, in a locked room");
  room.tell("degraded", { without: ["database"] });
  await ann.get("pin").first().click();
  await accessible(ann, "pinned");
  await ann.page.evaluate(() => history.back());
  await ann.shows("leave-dialog");
  await accessible(ann, "leaving");
  await ann.get("leave-no").click();
  for (const [code, close, testId] of [
    ["removed", 4403, "page-removed"],
    ["banned", 4403, "page-banned"],
    ["room_locked", 1000, "page-locked"],
    ["room_full", 1000, "page-room-full"],
    ["replaced", 4409, "page-replaced"],
  ]) {
    room.ends(code, close);
    await ann.knock(roomId);
    await ann.shows(testId);
    await accessible(ann, testId);
  }
  assert.ok(states >= 35, `${states} states were looked at`);
});
