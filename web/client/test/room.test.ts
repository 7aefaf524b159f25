import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { NotSent, RoomEnded } from "../src/errors.ts";
import { LIMITS } from "../src/limits.ts";
import { Room, type RoomOptions } from "../src/room.ts";
import { FakeSocket, settle } from "./fakes.ts";
import { joined, welcome } from "./stage.ts";

beforeEach(() => {
  vi.useFakeTimers();
  FakeSocket.made = [];
});
afterEach(() => {
  vi.useRealTimers();
  vi.unstubAllGlobals();
});

function newRoom(options: Partial<RoomOptions> = {}): Room {
  return new Room({
    roomId: "abc-defg-hij",
    url: "https://node.example",
    token: "token",
    WebSocket: FakeSocket as never,
    ...options,
  });
}

async function joinedRoom(options: Partial<RoomOptions> = {}) {
  const room = newRoom(options);
  const joining = room.join();
  await welcome();
  FakeSocket.last.say(joined(5, [{ userId: "ann", rev: 3 }]));
  await joining;
  return { room, socket: FakeSocket.last };
}

describe("joining", () => {
  test("resolves once there is a seat; another call waits for the same, and later ones do nothing", async () => {
    const room = newRoom();
    const both = Promise.all([room.join(), room.join()]);
    await welcome();
    expect(FakeSocket.last.url).toBe("wss://node.example/ws");
    FakeSocket.last.say(joined(5, [{ userId: "ann", rev: 3 }]));
    await both;
    await room.join();
    expect(FakeSocket.made).toHaveLength(1);
    expect(room.members).toEqual([{ userId: "ann", name: "ANN", rev: 3, state: "on" }]);
  });

  test("rejects with the reason, and may be tried again", async () => {
    const room = newRoom();
    const joining = room.join();
    await welcome();
    FakeSocket.last.refuse("room_full", { retryable: true });
    const error = await joining.catch((caught: unknown) => caught);
    expect(error).toBeInstanceOf(RoomEnded);
    expect(error).toMatchObject({ code: "room_full", refusal: { code: "room_full" } });
    expect(room.ended).toBe(error);
    const again = room.join();
    await welcome();
    FakeSocket.last.say(joined());
    await again;
    expect([room.state, room.ended]).toEqual(["joined", null]);
  });

  test("ends with the first `leave`; a second one, and one before it began, do nothing", async () => {
    const idle = newRoom();
    idle.leave();
    expect(idle.state).toBe("idle");
    const { room, socket } = await joinedRoom();
    const ends: string[] = [];
    room.on("ended", ({ code }) => ends.push(code));
    room.leave();
    room.leave();
    expect([ends, room.state, room.members]).toEqual([["left"], "stopped", []]);
    expect(socket.types().filter((type) => type === "leave_room")).toHaveLength(1);
  });

  test("without a WebSocket, or without a node, says what is missing", () => {
    vi.stubGlobal("WebSocket", undefined);
    expect(() => new Room({ roomId: "abc-defg-hij", url: "https://node.example" })).toThrow(/ws/);
    expect(() => new Room({ roomId: "abc-defg-hij", WebSocket: FakeSocket as never })).toThrow(/url/);
  });
});

describe("members and messages", () => {
  test("who comes and who leaves is told once", async () => {
    const { room, socket } = await joinedRoom();
    const told: string[] = [];
    room.on("memberJoined", ({ name }) => told.push(`+${name}`));
    room.on("memberLeft", ({ member, reason }) => told.push(`-${member.name} ${reason}`));
    const zoe = { userId: "zoe", name: "Zoe", rev: 8 };
    socket.say({ type: "user_joined", seq: 1, data: zoe });
    socket.say({ type: "user_joined", seq: 2, data: zoe });
    socket.say({ type: "user_left", seq: 3, data: { userId: "ann", reason: "left" } });
    socket.say({ type: "user_left", seq: 4, data: { userId: "nobody", reason: "left" } });
    expect(told).toEqual(["+Zoe", "-ANN left"]);
    expect(room.members.map(({ userId }) => userId)).toEqual(["zoe"]);
  });

  test("an application's message resolves with the server's acknowledgement, and is heard with its sender", async () => {
    const { room, socket } = await joinedRoom();
    const heard: unknown[] = [];
    room.once("message", (message) => heard.push(message));
    const sent = room.send("hand", { up: true }, { to: "ann" });
    expect(socket.sent.at(-1)).toEqual({
      type: "message",
      cid: 1,
      data: { topic: "hand", data: { up: true }, to: "ann" },
    });
    socket.say({ type: "ack", cid: 1 });
    await sent;
    const message = { type: "message" as const, data: { senderUserId: "ann", topic: "hand", data: 7 } };
    socket.say({ ...message, seq: 1 });
    socket.say({ ...message, seq: 2 });
    expect(heard).toEqual([{ from: "ann", topic: "hand", data: 7 }]);
    room.once("message", (message) => heard.push(message));
    socket.say({ type: "message", data: { topic: "order", data: "paid" }, seq: 3 });
    expect(heard.at(-1)).toEqual({ from: null, topic: "order", data: "paid" });
  });

  test("a refused message and a lost one reject with the code", async () => {
    const { room, socket } = await joinedRoom();
    const [refused, lost] = [room.send("hand", 1), room.send("hand", 2)];
    socket.refuse("forbidden", { cid: 1 });
    const error = await refused.catch((caught: unknown) => caught);
    expect(error).toBeInstanceOf(NotSent);
    expect(error).toMatchObject({ code: "forbidden" });
    room.leave();
    await expect(lost).rejects.toMatchObject({ code: "lost" });
  });

  test("a listener that was taken off hears nothing", async () => {
    const { room, socket } = await joinedRoom();
    const listener = vi.fn();
    room.on("memberLeft", listener);
    room.off("memberLeft", listener);
    socket.say({ type: "user_left", seq: 1, data: { userId: "ann", reason: "left" } });
    expect(listener).not.toHaveBeenCalled();
  });
});

describe("a room that is full when a lost seat is asked for again", () => {
  async function lostSeat(worthwhile: boolean) {
    const { room, socket } = await joinedRoom({ worthwhile: () => worthwhile });
    socket.cut(1006);
    await vi.advanceTimersByTimeAsync(LIMITS.backoffSpreadMs);
    await welcome();
    FakeSocket.last.say({ type: "resume_failed", data: { reason: "seat_gone" } });
    FakeSocket.last.refuse("room_full", { retryable: true });
    return room;
  }

  test("does not end media that works: a seat is asked for until there is one", async () => {
    const room = await lostSeat(true);
    expect([room.state, room.isCrowded]).toEqual(["reconnecting", true]);
    const joins = () => FakeSocket.last.types().filter((type) => type === "join_room").length;
    expect(joins()).toBe(1);
    await vi.advanceTimersByTimeAsync(LIMITS.crowdedMs);
    expect(joins()).toBe(2);
    FakeSocket.last.say(joined(9, [], "s2"));
    await settle();
    expect([room.state, room.isCrowded]).toEqual(["joined", false]);
  });

  test("ends the session if there is none", async () => {
    const room = await lostSeat(false);
    expect([room.state, room.ended?.code]).toEqual(["stopped", "room_full"]);
  });
});
