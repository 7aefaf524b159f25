// What two programs say to each other; the package comes from `import` or from `require`.
const assert = require("node:assert/strict");
const WebSocket = require("ws");

module.exports = async function play({ Api, Room, RoomEnded, Problem, AldisError }, mark) {
  const base = process.env.ALDIS_URL;
  const person = async (name) => {
    const api = new Api({ base });
    await api.signup(`${name}-${mark}@example.org`, "correct horse battery", name);
    return api;
  };
  const [ann, ben] = [await person("Ann"), await person("Ben")];
  const { roomId, name } = await ann.createRoom({ name: "Talk", guests: "yes" });
  assert.equal(name, "Talk");

  // By an `Api`, and by a token of one's own.
  const first = new Room({ url: base, roomId, api: ann, WebSocket });
  const second = new Room({ url: base, roomId, token: (options) => ben.token(options), WebSocket });
  const came = new Promise((resolve) => first.once("memberJoined", resolve));
  await first.join();
  await Promise.all([second.join(), second.join()]);
  assert.equal((await came).name, "Ben");
  assert.deepEqual(second.members.map((member) => member.name), ["Ann"]);

  const heard = new Promise((resolve) => second.once("message", resolve));
  await first.send("hand", { up: true });
  assert.deepEqual(await heard, { from: first.userId, topic: "hand", data: { up: true } });
  const read = new Promise((resolve) => first.once("chat", resolve));
  second.chat.say("Hello");
  assert.equal((await read).content, "Hello");

  // A guest, who has no account.
  const guest = new Api({ base });
  assert.equal((await guest.card(roomId)).participants, 2);
  assert.equal((await guest.enterAsGuest(roomId, "Gus")).name, "Gus");
  const third = new Room({ url: base, roomId, api: guest, WebSocket });
  await third.join();
  assert.equal(third.members.length, 2);
  const same = third.userId;
  await guest.refresh();
  assert.equal((await guest.enterAsGuest(roomId, "Gus")).id, same, "a renewed guest stays the same");

  await assert.rejects(new Room({ url: base, roomId: "aaa-bbbb-ccc", api: ann, WebSocket }).join(), (error) => {
    assert.ok(error instanceof RoomEnded && error instanceof AldisError);
    return error.code === "room_not_found";
  });
  await assert.rejects(ann.login("nobody@example.org", "wrong"), (error) => {
    assert.ok(error instanceof Problem);
    return error.status === 401;
  });
  const left = new Promise((resolve) => first.once("memberLeft", resolve));
  second.leave();
  second.leave();
  assert.equal((await left).reason, "left");
  for (const room of [first, third]) room.leave();
};
