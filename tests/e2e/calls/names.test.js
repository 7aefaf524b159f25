// Names and texts that nobody expects: very long ones without a blank, from right to left, of signs only, with markup.
import assert from "node:assert/strict";
import { House } from "../stage/house.js";
import { PlayedRoom } from "../stage/played-room.js";
import { fits } from "../stage/sizes.js";
import { until } from "../stage/wait.js";

const house = House.open();
/** Each state is looked at in seven sizes. */
const TEST_MS = 300_000;
const LONG = "W".repeat(64);
const NAMES = [LONG, "<script>alert(1)</script>", "محمد بن عبد الله بن عبد المطلب بن هاشم بن عبد مناف", "👩🏽‍🚀".repeat(12)];
const ROOM = `<b>${"x".repeat(90)}</b>`;

house.test("pages beside the call hold the longest names", async () => {
  const ann = await house.person("Ann");
  const roomId = await ann.makeRoom({ name: ROOM, guests: "yes" });
  await ann.page.goto("/");
  await ann.shows("room-item");
  await fits(ann, "names-lobby");
  const gus = await house.stranger("Gus");
  await gus.page.goto(`/r/${roomId}`);
  await gus.get("guest-name").fill(LONG);
  await fits(gus, "names-invited");
  await gus.get("auth-submit").click();
  await gus.shows("page-prejoin");
  await fits(gus, "names-prejoin");
}, TEST_MS);

house.test("the call holds the longest names, and shows them as they are", async () => {
  const ann = await house.person("Ann");
  const roomId = await ann.makeRoom({ guests: "ask" });
  const members = await ann.context.newPage();
  await members.goto("/docs/");
  const room = await PlayedRoom.of(ann, members);
  room.rules = { locked: true, guests: "ask", name: ROOM };
  const others = room.has(NAMES);
  const waiting = [{ id: "w", name: LONG, since: new Date().toISOString() }];
  await ann.page.route("**/waiting", (route) => route.fulfill({ json: waiting }));
  await ann.join(roomId);
  for (const other of others) await ann.sees(other);
  assert.deepEqual(await ann.page.locator("[data-testid=tile] .tile__name [dir]").allTextContents(), NAMES);
  for (const [at, other] of others.entries()) {
    const content = `${"x".repeat(120 * at)} <img src=x onerror=alert(1)> **bold**`;
    room.say("chat_message", { id: crypto.randomUUID(), senderId: other.userId, content, timestamp: Date.now() });
  }
  await fits(ann, "names-tiles");
  await ann.get("chat-toggle").click();
  await ann.get("chat-message").nth(NAMES.length - 1).waitFor();
  await fits(ann, "names-chat");
  room.say("guests_waiting", { count: 1 });
  await ann.get("people-toggle").click();
  await ann.get("waiting-guest").waitFor();
  await fits(ann, "names-people");
  for (const ask of ["remove", "hand-over"]) {
    await ann.get("person-actions").first().click();
    await ann.get(ask).click();
    await fits(ann, `names-${ask}`);
    await ann.get("person-actions").first().click();
  }
  await ann.get("people-toggle").click();
  room.say("mute_requested", { by: others[0].userId, kind: "audio" });
  await ann.shows("mute-request");
  await fits(ann, "names-mute-request");
}, TEST_MS);

house.test("a name that nobody can see is refused in words, in the page's language", async () => {
  const ann = await house.person("Ann");
  const roomId = await ann.makeRoom({ guests: "yes" });
  const gus = await house.stranger("Gus");
  await gus.page.goto(`/r/${roomId}`);
  for (const name of [" ", "\u200b", "a\u202eb"]) {
    await gus.get("guest-name").fill(name);
    await gus.get("auth-submit").click();
    assert.match(await gus.get("auth-error").textContent(), /^This name cannot be used\./);
  }
  await gus.get("language").selectOption("de");
  await gus.get("auth-submit").click();
  await until("it is said in German", async () => /^Dieser Name geht nicht\./.test(await gus.get("auth-error").textContent()));
});

house.test("a message that is too long is not cut off: it says so, and goes once it is shorter", async () => {
  const { people: [ann, ben] } = await house.call(["Ann", "Ben"]);
  await ann.get("chat-toggle").click();
  await ann.get("chat-input").fill("😀".repeat(3_990));
  assert.equal(await ann.get("chat-left").textContent(), "10 characters left");
  await ann.get("chat-input").fill("😀".repeat(4_002));
  assert.equal(await ann.get("chat-left").textContent(), "2 characters too many. Shorten it, or send it in parts.");
  assert.ok(await ann.get("chat-send").isDisabled());
  await ann.get("chat-input").press("Enter");
  assert.equal(await ann.get("chat-message").count(), 0);
  await ann.photograph("chat-too-long");
  await ann.get("chat-input").press("Backspace");
  await ann.get("chat-input").press("Backspace");
  await ann.get("chat-input").press("Enter");
  await until("it is sent", async () => (await ann.get("chat-message").getAttribute("data-state")) === "sent");
  await ben.reads("😀".repeat(3_990));
});
