import assert from "node:assert/strict";
import { House } from "../stage/house.js";
import { PlayedRoom } from "../stage/played-room.js";
import { until } from "../stage/wait.js";

const house = House.open();

house.test("a wrong password is refused, the right one opens the lobby with the rooms, and logging out ends it", async () => {
  const ann = await house.person("Ann");
  const rooms = [await ann.makeRoom(), await ann.makeRoom({ maxParticipants: 8 })];
  await ann.page.goto("/");
  await ann.get("logout").click();
  await ann.get("auth-mode-login").click();
  await ann.get("auth-email").fill(ann.email);
  await ann.get("auth-password").fill("not the password");
  await ann.get("auth-submit").click();
  await ann.shows("auth-error");
  await ann.photograph("login-wrong-password");
  await ann.get("auth-password").fill(ann.password);
  await ann.get("auth-submit").click();
  await ann.shows("page-lobby");
  await until("both rooms are listed", async () => (await ann.get("room-item").count()) === rooms.length);
  await ann.get("join-code").fill("not a code");
  await ann.get("join-submit").click();
  await ann.shows("join-error");
  await ann.photograph("lobby");
  await ann.get("logout").click();
  await ann.shows("page-welcome");
  await ann.page.goto(`/r/${rooms[0]}`);
  await ann.shows("page-invited");
  assert.equal(await ann.get("guest-form").count(), 0, "this room lets no guests in");
  await ann.photograph("invited-accounts-only");
});

house.test("closing a page while it is signing in keeps the person signed in", async () => {
  const ann = await house.person("Ann");
  await ann.page.goto("/");
  await ann.shows("page-lobby");
  for (let times = 0; times < 5; times += 1) {
    const asking = ann.page.waitForRequest("**/api/auth/*");
    await ann.page.reload({ waitUntil: "commit" });
    await asking;
  }
  await ann.page.goto("/");
  await ann.shows("page-lobby");
});

house.test("an unknown address and a missing room have a page of their own", async () => {
  const ann = await house.person("Ann");
  await ann.page.goto("/r/nonsense");
  await ann.shows("page-not-found");
  await ann.page.goto("/r/aaa-bbbb-ccc");
  await ann.shows("page-not-found");
  await ann.photograph("not-found");
  await ann.get("go-home").click();
  await ann.shows("page-lobby");
});

house.test("when the host deletes the room, all members see a notice, and none reconnects automatically", async () => {
  const {
    roomId,
    people: [ann, ben],
  } = await house.call(["Ann", "Ben"]);
  await ann.deleteRoom(roomId);
  for (const person of [ann, ben]) {
    await person.shows("page-closed");
    assert.equal((await person.session()).stopped, "room_closed");
  }
  await ben.photograph("closed");
});

house.test("who is disabled in a call is told so, and can use another account", async () => {
  const {
    people: [ann, ben],
  } = await house.call(["Ann", "Ben"]);
  await house.node.disable(ben.userId);
  await ben.shows("page-auth-expired");
  await ben.get("sign-in-again").click();
  await ben.shows("page-invited");
  await ann.missesTileOf(ben);
  // A page that is loaded anew finds the account's cookies still there, or finds nobody.
  await ben.page.goto("/");
  await until("it is said, or one can log in", async () => {
    return (await ben.get("page-disabled").count()) + (await ben.get("page-welcome").count()) > 0;
  });
  await ben.photograph("after-disabling");
});

house.test("a page that the server does not understand is loaded again by its button", async () => {
  const ann = await house.person("Ann");
  const roomId = await ann.makeRoom();
  const members = await ann.context.newPage();
  await members.goto("/docs/");
  const room = await PlayedRoom.of(ann, members);
  room.ends("already_in_room", 1002);
  await ann.knock(roomId);
  await ann.shows("page-error");
  await ann.page.evaluate(() => {
    window.isOld = true;
  });
  await ann.get("load-again").click();
  await ann.shows("page-prejoin");
  assert.ok(!(await ann.page.evaluate(() => window.isOld)));
});

house.test("an unreachable server has a page of its own, with a retry once it is back", async () => {
  const ann = await house.person("Ann");
  await ann.page.goto("/");
  await ann.shows("page-lobby");
  // The page itself is cached by the browser; its requests to the server fail.
  await ann.page.route("**/api/**", (route) => route.abort("connectionrefused"));
  await ann.page.reload();
  await ann.shows("page-unreachable");
  await ann.photograph("unreachable");
  await ann.page.unroute("**/api/**");
  await ann.page.getByRole("button", { name: "Try again" }).click();
  await ann.shows("page-lobby");
});
