// People without an account: what a link shows them, how they come in, and what the host decides.
import assert from "node:assert/strict";
import { House } from "../stage/house.js";
import { until } from "../stage/wait.js";

const house = House.open();

house.test("a link shows the room, and a name is enough to join; after a reload one is back", async () => {
  const ann = await house.person("Ann");
  const roomId = await ann.makeRoom({ name: "Weekly meeting", guests: "yes" });
  await ann.join(roomId);
  assert.equal(await ann.get("room-title").textContent(), "Weekly meeting");

  const gus = await house.stranger("Gus");
  await gus.page.goto(`/r/${roomId}`);
  await gus.shows("guest-form");
  assert.match(await gus.page.getByRole("heading", { level: 1 }).textContent(), /Weekly meeting/);
  assert.match(await gus.get("invited-people").textContent(), /One person/);
  await gus.photograph("invited-guest");
  await gus.get("guest-name").fill("Gus");
  await gus.get("auth-submit").click();
  await gus.get("prejoin-join").click();
  await gus.isJoined();
  await gus.sees(ann);
  await ann.sees(gus);
  await gus.says("Hello, I have no account");
  await ann.reads("Hello, I have no account");
  await ann.says("Welcome");
  await gus.reads("Welcome");

  await gus.page.reload();
  await gus.isJoined();
  await gus.sees(ann);
  await gus.reads("Welcome");
  // Elsewhere they are nobody.
  await gus.get("leave").click();
  await gus.get("go-home").click();
  await gus.shows("page-welcome");
});

house.test("a link to no room says so at once, without asking for anything", async () => {
  const gus = await house.stranger("Gus");
  await gus.page.goto("/r/aaa-bbbb-ccc");
  await gus.shows("page-not-found");
  assert.equal(await gus.get("auth-form").count() + (await gus.get("guest-form").count()), 0);
});

house.test("the host decides in the app whether guests may join, and what the room is called", async () => {
  const ann = await house.person("Ann");
  await ann.page.goto("/");
  await ann.get("create-name").fill("Open house");
  await ann.get("create-room").click();
  await ann.shows("page-prejoin");
  const roomId = new URL(ann.page.url()).pathname.slice(3);
  const gus = await house.stranger("Gus");
  await gus.page.goto(`/r/${roomId}`);
  await gus.shows("guest-form");

  await ann.page.goto("/");
  await ann.get("room-change").click();
  await ann.photograph("room-dialog");
  await ann.get("room-name").fill("Closed house");
  await ann.get("room-guests").selectOption("no");
  await ann.get("auth-submit").click();
  await ann.get("room-dialog").waitFor({ state: "hidden" });
  await ann.get("room-item").filter({ hasText: "Closed house" }).waitFor();
  // Gus' page is from before: the refusal is told, and the card is read again.
  await gus.get("guest-name").fill("Gus");
  await gus.get("auth-submit").click();
  await gus.shows("auth-form");
  assert.equal(await gus.get("guest-form").count(), 0);
  assert.match(await gus.page.getByRole("heading", { level: 1 }).textContent(), /Closed house/);
});

house.test("a guest with an account logs in at the link instead", async () => {
  const [ann, ben] = [await house.person("Ann"), await house.person("Ben")];
  const roomId = await ann.makeRoom({ guests: "yes" });
  await ben.page.goto("/");
  await ben.get("logout").click();
  await ben.page.goto(`/r/${roomId}`);
  await ben.get("guest-or-account").click();
  await ben.get("auth-mode-login").click();
  await ben.get("auth-email").fill(ben.email);
  await ben.get("auth-password").fill(ben.password);
  await ben.get("auth-submit").click();
  await ben.get("prejoin-join").click();
  await ben.isJoined();
  assert.equal((await ben.session()).userId, ben.userId);
});

house.test("the link is shared by the system's own means, with a text", async () => {
  const ann = await house.person("Ann");
  await ann.context.addInitScript(() => {
    navigator.share = async (what) => {
      window.shared = what;
    };
  });
  const roomId = await ann.makeRoom({ name: "Weekly", guests: "yes" });
  await ann.page.goto(`/r/${roomId}`);
  await ann.get("share-link").click();
  const shared = await until("it was shared", () => ann.page.evaluate(() => window.shared));
  assert.deepEqual(
    { ...shared, url: new URL(shared.url).pathname },
    { title: "Weekly", text: "Join me in “Weekly”:", url: `/r/${roomId}` },
  );
});

house.test("a preview of the link has the room's name", async () => {
  const ann = await house.person("Ann");
  const roomId = await ann.makeRoom({ name: "Weekly & more", guests: "yes" });
  const page = await (await ann.context.request.get(`/r/${roomId}`)).text();
  assert.ok(page.includes('<meta property="og:title" content="Weekly &amp; more" />'), page);
});

house.test("a first visit logs nothing to the console, with and without a room", async () => {
  const ann = await house.person("Ann");
  const roomId = await ann.makeRoom({ guests: "yes" });
  const gus = await house.stranger("Gus");
  for (const path of ["/", `/r/${roomId}`]) {
    await gus.page.goto(path);
    await gus.page.getByRole("heading", { level: 1 }).waitFor();
    await gus.page.waitForLoadState("networkidle");
  }
  assert.deepEqual(gus.tape.console, []);
});

house.test("a browser in German sees German, and a choice of the language is kept", async () => {
  const context = await house.browser.newContext({ locale: "de-AT", baseURL: `http://${house.node.http}` });
  try {
    const page = await context.newPage();
    await page.goto("/");
    await page.getByRole("heading", { name: "Gespräche, die halten" }).waitFor();
    assert.equal(await page.evaluate(() => document.documentElement.lang), "de");
    await page.getByTestId("language").selectOption("en");
    await page.getByRole("heading", { name: "Calls that stay up" }).waitFor();
    await page.reload();
    await page.getByRole("heading", { name: "Calls that stay up" }).waitFor();
    assert.equal(await page.evaluate(() => document.documentElement.lang), "en");
  } finally {
    await context.close();
  }
});

house.test("the language changes in the middle of a call, which goes on", async () => {
  const {
    people: [ann, ben],
  } = await house.call(["Ann", "Ben"]);
  const label = () => ann.get("leave").getAttribute("aria-label");
  assert.equal(await label(), "Leave the call");
  await ann.get("settings").click();
  await ann.get("settings-dialog").getByTestId("language").selectOption("de");
  await until("the call speaks German", async () => (await label()) === "Gespräch verlassen");
  await ann.photograph("settings-german");
  await ann.page.keyboard.press("Escape");
  await ann.sees(ben);
  assert.equal((await ann.connections()).length, 1);
});

house.test("a link that was copied with what stood beside it leads to the room, and an address that is none says so", async () => {
  const ann = await house.person("Ann");
  const roomId = await ann.makeRoom({ guests: "yes" });
  const gus = await house.stranger("Gus");
  for (const copied of [roomId.replaceAll("-", ""), `${roomId}).`, `%20${roomId.toUpperCase()}%E2%80%9D`]) {
    await gus.page.goto(`/r/${copied}`);
    await gus.shows("guest-form");
    assert.equal(await gus.page.locator(".code").textContent(), roomId);
  }
  for (const path of ["/r/", "/r", "/rooms", `/R/${roomId}`]) {
    const answer = await gus.page.goto(path);
    assert.equal(answer.status(), 404);
    await gus.shows("page-not-found");
    await gus.get("go-home").click();
    await gus.shows("page-welcome");
  }
});

house.test("who opens a call in which they are already is told so before they join; and that the room is full", async () => {
  const {
    roomId,
    people: [ann, ben],
  } = await house.call(["Ann", "Ben"], { settings: { maxParticipants: 2, guests: "yes" } });
  const second = await house.tab(ben);
  await second.page.goto(`/r/${roomId}`);
  await second.get("prejoin-notice").filter({ hasText: "You are in this call already" }).waitFor();
  await second.photograph("prejoin-elsewhere");
  const cleo = await house.person("Cleo");
  await cleo.page.goto(`/r/${roomId}`);
  await cleo.get("prejoin-notice").filter({ hasText: "All seats are taken" }).waitFor();
  await ben.get("leave").click();
  await ann.missesTileOf(ben);
  await cleo.page.reload();
  await cleo.shows("prejoin-participants");
  assert.equal(await cleo.get("prejoin-notice").count(), 0);
});
