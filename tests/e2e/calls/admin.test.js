// The operators' page: a call is seen, its people removed, its room closed, and what happened is told in words.
import assert from "node:assert/strict";
import { test } from "node:test";
import { spans } from "../../../src/http/operators/page/spans.js";
import { findings, seats, sentence } from "../../../src/http/operators/page/words.js";
import { accessible } from "../stage/axe.js";
import { House } from "../stage/house.js";
import { PATIENCE_MS, until } from "../stage/wait.js";

const house = House.open(() => ({ "room.timeline": "true" }));

/** An operator at the page of the operators' listener, in a browser profile of their own. */
async function operator() {
  const context = await house.browser.newContext({ baseURL: `http://${house.node.admin}` });
  const page = await context.newPage();
  page.setDefaultTimeout(PATIENCE_MS);
  const [asked, complaints] = [[], []];
  page.on("request", (request) => asked.push(request.url()));
  page.on("pageerror", (error) => complaints.push(error.message));
  page.on("console", (line) => line.text().includes("Content Security Policy") && complaints.push(line.text()));
  return { context, page, asked, complaints };
}

house.test("an operator sees a call, removes somebody, reads why, and closes the room", async () => {
  const { roomId, people } = await house.call(["Ann", "Ben"], { settings: { name: "Weekly" } });
  const [ann, ben] = people;
  const { context, page, asked, complaints } = await operator();
  await page.goto("/");
  await page.getByLabel("Token").fill("a-token-of-nobody-but-as-long-as-one-might-be");
  await page.getByRole("button", { name: "Continue" }).click();
  await page.getByRole("alert").filter({ hasText: "not the operators' token" }).waitFor();
  await accessible(page, "the token is asked for");
  await page.getByLabel("Token").fill(await house.node.operatorsToken());
  await page.keyboard.press("Enter");

  await page.getByRole("heading", { name: "Rooms with somebody in them, on all nodes" }).waitFor();
  const row = page.getByRole("row").filter({ hasText: roomId });
  assert.deepEqual((await row.getByRole("cell").allTextContents()).slice(0, 3), ["Weekly", "2", "4"]);
  await until("the counters count", async () => (await page.getByText("Sockets").locator("+ dd").textContent()) === "2");
  await accessible(page, "live rooms");

  await row.getByRole("link", { name: roomId }).focus();
  await page.keyboard.press("Enter");
  await page.getByRole("heading", { name: `Weekly (${roomId})` }).waitFor();
  await page.getByRole("cell", { name: "Ben joined" }).waitFor();
  await until("both pages have reported their media, with its path", async () => {
    await page.getByRole("button", { name: "Refresh" }).click();
    const [mine, theirs] = ["Ann has media with Ben over", "Ben has media with Ann over"];
    return (await page.getByRole("cell", { name: mine }).count()) > 0 && (await page.getByRole("cell", { name: theirs }).count()) > 0;
  });
  await accessible(page, "a room");
  const bens = page.getByRole("region", { name: "Who is in it" }).getByRole("row").filter({ hasText: "Ben" });
  await bens.getByRole("button", { name: "Remove" }).click();
  const dialog = page.getByRole("dialog", { name: "Remove Ben?" });
  await accessible(page, "a question");
  await page.keyboard.press("Escape");
  assert.equal((await ben.session()).state, "joined", "who was asked and did not agree changes nothing");
  await bens.getByRole("button", { name: "Remove" }).click();
  await dialog.getByRole("button", { name: "Remove" }).click();
  await until("Ben is out", async () => (await ben.session()).state === "stopped");
  await ann.missesTileOf(ben);
  await until("it is told", async () => {
    await page.getByRole("button", { name: "Refresh" }).click();
    return page.getByRole("cell", { name: "Ben was removed" }).isVisible();
  });

  await page.getByRole("button", { name: "Close the room" }).click();
  await page.getByRole("dialog").getByRole("button", { name: "Close the room" }).click();
  await until("Ann is out", async () => (await ann.session()).state === "stopped");
  await page.getByRole("button", { name: "Open the room" }).waitFor();

  await page.getByRole("link", { name: "Nodes" }).click();
  await page.getByText("(this node)").waitFor();
  await accessible(page, "nodes");
  await page.getByRole("button", { name: "Drain this node" }).click();
  await page.getByRole("dialog").getByRole("button", { name: "Cancel" }).click();

  await page.reload();
  await page.getByText("(this node)").waitFor(); // the tab has kept the token
  await page.getByRole("button", { name: "Forget the token" }).click();
  await page.getByLabel("Token").waitFor();
  assert.equal(await page.evaluate(() => sessionStorage.length), 0);
  const elsewhere = asked.filter((url) => !url.startsWith(`http://${house.node.admin}/`) && !url.startsWith("data:"));
  assert.deepEqual([elsewhere, complaints], [[], []]);
  assert.ok((await page.goto("/metrics")).ok(), "the node goes on");
  await context.close();
});

house.test("an operator drains the node, which ends by itself", async () => {
  const ann = await house.person("Ann");
  await ann.join(await ann.makeRoom());
  const { context, page, complaints } = await operator();
  await page.goto("/");
  await page.getByLabel("Token").fill(await house.node.operatorsToken());
  await page.keyboard.press("Enter");
  await page.getByRole("link", { name: "Nodes" }).click();
  await page.getByRole("button", { name: "Drain this node" }).click();
  const dialog = page.getByRole("dialog");
  await dialog.getByText("It is the only node").waitFor();
  await accessible(page, "a drain is asked for");
  const ended = house.node.ended();
  await dialog.getByRole("button", { name: "Drain the node" }).click();
  await page.getByText("The node drains, and stops within twenty seconds.").waitFor();
  assert.equal(await ended, 0, "it ends in order");
  assert.equal(ann.tape.received("server_draining").length, 1, "whoever is in a call is told");
  assert.deepEqual(complaints, []);
  await context.close();
});

const names = new Map([["u1", "Ann"], ["u2", "Ben"]]);
const event = (second, type, data) => ({ type, timestamp: `2026-11-30T12:00:0${second}Z`, data });

test("a timeline is told in words, with what to try", () => {
  const failed = event(2, "media.failed", { userId: "u1", peerId: "u2", trouble: "no_path" });
  const events = [
    event(0, "join.refused", { userId: "u2", code: "room_full" }),
    event(1, "negotiation.offered", { from: 3, to: 4 }),
    failed,
    event(3, "device.failed", { userId: "u2", device: "camera", trouble: "busy" }),
  ];
  assert.equal(sentence(failed, names), "Ann has no media with Ben: no_path");
  const connected = { userId: "u2", peerId: "u1", local: "relay udp ipv4", rttMs: 31, lostPerMille: 5 };
  const text = sentence(event(1, "media.connected", connected), names);
  assert.equal(text, "Ben has media with Ann over relay udp ipv4 – ? (31 ms round trip, 0.5 % lost)");
  const away = event(4, "media.failed", { userId: "u1", direction: "recv", trouble: "no_path" });
  assert.equal(sentence(away, names), "Ann has no media with the media server (receiving): no_path");
  assert.match(findings([away], names)[0], /^No media between Ann and the media server \(receiving\): their network.*allowed-peer-ip/);
  const found = findings(events, names);
  assert.equal(found.length, 4);
  assert.match(found[0], /^Ben’s camera: another program uses it/);
  assert.match(found[1], /^No media between Ann and Ben: no path.*TURN/);
  assert.match(found[3], /^The last offer of seat 3 to seat 4 was not answered/);
  const joined = [event(0, "participant.joined", { userId: "u1", rev: 3 }), event(0, "participant.joined", { userId: "u2", rev: 4 })];
  assert.equal(sentence(events[1], names, seats(joined)), "Ann made an offer to Ben");
  assert.match(findings([...joined, events[1]], names)[0], /^The last offer of Ann to Ben was not answered/);
  const late = event(5, "resume.failed", { userId: "u2", reason: "seat_gone" });
  assert.equal(sentence(late, names), "Ben could not take their seat again (seat_gone)");
  assert.match(findings([late], names)[0], /^Ben could not take their seat again: they were away for longer/);
  assert.deepEqual(findings([events[1], event(2, "negotiation.answered", { from: 4, to: 3 })], names), []);
});

test("who was there when is drawn from joins, losses, resumes and leaves", () => {
  const of = (type, second) => event(second, `participant.${type}`, { userId: "u1" });
  const [ann] = spans([of("joined", 0), of("disconnected", 2), of("resumed", 3), event(5, "media.failed", { userId: "u1" }), of("left", 6)]);
  const spent = ann.bars.map(({ from, to, isAway }) => [(to - from) / 1000, isAway]);
  assert.deepEqual([spent, ann.marks.length], [[[2, false], [1, true], [3, false]], 1]);
});
