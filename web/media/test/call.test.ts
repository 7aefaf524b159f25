import { AldisError, RoomEnded } from "@aldis/client";
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
