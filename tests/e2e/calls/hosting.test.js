// What the page asks of the server when the host uses a power, and what it shows of the server's answers; the server is played.
import assert from "node:assert/strict";
import { House } from "../stage/house.js";
import { PlayedRoom } from "../stage/played-room.js";
import { until } from "../stage/wait.js";

const house = House.open();

house.test("each power of the host is one message, and its consequences are shown", async () => {
  const ann = await house.person("Ann");
  const roomId = await ann.makeRoom({ guests: "ask" });
  const members = await ann.context.newPage();
  await members.goto("/docs/");
  const room = await PlayedRoom.of(ann, members);
  const [ben, cleo] = room.has(["Ben", "Cleo"]);
  const decided = [];
  const waiting = [{ id: "w1", name: "Gus", since: "2026-01-01T00:00:00Z" }, { id: "w2", name: "Hal", since: "2026-01-01T00:00:00Z" }];
  await ann.page.route("**/waiting", (route) => route.fulfill({ json: waiting }));
  await ann.page.route("**/waiting/*", (route) => {
    const id = new URL(route.request().url()).pathname.split("/").at(-1);
    decided.push([id, route.request().postDataJSON().admit]);
    waiting.splice(waiting.findIndex((guest) => guest.id === id), 1);
    return route.fulfill({ status: 204 });
  });
  await ann.join(roomId);
  for (const other of [ben, cleo]) await ann.sees(other);

  await ann.get("waiting-count").waitFor();
  await ann.get("people-toggle").click();
  await ann.get("waiting-guest").filter({ hasText: "Hal" }).getByTestId("refuse").click();
  await until("Hal waits no longer", async () => (await ann.get("waiting-guest").count()) === 1);
  await ann.get("admit").click();
  await ann.get("waiting-guests").waitFor({ state: "detached" });
  assert.deepEqual(decided, [["w2", false], ["w1", true]]);

  const acts = async (name, ...buttons) => {
    const row = ann.get("person").filter({ hasText: name });
    await row.getByTestId("person-actions").click();
    for (const button of buttons) await row.getByTestId(button).click();
  };
  await acts("Ben", "ask-camera");
  assert.deepEqual(await room.heard("request_mute"), { userId: ben.userId, kind: "video" });
  await ann.get("notice").filter({ hasText: "Ben was asked" }).waitFor();
  await acts("Ben", "remove", "remove-yes");
  assert.deepEqual(await room.heard("remove_member"), { userId: ben.userId });
  room.say("user_left", { userId: ben.userId, reason: "kicked" });
  await ann.missesTileOf(ben);
  await acts("Cleo", "remove", "ban-yes");
  assert.deepEqual(await room.heard("remove_member"), { userId: cleo.userId, ban: true });
  await acts("Cleo", "hand-over", "hand-over-yes");
  assert.deepEqual(await room.heard("hand_over"), { userId: cleo.userId });

  await ann.get("settings").click();
  await ann.get("room-locked").click();
  assert.deepEqual(await room.heard("set_room"), { locked: true });
  const rules = { hostId: ann.userId, locked: true, guests: "ask", name: "" };
  room.say("room_changed", rules);
  await ann.shows("locked");
  assert.ok(await ann.get("room-locked").isChecked());
  await ann.get("call-guests").selectOption("no");
  assert.deepEqual(await room.heard("set_room"), { guests: "no" });
  await ann.get("end-for-all").click();
  await ann.get("end-for-all").click();
  await room.heard("end_room");
  // Somebody else is the host: the powers are gone, and an old hope is refused in words.
  room.say("room_changed", { ...rules, hostId: cleo.userId, locked: false });
  await ann.get("end-for-all").waitFor({ state: "detached" });
  await ann.page.keyboard.press("Escape");
  await ann.get("notice").filter({ hasText: "Cleo is the host now" }).waitFor();
  assert.equal(await ann.get("person-actions").count(), 0);
  // Nobody is muted by force.
  room.say("mute_requested", { by: cleo.userId, kind: "audio" });
  await ann.shows("mute-request");
  assert.equal(await ann.get("mute").getAttribute("data-on"), "true");
  await ann.get("mute-request-yes").click();
  await until("Ann is muted", async () => (await ann.get("mute").getAttribute("data-on")) === "false");
  assert.deepEqual(await room.heard("set_attributes"), { attributes: { microphone: "muted" } });
  await ann.page.keyboard.press("h");
  const { attributes } = await room.heard("set_attributes");
  assert.ok(Math.abs(Number(attributes.hand) - Date.now()) < 3_600_000, `a hand was raised at ${attributes.hand}`);
  room.say("attributes_changed", { userId: cleo.userId, attributes: { hand: "1", microphone: "muted" } });
  await ann.get("person").filter({ hasText: "Cleo" }).filter({ hasText: "hand raised" }).filter({ hasText: "muted" }).waitFor();
  room.ends("removed", 4403);
  await ann.shows("page-removed");
});
