// A guest whose device sleeps for longer than their token lives.
import assert from "node:assert/strict";
import { House } from "../stage/house.js";
import { stays, until } from "../stage/wait.js";

/** The shortest life that a node gives a token. */
const LIFE_MS = 60_000;
const house = House.open(() => ({ "auth.access_ttl": "60s" }));

house.test("is the same guest when it wakes: the host is not asked, the seat is theirs, and a reload leads back", async () => {
  const ann = await house.person("Ann");
  const roomId = await ann.makeRoom({ guests: "ask" });
  await ann.join(roomId);
  const gus = await house.stranger("Gus");
  await gus.page.goto(`/r/${roomId}`);
  await gus.get("guest-name").fill("Gus");
  await gus.get("auth-submit").click();
  await ann.get("people-toggle").click();
  await ann.get("admit").click();
  await gus.get("prejoin-join").click();
  await gus.isJoined();
  await ann.sees(gus);
  const { userId } = gus;
  const asked = () => ann.tape.received("guests_waiting").length;
  const before = asked();

  // Asleep: nothing passes, for longer than a token that was just renewed lives, with the leeway of clocks.
  gus.line.freeze();
  const end = Date.now() + LIFE_MS + 15_000;
  await until("it is late", () => Date.now() > end, 2 * LIFE_MS);
  gus.line.thaw();
  await gus.isJoined();
  assert.equal(gus.userId, userId);
  await gus.sees(ann);
  await ann.sees(gus);
  await stays("nobody is asked", async () => asked() === before && (await gus.get("banner-waiting").count()) === 0, 2_000);

  // A tab that was thrown away meanwhile, and is opened again.
  await gus.page.goto("/docs/");
  const late = Date.now() + LIFE_MS + 10_000;
  await until("it is late again", () => Date.now() > late, 2 * LIFE_MS);
  await gus.page.goto(`/r/${roomId}`);
  await gus.isJoined();
  assert.equal(gus.userId, userId);
  assert.equal(asked(), before);
}, 300_000);
