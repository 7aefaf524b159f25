import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { NotSent } from "../src/errors.ts";
import { merged } from "../src/members.ts";
import { Room } from "../src/room.ts";
import { FakeSocket, settle } from "./fakes.ts";
import { joined, welcome } from "./stage.ts";

beforeEach(() => {
  vi.useFakeTimers();
  FakeSocket.made = [];
});
afterEach(() => vi.useRealTimers());

async function joinedRoom(more: object = {}) {
  const url = "https://node.example";
  const room = new Room({ roomId: "abc-defg-hij", url, token: "token", WebSocket: FakeSocket as never });
  const joining = room.join();
  await welcome();
  const said = joined(5, [{ userId: "ann", rev: 3 }]);
  FakeSocket.last.say({ ...said, data: { ...said.data, ...more } });
  await joining;
  return { room, socket: FakeSocket.last };
}

describe("attributes", () => {
  test("a change merges, and null removes", () => {
    expect(merged({ a: "1", b: "2" }, { b: null, c: "3", d: null })).toEqual({ a: "1", c: "3" });
    expect(merged(undefined, { a: "1" })).toEqual({ a: "1" });
  });

  test("what a member tells of themselves is in the list, and told once", async () => {
    const { room, socket } = await joinedRoom();
    const told: unknown[] = [];
    room.on("attributesChanged", ({ member, changes }) => told.push([member.userId, changes]));
    const say = (seq: number, userId: string, attributes: Record<string, string | null>) =>
      socket.say({ type: "attributes_changed", seq, data: { userId, attributes } });
    say(1, "ann", { hand: "up", role: "chair" });
    say(2, "ann", { hand: null });
    say(2, "ann", { hand: null });
    say(3, "nobody", { hand: "up" });
    expect(room.members[0]?.attributes).toEqual({ role: "chair" });
    expect(told).toEqual([
      ["ann", { hand: "up", role: "chair" }],
      ["ann", { hand: null }],
    ]);
  });

  test("ours are set once acknowledged, and set again in a new session", async () => {
    const { room, socket } = await joinedRoom({ attributes: { metadata: "m" } });
    expect(room.attributes).toEqual({ metadata: "m" });
    const set = room.setAttributes({ hand: "up" });
    expect(room.attributes).toEqual({ metadata: "m" });
    expect(socket.sent.at(-1)).toEqual({
      type: "set_attributes",
      cid: 1,
      data: { attributes: { hand: "up" } },
    });
    socket.say({ type: "ack", cid: 1 });
    await set;
    expect(room.attributes).toEqual({ metadata: "m", hand: "up" });
    socket.say({ type: "resume_failed", data: { reason: "seat_gone" } });
    FakeSocket.last.say(joined(9, [], "s2"));
    expect(socket.sent.at(-1)).toEqual({
      type: "set_attributes",
      cid: 1,
      data: { attributes: { hand: "up" } },
    });
  });
});

describe("the host", () => {
  test("is known, and what they change is told", async () => {
    const { room, socket } = await joinedRoom({ hostId: "me", locked: false, guests: "yes", name: "Weekly" });
    expect([room.isHost, room.rules]).toEqual([
      true,
      { hostId: "me", locked: false, guests: "yes", name: "Weekly" },
    ]);
    const told: unknown[] = [];
    room.on("roomChanged", ({ hostId }) => told.push(hostId));
    room.on("guestsWaiting", ({ count }) => told.push(count));
    room.on("muteRequested", ({ by, kind }) => told.push([by, kind]));
    const rules = { hostId: "ann", locked: true, guests: "ask" as const, name: "Weekly" };
    socket.say({ type: "room_changed", seq: 1, data: rules });
    socket.say({ type: "guests_waiting", seq: 2, data: { count: 2 } });
    socket.say({ type: "mute_requested", seq: 3, data: { by: "ann", kind: "audio" } });
    expect([room.isHost, room.rules, told]).toEqual([false, rules, ["ann", 2, ["ann", "audio"]]]);
  });

  test("asks for each power by its message, and hears why not", async () => {
    const { room, socket } = await joinedRoom();
    const asked = [
      room.removeMember("ann"),
      room.removeMember("ann", { ban: true }),
      room.requestMute("ann", "video"),
      room.handOver("ann"),
      room.setRoom({ locked: true }),
      room.endRoom(),
    ];
    expect(socket.sent.slice(-6)).toEqual([
      { type: "remove_member", cid: 1, data: { userId: "ann" } },
      { type: "remove_member", cid: 2, data: { userId: "ann", ban: true } },
      { type: "request_mute", cid: 3, data: { userId: "ann", kind: "video" } },
      { type: "hand_over", cid: 4, data: { userId: "ann" } },
      { type: "set_room", cid: 5, data: { locked: true } },
      { type: "end_room", cid: 6 },
    ]);
    socket.refuse("not_host", { cid: 6 });
    socket.say({ type: "ack", cid: 6 });
    const error = await asked[5]?.catch((caught: unknown) => caught);
    expect(error).toBeInstanceOf(NotSent);
    expect(error).toMatchObject({ code: "not_host" });
    await Promise.all(asked.slice(0, 5));
  });

  test.each(["removed", "banned"] as const)("has %s us: we do not come back by ourselves", async (code) => {
    const { room, socket } = await joinedRoom();
    socket.refuse(code);
    socket.cut(4403);
    await settle();
    expect([room.ended?.code, room.state, FakeSocket.made.length]).toEqual([code, "stopped", 1]);
  });

  test("has locked the room: the join is refused for that", async () => {
    const url = "https://node.example";
    const room = new Room({ roomId: "abc-defg-hij", url, token: "token", WebSocket: FakeSocket as never });
    const joining = room.join().catch((caught: unknown) => caught);
    await welcome();
    FakeSocket.last.refuse("room_locked");
    expect(await joining).toMatchObject({ code: "room_locked" });
  });
});
