import assert from "node:assert/strict";
import { House } from "../stage/house.js";
import { until } from "../stage/wait.js";

const house = House.open();

async function signUpAtThePage(person) {
  await person.get("auth-mode-signup").click();
  await person.get("auth-name").fill(person.name);
  await person.get("auth-email").fill(person.email);
  await person.get("auth-password").fill(person.password);
  await person.get("auth-submit").click();
}

house.test("two people sign up, one creates a room, the other follows the link, and each sees the other move", async () => {
  const ann = await house.stranger("Ann");
  await ann.page.goto("/");
  await signUpAtThePage(ann);
  await ann.shows("page-lobby");
  await ann.get("create-room").click();
  await ann.get("prejoin-join").click();
  await ann.isJoined();
  const roomId = (await ann.session()).roomId;
  assert.match(roomId, /^[a-z]{3}-[a-z]{4}-[a-z]{3}$/);

  const ben = await house.stranger("Ben");
  await ben.page.goto(`/r/${roomId}`);
  // A name would be enough.
  await ben.get("guest-or-account").click();
  await signUpAtThePage(ben);
  await ben.get("prejoin-join").click();
  await ben.isJoined();

  const [atAnn, atBen] = [await ann.sees(ben), await ben.sees(ann)];
  for (const { connectionState, connectionNumber } of [atAnn, atBen]) {
    assert.deepEqual({ connectionState, connectionNumber }, { connectionState: "connected", connectionNumber: 1 });
  }
  // The first member made the only offer.
  assert.deepEqual([ann.tape.sent("offer").length, ben.tape.sent("answer").length], [1, 1]);
  assert.deepEqual([ben.tape.sent("offer").length, ann.tape.sent("answer").length], [0, 0]);
  await ann.photograph("room-two");
});

house.test("chat works both ways, and messages received while the chat is closed are counted", async () => {
  const {
    people: [ann, ben],
  } = await house.call(["Ann", "Ben"]);
  await ann.says("Hello Ben, see https://example.org/plan <b>today</b>");
  await until("Ben has one unread message", async () => (await ben.get("chat-unread").textContent()) === "1");
  await ben.reads("Hello Ben, see https://example.org/plan <b>today</b>");
  await ben.says("Hello Ann");
  await ann.reads("Hello Ann");
  for (const person of [ann, ben]) {
    await until("both messages are sent", async () => {
      const states = await person.get("chat-message").evaluateAll((all) => all.map((each) => each.dataset.state));
      return states.length === 2 && states.every((state) => state === "sent");
    });
  }
  await ann.photograph("room-chat");
});

house.test("mute and a camera that is off are shown on the other side, and so is switching them on again", async () => {
  const {
    people: [ann, ben],
  } = await house.call(["Ann", "Ben"]);
  const muted = ann.tile(ben).getByText(", muted");
  await ben.page.keyboard.press("m");
  await muted.waitFor({ state: "attached" });
  await ben.page.keyboard.press("v");
  await ann.tile(ben).locator(".tile__picture--none").waitFor({ state: "attached" });
  await ann.photograph("room-camera-off");
  await ben.page.keyboard.press("m");
  await muted.waitFor({ state: "detached" });
  await ben.page.keyboard.press("v");
  await ann.sees(ben);
});

house.test("a reload rejoins the call directly", async () => {
  const {
    people: [ann, ben],
  } = await house.call(["Ann", "Ben"]);
  const before = ann.tape.now;
  await ben.page.reload();
  await ben.isJoined();
  await ben.sees(ann);
  await ann.sees(ben);
  assert.deepEqual(
    ann.tape.received("user_left", before).map(({ data }) => data.reason),
    ["left"],
  );
  assert.equal(ann.tape.received("user_joined", before).length, 1);
});

house.test("a member that leaves sees a notice, and disappears for the other at once", async () => {
  const {
    people: [ann, ben],
  } = await house.call(["Ann", "Ben"]);
  await ben.get("leave").click();
  await ben.shows("page-left");
  await ann.missesTileOf(ben);
  await ann.shows("alone");
  assert.equal(ann.tape.received("user_left")[0].data.reason, "left");
  const [connection] = await ann.connections();
  assert.equal(connection.state, "closed");
  await ben.photograph("left");
  await ben.get("join-again").click();
  await ben.isJoined();
  await ann.sees(ben);
});
