// Every page and every state of a call, in every size, light and dark. tests/e2e/matrix.sh keeps the pictures.
import { House } from "../stage/house.js";
import { PlayedRoom } from "../stage/played-room.js";
import { fits } from "../stage/sizes.js";

const house = House.open();
/** Hundreds of pictures, on a machine that may be busy. */
const TEST_MS = 400_000;
const pictured = (name, play) => house.test(name, play, TEST_MS);
const BOTH = ["light", "dark"];
const NAMES = ["Ben", "Cleo", "Daniel", "Eve", "Friedrich-Wilhelm", "Gus", "Hannah", "Ida"];

/** A refusal of the server: its code, the close code, and the page that tells it. */
const ENDINGS = [
  ["replaced", 4409, "page-replaced"],
  ["room_full", 1000, "page-room-full"],
  ["room_not_found", 4404, "page-not-found"],
  ["room_closed", 4404, "page-closed"],
  ["removed", 4403, "page-removed"],
  ["banned", 4403, "page-banned"],
  ["room_locked", 1000, "page-locked"],
  ["forbidden", 4403, "page-forbidden"],
  ["already_in_room", 1002, "page-error"],
];

pictured("pages of people who are not signed in", async () => {
  const ann = await house.person("Ann");
  const roomId = await ann.makeRoom({ name: "Weekly meeting of everybody", guests: "no" });
  const open = await ann.makeRoom({ guests: "yes" });
  const asking = await ann.makeRoom({ guests: "ask" });
  const gus = await house.stranger("Gus");
  const see = async (path, testId, name) => {
    await gus.page.goto(path);
    await gus.shows(testId);
    await fits(gus, name, BOTH);
  };
  await see("/", "page-welcome", "welcome");
  await gus.get("auth-mode-login").click();
  await fits(gus, "log-in", BOTH);
  await see("/#/reset?token=x", "page-reset", "reset");
  await see("/#/verify?token=x", "page-verify", "verify");
  await see("/r/nowhere", "page-not-found", "missing");
  await see("/offline.html", "offline", "offline");
  await see(`/r/${roomId}`, "page-invited", "invited-accounts");
  await see(`/r/${open}`, "guest-form", "invited-guest");
  await see(`/r/${asking}`, "guest-form", "invited-ask");
  await gus.page.route("**/guests", (route) => route.fulfill({ status: 202, json: { waiting: "w", pollAfterMs: 60_000 } }));
  await gus.get("guest-name").fill("Gus");
  await gus.get("auth-submit").click();
  await gus.shows("guest-waiting");
  await fits(gus, "guest-waiting", BOTH);
  await gus.page.route("**/card", (route) => route.abort());
  await see(`/r/${asking}`, "page-unreachable", "unreachable");
});

pictured("pages of people who are signed in", async () => {
  const ann = await house.person("Ann");
  await ann.page.goto("/");
  await ann.shows("rooms-empty");
  await fits(ann, "lobby-empty", BOTH);
  const roomId = await ann.makeRoom({ name: "A room with quite a long name, as people give them" });
  await ann.makeRoom();
  await ann.page.reload();
  await ann.shows("room-item");
  await ann.get("create-seats").selectOption("8");
  await fits(ann, "lobby", BOTH);
  await ann.get("room-change").first().click();
  await ann.shows("room-dialog");
  await fits(ann, "room-dialog", BOTH);
  await ann.page.goto(`/r/${roomId}`);
  await ann.shows("page-prejoin");
  await fits(ann, "prejoin", BOTH);
  await ann.page.addInitScript(() => {
    navigator.mediaDevices.getUserMedia = () => Promise.reject(new DOMException("", "NotAllowedError"));
  });
  await ann.page.reload();
  await ann.shows("device-trouble");
  await fits(ann, "prejoin-trouble", BOTH);
  await ann.page.route("**/api/auth/me", (route) => route.fulfill({ status: 403, json: { code: "account_disabled" } }));
  await ann.page.reload();
  await ann.shows("page-disabled");
  await fits(ann, "disabled", BOTH);
});

pictured("every end of a call", async () => {
  const { ann, room, roomId } = await played();
  for (const [code, close, testId] of ENDINGS) {
    room.ends(code, close);
    await ann.knock(roomId);
    await ann.shows(testId);
    await fits(ann, `end-${code}`, BOTH);
  }
  room.has([]);
  await ann.join(roomId);
  await ann.get("leave").click();
  await ann.shows("page-left");
  await fits(ann, "end-left", BOTH);
});

pictured("one to four people, and nine", async () => {
  const { ann, room, roomId } = await played();
  for (const count of [1, 2, 3, 4, 9]) {
    const others = room.has(NAMES.slice(0, count - 1));
    await ann.join(roomId);
    for (const other of others) await ann.sees(other);
    await fits(ann, `tiles-${count}`);
    if (count === 3) {
      await ann.tile(others[0]).hover();
      await ann.get("pin").first().click();
      await fits(ann, "pinned");
    }
    // A page that goes elsewhere is not asked whether it may.
    await ann.page.evaluate(() => sessionStorage.clear());
    await ann.get("leave").click();
  }
});

pictured("panels, dialogs, and what the host does", async () => {
  const { ann, room, roomId } = await played();
  const others = room.has(["Ben", "Benjamin-Maximilian"]);
  const waiting = ["Gus", "Friedrich-Wilhelm von und zu Hohenstein"].map((name, at) => {
    return { id: `w${at}`, name, since: new Date().toISOString() };
  });
  await ann.page.route("**/waiting", (route) => route.fulfill({ json: waiting }));
  await ann.joinFromLobby(roomId);
  for (const other of others) await ann.sees(other);
  for (const text of ["Good morning!", "A long message, so that lines wrap: ".repeat(6), "https://example.org/plan"]) {
    const message = { id: crypto.randomUUID(), senderId: others[0].userId, content: text, timestamp: Date.now() };
    room.say("chat_message", message);
  }
  await ann.get("chat-unread").waitFor();
  await fits(ann, "unread");
  await ann.get("chat-toggle").click();
  await fits(ann, "chat");
  room.say("guests_waiting", { count: 2 });
  room.say("attributes_changed", { userId: others[1].userId, attributes: { hand: "1", microphone: "muted" } });
  await ann.get("people-toggle").click();
  await ann.get("waiting-guest").nth(1).waitFor();
  await fits(ann, "people-waiting");
  waiting.length = 0;
  room.say("guests_waiting", { count: 0 });
  await ann.get("waiting-guests").waitFor({ state: "detached" });
  await ann.get("person-actions").last().click();
  await fits(ann, "people-actions");
  await ann.get("remove").click();
  await fits(ann, "people-remove");
  await ann.get("people-toggle").click();
  room.say("room_changed", { hostId: ann.userId, guests: "ask", name: "Weekly meeting", locked: true });
  await ann.shows("locked");
  room.say("mute_requested", { by: others[0].userId, kind: "audio" });
  await ann.shows("mute-request");
  await fits(ann, "mute-request");
  await ann.get("mute-request-no").click();
  await ann.get("react").click();
  await fits(ann, "reactions");
  await ann.page.keyboard.press("Escape");
  await ann.get("settings").click();
  await fits(ann, "settings");
  await ann.page.keyboard.press("Escape");
  await ann.page.evaluate(() => history.back());
  await ann.shows("leave-dialog");
  await fits(ann, "leave-dialog");
});

pictured("everything that goes wrong in a call", async () => {
  const { ann, room, roomId } = await played();
  room.has(["Ben"], { isSilent: true });
  await ann.join(roomId);
  await fits(ann, "connecting");
  room.tell("degraded", { without: ["database"] });
  await ann.shows("banner-degraded");
  await fits(ann, "degraded");
  await ann.page.evaluate(() => {
    navigator.mediaDevices.getUserMedia = () => Promise.reject(new DOMException("", "NotReadableError"));
    navigator.mediaDevices.getDisplayMedia = () => Promise.reject(new DOMException("", "NotAllowedError"));
  });
  await ann.get("camera").click();
  await ann.get("camera").click();
  await ann.shows("trouble-camera");
  await ann.get("screen").click();
  await ann.shows("trouble-screen");
  await fits(ann, "device-trouble");
  await ann.shows("tile-trouble");
  await fits(ann, "media-trouble");
  room.cut();
  await ann.shows("banner-reconnecting");
  await fits(ann, "reconnecting");
});

pictured("nine people whose connections do not come about, in small tiles", async () => {
  const { ann, room, roomId } = await played();
  room.has([...NAMES.slice(0, 6), "מקסימיליאן פרידריך", "Ida"], { isSilent: true });
  await ann.join(roomId);
  await ann.get("tile").nth(7).waitFor();
  await ann.get("people-toggle").click();
  await fits(ann, "connecting-9");
});

/** A person whose room the test plays. */
async function played() {
  const ann = await house.person("Ann");
  const roomId = await ann.makeRoom({ name: "Weekly meeting", guests: "ask" });
  const members = await ann.context.newPage();
  await members.goto("/docs/");
  return { ann, roomId, room: await PlayedRoom.of(ann, members) };
}
