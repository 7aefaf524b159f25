// axe-core on every state of the page, in light and dark: no violation of WCAG 2.2 A and AA, nor of its best practices.
import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { House } from "../stage/house.js";

const house = House.open();
const AXE = await readFile(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");

async function accessible(person, name) {
  for (const colorScheme of ["light", "dark"]) {
    await person.page.emulateMedia({ colorScheme, reducedMotion: "reduce" });
    await person.page.evaluate(AXE);
    const violations = await person.page.evaluate(async () => {
      const { violations: found } = await window.axe.run();
      return found.map(({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html.slice(0, 120)).join(" · ")}`);
    });
    assert.deepEqual(violations, [], `${name}, ${colorScheme}`);
  }
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
