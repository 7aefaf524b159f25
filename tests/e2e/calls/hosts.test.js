// What the host may do in the call, and guests before the door.
import assert from "node:assert/strict";
import { House } from "../stage/house.js";
import { until } from "../stage/wait.js";

const house = House.open();

/** The row of a person in the list of people, which is opened. */
async function row(person, name) {
  if (!(await person.get("people").isVisible())) await person.get("people-toggle").click();
  return person.get("person").filter({ hasText: name });
}

/** Presses what the host may do with a person. */
async function acts(host, name, ...buttons) {
  const found = await row(host, name);
  await found.getByTestId("person-actions").click();
  for (const button of buttons) await found.getByTestId(button).click();
}

/** A guest at the door, who has asked to come in. */
async function knocks(name, roomId) {
  const guest = await house.stranger(name);
  await guest.page.goto(`/r/${roomId}`);
  await guest.get("guest-name").fill(name);
  await guest.get("auth-submit").click();
  await guest.shows("guest-waiting");
  return guest;
}

house.test("the host removes a person, who is told so and may come back; and for good, who may not", async () => {
  const { people: [ann, ben] } = await house.call(["Ann", "Ben"]);
  assert.equal(await ben.get("person-actions").count(), 0);
  await (await row(ben, "Ann")).waitFor();
  assert.equal(await ben.get("person-actions").count(), 0, "who is not the host has no such buttons");
  await acts(ann, "Ben", "remove");
  await ann.photograph("host-remove");
  await (await row(ann, "Ben")).getByTestId("remove-yes").click();
  await ben.shows("page-removed");
  await ben.photograph("removed");
  await ann.missesTileOf(ben);
  assert.equal(ann.tape.received("user_left").at(-1).data.reason, "kicked");
  assert.equal((await ben.session()).stopped, "removed");
  await ben.get("join-again").click();
  await ben.isJoined();
  await ann.sees(ben);
  await acts(ann, "Ben", "remove", "ban-yes");
  await ben.shows("page-banned");
  await ben.page.reload();
  await ben.get("prejoin-join").click();
  await ben.shows("page-banned");
  await ben.photograph("banned");
});

house.test("the host asks for quiet; whoever is asked decides", async () => {
  const { people: [ann, ben] } = await house.call(["Ann", "Ben"]);
  const isOn = async (device) => (await ben.get(device).getAttribute("data-on")) === "true";
  await acts(ann, "Ben", "ask-mute");
  await ben.shows("mute-request");
  assert.match(await ben.get("mute-request").textContent(), /Ann asks you to mute/);
  await ben.photograph("mute-request");
  assert.ok(await isOn("mute"), "nobody is muted by force");
  await ben.get("mute-request-no").click();
  await ben.get("mute-request").waitFor({ state: "hidden" });
  assert.ok(await isOn("mute"));
  await acts(ann, "Ben", "ask-mute");
  await ben.get("mute-request-yes").click();
  await until("Ben is muted", async () => !(await isOn("mute")));
  await ann.tile(ben).getByText(", muted").waitFor({ state: "attached" });
  await acts(ann, "Ben", "ask-camera");
  await ben.get("mute-request-yes").click();
  await until("Ben's camera is off", async () => !(await isOn("camera")));
  // Who comes later sees who is muted.
  const cleo = await (await house.person("Cleo")).join((await ann.session()).roomId);
  await (await row(cleo, "Ben, muted")).waitFor();
});

house.test("the host locks the room: nobody new comes in, and whoever is in comes back", async () => {
  const { people: [ann, ben], roomId } = await house.call(["Ann", "Ben"]);
  await ann.get("settings").click();
  await ann.get("room-locked").click();
  await ann.photograph("host-settings");
  await ann.page.keyboard.press("Escape");
  await ben.shows("locked");
  await ben.get("notice").filter({ hasText: "locked" }).waitFor();
  const cleo = await house.person("Cleo");
  await cleo.knock(roomId);
  await cleo.shows("page-locked");
  await cleo.photograph("locked");
  ben.line.cut();
  await ben.shows("banner-reconnecting");
  ben.line.mend();
  await ben.isJoined();
  await ann.get("settings").click();
  await ann.get("room-locked").click();
  await ann.page.keyboard.press("Escape");
  await ben.get("locked").waitFor({ state: "detached" });
  await cleo.get("join-again").click();
  await cleo.isJoined();
  await ann.sees(cleo);
});

house.test("the host hands over: the powers are the other's from then on", async () => {
  const { people: [ann, ben] } = await house.call(["Ann", "Ben"]);
  await acts(ann, "Ben", "hand-over", "hand-over-yes");
  await ben.get("notice").filter({ hasText: "You are the host now" }).waitFor();
  await ann.get("notice").filter({ hasText: "Ben is the host now" }).waitFor();
  await until("Ann has no powers any more", async () => (await ann.get("person-actions").count()) === 0);
  await acts(ben, "Ann", "remove", "remove-yes");
  await ann.shows("page-removed");
});

house.test("the host ends the call for everybody", async () => {
  const { people: [ann, ben] } = await house.call(["Ann", "Ben"]);
  await ann.get("settings").click();
  await ann.get("end-for-all").click();
  await ann.get("end-for-all").click();
  for (const person of [ann, ben]) await person.shows("page-closed");
});

house.test("a guest waits until the host lets them in; another is refused, and one gives up", async () => {
  const ann = await house.person("Ann");
  const roomId = await ann.makeRoom({ guests: "ask", maxParticipants: 6 });
  await ann.join(roomId);
  const gus = await knocks("Gus", roomId);
  await gus.photograph("guest-waiting");
  await until("Ann is told", async () => (await ann.get("waiting-count").count()) === 1);
  await ann.get("people-toggle").click();
  await ann.get("waiting-guest").filter({ hasText: "Gus" }).waitFor();
  const hal = await knocks("Hal", roomId);
  const ida = await knocks("Ida", roomId);
  await until("three wait", async () => (await ann.get("waiting-guest").count()) === 3);
  await ann.photograph("host-waiting");
  await ida.get("guest-give-up").click();
  await ida.shows("guest-form");
  await until("two wait", async () => (await ann.get("waiting-guest").count()) === 2);
  await ann.get("waiting-guest").filter({ hasText: "Hal" }).getByTestId("refuse").click();
  await hal.get("auth-error").filter({ hasText: "has not let you in" }).waitFor();
  await ann.get("waiting-guest").filter({ hasText: "Gus" }).getByTestId("admit").click();
  await gus.get("prejoin-join").click();
  await gus.isJoined();
  await ann.sees(gus);
  await gus.sees(ann);
  assert.equal(await ann.get("waiting-guests").count(), 0);
});

house.test("a guest whose device slept for too long: the host is asked again, they are told so, and are back in the call", async () => {
  const ann = await house.person("Ann");
  const roomId = await ann.makeRoom({ guests: "ask" });
  await ann.join(roomId);
  await ann.get("people-toggle").click();
  const gus = await house.stranger("Gus");
  await gus.page.clock.install();
  await gus.page.goto(`/r/${roomId}`);
  await gus.get("guest-name").fill("Gus");
  await gus.get("auth-submit").click();
  await ann.get("admit").click();
  await gus.get("prejoin-join").click();
  await gus.isJoined();
  // The token has run out here; for the node it has, too, since it sees none.
  await gus.page.route("**/guests", (route) => {
    const { authorization, ...headers } = route.request().headers();
    return route.continue({ headers });
  });
  gus.line.cut();
  await gus.page.clock.fastForward("20:00");
  gus.line.mend();
  await gus.shows("banner-waiting");
  await gus.photograph("guest-waits-again");
  await ann.get("admit").click();
  await gus.get("banner-waiting").waitFor({ state: "hidden" });
  await gus.isJoined();
  await ann.sees(gus);
  await gus.sees(ann);
});

house.test("whether guests may come is changed in the call", async () => {
  const ann = await house.person("Ann");
  const roomId = await ann.makeRoom({ guests: "no" });
  await ann.join(roomId);
  const gus = await house.stranger("Gus");
  await gus.page.goto(`/r/${roomId}`);
  await gus.shows("auth-form");
  assert.equal(await gus.get("guest-form").count(), 0);
  await ann.get("settings").click();
  await ann.get("call-guests").selectOption("yes");
  await ann.page.keyboard.press("Escape");
  await until("the card is another one", async () => {
    await gus.page.reload();
    await gus.page.getByRole("heading", { level: 1 }).waitFor();
    return (await gus.get("guest-form").count()) === 1;
  });
  await gus.get("guest-name").fill("Gus");
  await gus.get("auth-submit").click();
  await gus.get("prejoin-join").click();
  await gus.isJoined();
  await ann.sees(gus);
});

house.test("a guest who waits is told when the room takes nobody any more", async () => {
  const ann = await house.person("Ann");
  const roomId = await ann.makeRoom({ guests: "ask" });
  await ann.join(roomId);
  const gus = await knocks("Gus", roomId);
  await ann.get("settings").click();
  await ann.get("end-for-all").click();
  await ann.get("end-for-all").click();
  await gus.shows("page-closed");
});

house.test("a guest who was removed for good is told so after a reload, too", async () => {
  const ann = await house.person("Ann");
  const roomId = await ann.makeRoom({ guests: "ask" });
  await ann.join(roomId);
  const gus = await knocks("Gus", roomId);
  await ann.get("people-toggle").click();
  await ann.get("admit").click();
  await gus.get("prejoin-join").click();
  await gus.isJoined();
  await acts(ann, "Gus", "remove", "ban-yes");
  await gus.shows("page-banned");
  await gus.page.reload();
  await gus.shows("guest-form");
  assert.match(await gus.get("auth-error").textContent(), /removed you from this room for good/);
});
