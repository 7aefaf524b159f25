import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { Room } from "../src/room.ts";
import { FakeSocket, settle } from "./fakes.ts";
import { joined, welcome } from "./stage.ts";

const NEW = "xyz-abcd-efg";

beforeEach(() => {
  vi.useFakeTimers();
  FakeSocket.made = [];
});
afterEach(() => {
  vi.useRealTimers();
  vi.unstubAllGlobals();
});

/** A room that Ann is in, whose tokens name the room that they are for. */
async function call() {
  const moved = vi.fn();
  const token = vi.fn(async ({ roomId }: { force: boolean; roomId?: string }) => `token of ${roomId}`);
  const messages = vi.fn(async () => ({ messages: [] }));
  const api = { token, messages, deleteMessage: async () => {}, moved };
  const room = new Room({
    roomId: "abc-defg-hij",
    url: "https://node.example",
    token,
    api,
    WebSocket: FakeSocket as never,
  });
  const joining = room.join();
  const socket = await welcome();
  socket.say(joined(5, [{ userId: "ann", rev: 3 }]));
  await joining;
  return { room, socket, api };
}

test("a move leads to the other room: its members, its chat, with the token that came with it", async () => {
  const { room, socket, api } = await call();
  room.chat.say("to the old room");
  const events: string[] = [];
  room.on("moved", ({ roomId }) => events.push(`moved ${roomId}`));
  room.on("memberLeft", () => events.push("left"));
  socket.say({ type: "moved", data: { roomId: NEW, token: "t2" } });
  expect(room.roomId).toBe(NEW);
  expect(events).toEqual([`moved ${NEW}`]);
  expect(api.moved).toHaveBeenCalledWith(NEW, "t2");
  expect(socket.sent.slice(-2)).toEqual([
    { type: "token_refresh", data: { token: "t2" } },
    { type: "join_room", data: { roomId: NEW } },
  ]);
  expect(room.members).toEqual([]);
  expect(room.chat.entries).toEqual([]);
  const there = joined(9, [{ userId: "bob", rev: 8 }], "s2");
  socket.say({ ...there, data: { ...there.data, roomId: NEW } });
  expect(room.state).toBe("joined");
  expect(room.members.map(({ userId }) => userId)).toEqual(["bob"]);
  await settle();
  expect(api.messages).toHaveBeenLastCalledWith(NEW, undefined);
});

test("a connection that is lost afterwards is made with that token, and the next one is for the new room", async () => {
  const { socket, api } = await call();
  socket.say({ type: "moved", data: { roomId: NEW, token: "t2" } });
  socket.say(joined(9, [], "s2"));
  socket.cut(1006);
  await vi.advanceTimersByTimeAsync(5_000);
  const again = await welcome();
  expect(again.sent[0]).toMatchObject({ type: "hello", data: { token: "t2" } });
  again.say({ type: "token_expiring", data: { inSeconds: 60 } });
  await settle();
  expect(api.token).toHaveBeenLastCalledWith({ force: true, roomId: NEW });
});

test("what we told of ourselves is not told in the other room", async () => {
  const { room, socket } = await call();
  const setting = room.setAttributes({ hand: "1" });
  socket.say({ type: "ack", cid: 1 });
  await setting;
  expect(room.attributes).toEqual({ hand: "1" });
  socket.say({ type: "moved", data: { roomId: NEW } });
  expect(room.attributes).toEqual({});
});

test("whoever is hidden knows it", async () => {
  const { room, socket } = await call();
  expect(room.isHidden).toBe(false);
  socket.say({ type: "moved", data: { roomId: NEW } });
  const there = joined(9, [], "s2");
  socket.say({ ...there, data: { ...there.data, attributes: { _hidden: "true" } } });
  expect(room.isHidden).toBe(true);
});
