import { AldisError, Emitter, type Numbered, RoomEnded } from "@aldis/client";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { FakeSocket } from "../../client/test/fakes.ts";
import { joined, welcome } from "../../client/test/stage.ts";
import { Call, type CallOptions } from "../src/call.ts";
import { LIMITS } from "../src/limits.ts";
import { Media } from "../src/media.ts";
import { FakePeerConnection, FakeStream, FakeTrack, settle } from "./fakes.ts";

beforeEach(() => {
  vi.useFakeTimers();
  vi.stubGlobal("MediaStream", FakeStream);
  FakeSocket.made = [];
  FakePeerConnection.made = [];
});
afterEach(() => {
  vi.useRealTimers();
  vi.unstubAllGlobals();
});

/** A track that tells of its end, as a browser's does. */
class LiveTrack extends FakeTrack {
  readonly #listeners = new Set<() => void>();
  addEventListener(_: string, listener: () => void): void {
    this.#listeners.add(listener);
  }
  removeEventListener(_: string, listener: () => void): void {
    this.#listeners.delete(listener);
  }
  end(): void {
    this.onended?.();
    for (const listener of this.#listeners) listener();
  }
}
const track = (kind: string) => new LiveTrack(kind) as unknown as LiveTrack & MediaStreamTrack;

/** A call that Zoe joins after us. */
async function call(options: Partial<CallOptions> = {}) {
  const made = new Call({
    roomId: "abc-defg-hij",
    url: "wss://node.example/ws",
    token: "token",
    WebSocket: FakeSocket as never,
    RTCPeerConnection: FakePeerConnection as never,
    ...options,
  });
  const joining = made.join();
  const socket = await welcome();
  socket.say(joined(5));
  await joining;
  socket.say({ type: "user_joined", seq: 1, data: { userId: "zoe", name: "Zoe", rev: 8 } });
  await settle();
  return { call: made, socket };
}
const directions = () => FakePeerConnection.last.getTransceivers().map(({ direction }) => direction);

test("who has no media sends nothing, and receives everything", async () => {
  const { call: made } = await call();
  expect(directions()).toEqual(["recvonly", "recvonly", "recvonly"]);
  expect(made.view.peers.map(({ name }) => name)).toEqual(["Zoe"]);
});

test("a published track is sent until it is taken back, or has ended by itself", async () => {
  const { call: made } = await call();
  const [board, music] = [track("video"), track("audio")];
  const publication = made.publishTrack(board, { name: "whiteboard" });
  made.publishTrack(music);
  expect(directions().slice(3)).toEqual(["sendonly", "sendonly"]);
  publication.unpublish();
  publication.unpublish();
  music.end();
  expect(directions().slice(3)).toEqual(["inactive", "inactive"]);
  expect(board.stopped).toBe(false);
});

test("at most eight tracks are published, and one more says why not", async () => {
  const { call: made } = await call();
  for (let count = 0; count < LIMITS.extraTracksMax; count += 1) made.publishTrack(track("audio"));
  expect(() => made.publishTrack(track("audio"))).toThrow(AldisError);
  expect(() => made.publishTrack(track("audio"))).toThrow(/unpublish one/);
});

test("the sound of a shared screen goes with it", async () => {
  const [picture, sound] = [track("video"), track("audio")];
  const stream = new FakeStream([sound, picture]);
  vi.stubGlobal("navigator", {
    mediaDevices: {
      getDisplayMedia: async () => stream,
      enumerateDevices: async () => [],
      addEventListener: () => {},
      removeEventListener: () => {},
    },
  });
  const media = new Media();
  await call({ media });
  await media.toggleScreen();
  await settle();
  const sent = () => FakePeerConnection.last.getTransceivers().map((place) => place.track);
  expect(sent()).toEqual([null, null, picture, sound]);
  await media.toggleScreen();
  await settle();
  expect(sent()).toEqual([null, null, null, null]);
  expect([picture.stopped, sound.stopped]).toEqual([true, true]);
});

test("what large rooms need is loaded in those alone, once, and media goes that way", async () => {
  let loads = 0;
  const told: string[] = [];
  class Path extends Emitter<{ changed: undefined; stale: undefined }> {
    readonly state = "connected";
    readonly trouble = null;
    readonly fits = true;
    say = () => told.push("say");
    set = (slot: string) => told.push(slot);
    hear = ({ type }: Numbered) => told.push(type);
    see = (userId: string, width: number) => told.push(`${userId} ${width}`);
    resumed = () => told.push("resumed");
    views = () => [];
    close = () => told.push("close");
  }
  const sfu = async () => {
    loads += 1;
    return { SfuPath: Path as never };
  };
  await call({ sfu });
  expect(loads).toBe(0);
  FakeSocket.made = [];
  const large = new Call({
    roomId: "abc-defg-hij",
    url: "wss://node.example/ws",
    token: "token",
    WebSocket: FakeSocket as never,
    sfu,
  });
  void large.join();
  const socket = await welcome();
  const { data } = joined(5);
  socket.say({ type: "room_joined", data: { ...data, mode: "sfu", media: { mode: "sfu", epoch: 0 } } });
  await settle();
  socket.say({ type: "user_joined", seq: 1, data: { userId: "zoe", name: "Zoe", rev: 8 } });
  large.see("zoe", 300);
  socket.say({ type: "degraded", data: { without: ["media"] } });
  socket.say({ type: "degraded", data: { without: [] } });
  expect([loads, told]).toEqual([
    1,
    ["say", "microphone", "camera", "screen", "user_joined", "zoe 300", "resumed"],
  ]);
  expect(large.view.path).toMatchObject({ meant: "sfu", mode: "sfu", state: "connected" });
  large.leave();
  expect(told.at(-1)).toBe("close");
});

test("its events are the room's, and its end closes every connection", async () => {
  const { call: made, socket } = await call();
  const told: unknown[] = [];
  made.on("message", ({ topic }) => told.push(topic));
  made.on("ended", (end) => told.push(end.code));
  socket.say({ type: "message", seq: 2, data: { senderUserId: "zoe", topic: "hand", data: 1 } });
  made.leave();
  made.leave();
  expect(told).toEqual(["hand", "left"]);
  expect(FakePeerConnection.last.closed).toBe(true);
  expect([made.view.state, made.view.stopped, made.view.peers]).toEqual(["stopped", "left", []]);
  expect(made.room.ended).toBeInstanceOf(RoomEnded);
});

/** What an API is told of connections, each with its room. */
function reported() {
  const told: unknown[] = [];
  const api = {
    token: async () => "token",
    messages: async () => ({ messages: [], complete: true }),
    deleteMessage: async () => {},
    report: async (roomId: string, reports: unknown) => void told.push([roomId, reports]),
  };
  return { told, api };
}
const FROM_ZOE = {
  media: [
    { userId: "zoe", state: "connected", seconds: 0 },
    { userId: "zoe", state: "ended", seconds: 0 },
  ],
};

test("the service is told what became of connections, unless that is switched off", async () => {
  const { told, api } = reported();
  for (const reports of [true, false]) {
    const { call: made } = await call({ api, reports });
    FakePeerConnection.last.become("connected");
    made.leave();
    await settle();
    FakeSocket.made = [];
  }
  expect(told).toEqual([["abc-defg-hij", FROM_ZOE]]);
});

test("what became of connections is told of the room that they were in, after a move, too", async () => {
  const { told, api } = reported();
  const { call: made, socket } = await call({ api });
  FakePeerConnection.last.become("connected");
  socket.say({ type: "moved", data: { roomId: "xyz-abcd-efg" } });
  socket.say(joined(9, [{ userId: "bob", rev: 8 }], "s2"));
  await settle();
  made.leave();
  await settle();
  expect(told).toEqual([["abc-defg-hij", FROM_ZOE]]);
});

test("a move closes the connections with those who were there, and others are made in the other room", async () => {
  const { call: made, socket } = await call();
  const zoe = FakePeerConnection.last;
  socket.say({ type: "moved", data: { roomId: "xyz-abcd-efg" } });
  expect(zoe.closed).toBe(true);
  expect(made.view).toMatchObject({ roomId: "xyz-abcd-efg", peers: [] });
  socket.say(joined(9, [{ userId: "bob", rev: 8 }], "s2"));
  await settle();
  expect(made.view.peers.map(({ userId }) => userId)).toEqual(["bob"]);
});

test("whoever is hidden sends neither signals nor attributes", async () => {
  const { call: made, socket } = await call();
  socket.say({ type: "moved", data: { roomId: "xyz-abcd-efg" } });
  const there = joined(7, [{ userId: "bob", rev: 6 }], "s2");
  socket.say({ ...there, data: { ...there.data, attributes: { _hidden: "true" } } });
  const before = socket.sent.length;
  socket.say({ type: "user_joined", seq: 1, data: { userId: "zoe", name: "Zoe", rev: 9 } });
  await settle();
  expect(
    socket
      .types()
      .slice(before)
      .filter((type) => type !== "ack"),
  ).toEqual([]);
  expect(made.room.isHidden).toBe(true);
});
