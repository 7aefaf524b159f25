// A stranger's path: the files of docs/embed.md and docs/webhooks.md as they stand, on a site of another origin, and what its operator sees.
import assert from "node:assert/strict";
import { after } from "node:test";
import { Company, Customer } from "../stage/company.js";
import { House } from "../stage/house.js";
import { Node } from "../stage/node.js";
import { until } from "../stage/wait.js";

let company;
const house = House.over(async () => {
  company = await Company.found();
  return Node.start({}, await company.configuration());
});
after(() => company?.close());

house.test("users of another site call each other for longer than a token lives; the operator removes one; the backend ends it", async () => {
  await company.open(house.node);
  const customers = [];
  try {
    const ann = await Customer.arrive("ann", house.browser, company);
    customers.push(ann);
    await ann.isIn();
    const bob = await Customer.arrive("bob", house.browser, company);
    customers.push(bob);
    await Promise.all([ann.sees(bob), bob.sees(ann)]);
    const connected = customers.map((each) => each.connected);
    await Promise.all(customers.map((each) => each.renews(2)));
    await Promise.all([ann.sees(bob), bob.sees(ann)]);
    assert.deepEqual(customers.map((each) => each.connected), connected, "the sockets are those of before");

    const { node } = house;
    const room = await company.room();
    assert.match(await node.aldis("room", "list"), new RegExp(room));
    const shown = await node.aldis("room", "show", room);
    for (const each of customers) assert.ok(shown.includes(`${each.userId}  connected`), shown);
    await node.aldis("room", "kick", room, bob.userId);
    await ann.misses(bob);
    const reason = () => ann.messages.find((message) => message.type === "user_left")?.data;
    await until("ann is told", () => reason());
    assert.deepEqual(reason(), { userId: bob.userId, reason: "kicked" });
    const timeline = await node.aldis("room", "timeline", room);
    assert.match(timeline, /participant\.left .*userId=shop:bob .*reason=kicked/);

    assert.equal((await company.asks("POST", `http://${node.http}/v1/rooms/${room}/close`)).status, 200);
    const told = await company.isTold("room.ended");
    assert.deepEqual(told, [
      "1 room.started",
      "2 participant.joined ann",
      "3 participant.joined bob",
      "4 participant.left",
      "5 participant.left",
      "6 room.ended",
    ]);
    assert.deepEqual(customers.map((each) => each.connected), connected, "who was removed does not come back");
  } finally {
    for (const { context } of customers) await context.close();
  }
});
