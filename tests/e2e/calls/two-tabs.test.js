import assert from "node:assert/strict";
import { House } from "../stage/house.js";
import { stays, until } from "../stage/wait.js";

/** Long enough for three back-offs of a page that would wrongly reconnect. */
const PEACE_MS = 3_000;

const house = House.open();

house.test("a second tab takes the call over; the first shows a notice, does not reconnect, and can take it back", async () => {
  const {
    roomId,
    people: [ann, ben],
  } = await house.call(["Ann", "Ben"]);
  const since = ann.tape.now;
  const { sockets } = ben.tape;

  const second = await house.tab(ben);
  await second.join(roomId);
  await ben.shows("page-replaced");
  await ben.photograph("replaced");
  assert.equal((await ben.session()).stopped, "replaced");
  await ann.sees(second);
  await second.sees(ann);
  await stays("the first tab leaves the call to the second", async () => {
    return ben.tape.sockets === sockets && (await second.session()).state === "joined";
  }, PEACE_MS);
  assert.deepEqual(comings(ann, since), [
    ["user_left", "replaced"],
    ["user_joined", undefined],
  ]);

  await ben.get("join-again").click();
  await ben.isJoined();
  await second.shows("page-replaced");
  await ann.sees(ben);
  await until("Ann has seen Ben's tabs change twice", () => comings(ann, since).length === 4);
});

function comings(person, since) {
  const news = person.tape.messages.slice(since).filter(({ type }) => /^user_/.test(type));
  return news.map(({ type, data }) => [type, data.reason]);
}
