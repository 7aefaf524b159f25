// The stranger's path on three nodes behind nginx, of which one is killed on the way; the page uses the script that nodes serve.
import assert from "node:assert/strict";
import { after } from "node:test";
import { Cluster } from "../stage/cluster.js";
import { Company, Customer } from "../stage/company.js";
import { House } from "../stage/house.js";
import { until } from "../stage/wait.js";

let company;
const house = House.over(async () => {
  company = await Company.found();
  return Cluster.start({ nodes: 3, file: await company.configuration() });
});
after(() => company?.close());

/** The page of docs/embed.md with `/sdk/aldis.js`, which resumes. */
const page = (nodes) => `<!doctype html>
<title>A call</title>
<script type="module">
  import { Api, Call, Media } from "${nodes}/sdk/aldis.js";
  const fetched = async () => (await fetch("/token" + location.search)).json();
  const { roomId } = await fetched();
  const media = new Media();
  await media.start({ microphone: true, camera: true });
  const api = new Api({ base: "${nodes}", token: async () => (await fetched()).token });
  const call = new Call({ url: "${nodes}", roomId, api, media });
  const videos = new Map();
  call.on("changed", () => {
    for (const { userId, stream } of call.view.peers) {
      if (!videos.has(userId)) {
        videos.set(userId, Object.assign(document.createElement("video"), { autoplay: true, title: userId }));
        document.body.append(videos.get(userId));
      }
      const video = videos.get(userId);
      if (video.srcObject !== stream) video.srcObject = stream;
    }
    for (const [userId, video] of videos) {
      if (call.view.peers.some((peer) => peer.userId === userId)) continue;
      video.remove();
      videos.delete(userId);
    }
  });
  await call.join();
</script>
`;

/** What the receiver was told, without what depends on which node went. */
const story = (told) => told.map((line) => line.split(" ").slice(1).join(" ")).filter((line) => !/disconnected|resumed/.test(line));

house.test("users of another site call each other over three nodes, of which one is killed, for longer than a token lives", async () => {
  const { nodes, origin, certificate } = house.node;
  await company.open(nodes[0], { origin, certificate, page: page(origin) });
  const customers = [];
  try {
    const options = { ignoreHTTPSErrors: true };
    const ann = await Customer.arrive("ann", house.browser, company, options);
    customers.push(ann);
    await ann.isIn();
    const lost = await house.node.only();
    const bob = await Customer.arrive("bob", house.browser, company, options);
    customers.push(bob);
    await Promise.all([ann.sees(bob), bob.sees(ann)]);
    await house.node.kill(lost);
    await until("ann goes on at another node", () => ann.count("resumed") > 0);
    await Promise.all([ann.sees(bob), bob.sees(ann)]);
    await Promise.all(customers.map((each) => each.renews(2)));
    await Promise.all([ann.sees(bob), bob.sees(ann)]);
    for (const each of customers) assert.equal(each.count("room_joined"), 1, `${each.name} joined once`);

    const left = nodes.filter((node) => node !== lost);
    const room = await company.room();
    const shown = await left[0].aldis("room", "show", room);
    for (const each of customers) assert.ok(shown.includes(`${each.userId}  connected`), shown);
    await left[1].aldis("room", "kick", room, bob.userId);
    await ann.misses(bob);
    const timeline = await left[0].aldis("room", "timeline", room);
    assert.match(timeline, /participant\.resumed .*userId=shop:ann/);
    assert.match(timeline, /participant\.left .*userId=shop:bob .*reason=kicked/);

    assert.equal((await company.asks("POST", `http://${left[1].http}/v1/rooms/${room}/close`)).status, 200);
    const told = await company.isTold("room.ended");
    assert.deepEqual(told.map((line) => Number(line.split(" ")[0])), told.map((_, index) => index + 1), "in order, each once");
    assert.ok(told.some((line) => line.endsWith("participant.resumed")), String(told));
    const expected = ["room.started", "participant.joined ann", "participant.joined bob", "participant.left", "participant.left", "room.ended"];
    assert.deepEqual(story(told), expected);
  } finally {
    for (const { context } of customers) await context.close();
  }
});
