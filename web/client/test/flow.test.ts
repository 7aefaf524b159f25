// What a room knows of its media and of what its members send.
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { Room } from "../src/room.ts";
import type { Numbered } from "../src/wire.ts";
import { FakeSocket, settle } from "./fakes.ts";
import { joined, welcome } from "./stage.ts";

beforeEach(() => {
  vi.useFakeTimers();
  FakeSocket.made = [];
});
afterEach(() => {
  vi.useRealTimers();
});

const camera = { producerId: "c1", kind: "video" as const, source: "camera", paused: false };

/** A room of mode `sfu` in epoch 3, in which Ann sends her camera. */
async function room() {
  const made = new Room({
    roomId: "abc-defg-hij",
    url: "wss://node.example/ws",
    token: "t",
    WebSocket: FakeSocket as never,
  });
  void made.join();
  const socket = await welcome();
  const { data } = joined(5, [{ userId: "ann", rev: 3 }]);
  const peers = data.peers.map((peer) => ({ ...peer, producers: [camera] }));
  const media = { mode: "sfu" as const, epoch: 3, speaker: "ann" };
  socket.say({ type: "room_joined", data: { ...data, peers, mode: "sfu", media } });
  await settle();
  let seq = 0;
  const hear = (message: Record<string, unknown>) => {
    seq += 1;
    socket.say({ ...message, seq } as Numbered);
  };
  const producers = (userId: string) =>
    made.members
      .find((member) => member.userId === userId)
      ?.producers?.map(({ producerId, paused }) => [producerId, paused]) ?? [];
  return { made, socket, hear, producers };
}

test("members come with what they send, and news change it", async () => {
  const { made, hear, producers } = await room();
  expect([made.flow, producers("ann")]).toEqual([
    { meant: "sfu", mode: "sfu", epoch: 3, speaker: "ann" },
    [["c1", false]],
  ]);
  const voice = {
    userId: "ann",
    producerId: "m1",
    kind: "audio",
    source: "microphone",
    paused: true,
    epoch: 3,
  };
  hear({ type: "sfu_new_producer", data: voice });
  hear({ type: "sfu_new_producer", data: voice });
  expect(producers("ann")).toEqual([
    ["c1", false],
    ["m1", true],
  ]);
  hear({ type: "sfu_producer_changed", data: { userId: "ann", producerId: "m1", paused: false } });
  hear({ type: "sfu_producer_closed", data: { userId: "ann", producerId: "c1", reason: "closed" } });
  expect(producers("ann")).toEqual([["m1", false]]);
  hear({ type: "sfu_new_producer", data: { ...voice, userId: "nobody" } });
  hear({ type: "user_left", data: { userId: "ann", reason: "left" } });
  hear({ type: "user_joined", data: { userId: "ann", name: "Ann", rev: 9 } });
  expect(producers("ann")).toEqual([]);
});

test("another epoch ends all that was sent in the last one; old news change nothing", async () => {
  const { made, hear, producers } = await room();
  hear({ type: "media_changed", data: { mode: "sfu", epoch: 3, reason: "placed" } });
  expect(producers("ann")).toEqual([["c1", false]]);
  hear({ type: "media_changed", data: { mode: "mesh", epoch: 4, reason: "media_unavailable" } });
  expect([made.flow.mode, made.flow.meant, made.flow.epoch, producers("ann")]).toEqual([
    "mesh",
    "sfu",
    4,
    [],
  ]);
  hear({ type: "sfu_new_producer", data: { userId: "ann", ...camera, epoch: 3 } });
  expect(producers("ann")).toEqual([]);
  hear({ type: "media_changed", data: { mode: "sfu", epoch: 5, reason: "recovered" } });
  hear({ type: "sfu_new_producer", data: { userId: "ann", ...camera, producerId: "c2", epoch: 5 } });
  expect(producers("ann")).toEqual([["c2", false]]);
});

test("complaint: who speaks is known to who comes late, and changes", async () => {
  const { made, socket } = await room();
  expect(made.flow.speaker).toBe("ann");
  socket.say({ type: "sfu_active_speaker", data: { userId: null } });
  expect(made.flow.speaker).toBe(null);
});

test("a room of mode auto is meant as suits its size, also for who learns of it later", async () => {
  const { made, socket, hear, producers } = await room();
  hear({ type: "media_changed", data: { mode: "mesh", epoch: 4, reason: "shrunk" } });
  expect([made.flow.mode, made.flow.meant, producers("ann")]).toEqual(["mesh", "mesh", []]);
  hear({ type: "media_changed", data: { mode: "sfu", epoch: 5, reason: "grown" } });
  hear({ type: "media_changed", data: { mode: "mesh", epoch: 6, reason: "media_unavailable" } });
  expect([made.flow.mode, made.flow.meant, made.flow.epoch]).toEqual(["mesh", "sfu", 6]);
  const peers = [{ userId: "ann", name: "Ann", rev: 3, state: "on", producers: [camera] }];
  const media = { mode: "sfu", epoch: 8 };
  socket.say({ type: "resumed", data: { peers, fromSeq: 4, lastCid: 0, media } } as never);
  hear({ type: "media_changed", data: { mode: "mesh", epoch: 7, reason: "shrunk" } });
  expect([made.flow.mode, made.flow.meant, made.flow.epoch]).toEqual(["sfu", "mesh", 8]);
  hear({ type: "media_changed", data: { mode: "sfu", epoch: 8, reason: "grown" } });
  expect([made.flow.mode, made.flow.meant, made.flow.epoch, producers("ann")]).toEqual([
    "sfu",
    "sfu",
    8,
    [["c1", false]],
  ]);
});
