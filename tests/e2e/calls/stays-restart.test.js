// Media outlives the node that brought it about.
import { House } from "../stage/house.js";
import { talk, undisturbed } from "../stage/stays.js";
import { until } from "../stage/wait.js";

const house = House.open();

house.test("a node that is killed, and starts with an empty memory", async () => {
  const { people } = await house.call(["Ann", "Ben"]);
  await undisturbed(people, async ({ ann, ben }) => {
    const since = people.map(({ tape }) => tape.now);
    await house.node.kill();
    await ben.shows("banner-reconnecting");
    const said = await talk(ann, ben);
    await house.node.start();
    for (const [at, person] of people.entries()) {
      person.line.lead(house.node.http);
      await until(`${person.name} joined again`, () => person.tape.received("room_joined", since[at]).length === 1);
    }
    return said;
  });
});

house.test("a node that is stopped in order and started again", async () => {
  const { people } = await house.call(["Ann", "Ben"]);
  await undisturbed(people, async () => {
    const since = people.map(({ tape }) => tape.now);
    await house.node.restart();
    for (const [at, person] of people.entries()) {
      person.line.lead(house.node.http);
      const isBack = () => ["room_joined", "resumed"].some((type) => person.tape.received(type, since[at]).length > 0);
      await until(`${person.name} is back`, isBack);
    }
  });
});
