// Whether a microphone sends silence, which no description shows: told by the attribute `microphone`, to whoever is here or comes.
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import type { ServerToClient } from "../../client/src/wire.ts";
import { FakeSocket } from "../../client/test/fakes.ts";
import { joined, WELCOME, welcome } from "../../client/test/stage.ts";
import { Call } from "../src/call.ts";
import { Media } from "../src/media.ts";
import { statusOf } from "../src/peer/status.ts";
import { FakePeerConnection, FakeStream, FakeTrack, sdp, settle } from "./fakes.ts";

beforeEach(() => {
  vi.useFakeTimers();
  FakeSocket.made = [];
  FakePeerConnection.made = [];
  vi.stubGlobal("MediaStream", FakeStream);
  vi.stubGlobal("navigator", {
    mediaDevices: {
      getUserMedia: async () => new FakeStream([new FakeTrack("audio")]),
      enumerateDevices: async () => [],
      addEventListener: () => {},
      removeEventListener: () => {},
    },
  });
});
afterEach(() => {
  vi.useRealTimers();
  vi.unstubAllGlobals();
});

async function call(media: Media) {
  const made = new Call({
    roomId: "abc-defg-hij",
    url: "wss://node.example/ws",
    token: "token",
    WebSocket: FakeSocket as never,
    RTCPeerConnection: FakePeerConnection as never,
    media,
  });
  const joining = made.join();
  const socket = await welcome();
  socket.say(joined(5));
  await joining;
  return { call: made, socket };
}

const told = ({ sent }: FakeSocket) =>
  sent.flatMap((message) => (message.type === "set_attributes" ? [message.data.attributes] : []));

async function speaking(): Promise<Media> {
  const media = new Media();
  await media.start({ microphone: true, camera: false });
  return media;
}

test("whoever mutes says so, and that it is over; whoever has no microphone says nothing", async () => {
  const media = await speaking();
  const { socket } = await call(media);
  expect(told(socket)).toEqual([]);
  await media.toggle("microphone");
  await media.toggle("microphone");
  expect(told(socket)).toEqual([{ microphone: "muted" }, { microphone: null }]);
  const silent = await call(new Media());
  expect(told(silent.socket)).toEqual([]);
});

test("whoever joins muted says so once", async () => {
  const media = await speaking();
  await media.toggle("microphone");
  const { socket } = await call(media);
  expect(told(socket)).toEqual([{ microphone: "muted" }]);
});

test("what changes while the service is away is told when it is back", async () => {
  const media = await speaking();
  const { socket } = await call(media);
  socket.cut(1006);
  await media.toggle("microphone");
  await vi.advanceTimersByTimeAsync(3_000);
  FakeSocket.last.open();
  await settle();
  FakeSocket.last.say({ type: "welcome", data: WELCOME });
  FakeSocket.last.say({
    type: "resumed",
    data: { peers: [], fromSeq: 1, lastCid: 0, media: { mode: "mesh", epoch: 0 } },
  });
  await settle();
  expect(told(FakeSocket.last)).toEqual([{ microphone: "muted" }]);
});

/** The service is away; what is done meanwhile; it is back, with the session as `answer` says. */
async function away(socket: FakeSocket, meanwhile: () => Promise<void>, ...answer: ServerToClient[]) {
  socket.cut(1006);
  await meanwhile();
  await vi.advanceTimersByTimeAsync(3_000);
  FakeSocket.last.open();
  await settle();
  FakeSocket.last.say({ type: "welcome", data: WELCOME });
  for (const message of answer) FakeSocket.last.say(message);
  await settle();
  return FakeSocket.last;
}
const RESUMED = { peers: [], fromSeq: 1, lastCid: 1, media: { mode: "mesh" as const, epoch: 0 } };

test.each<[string, ServerToClient[]]>([
  ["the session is lost", [{ type: "resume_failed", data: { reason: "seat_gone" } }, joined(6, [], "s2")]],
  ["the room's memory is lost", [{ type: "resumed", data: { ...RESUMED, lost: true } }]],
])("whoever unmutes while the service is away, and %s, is told to be heard in the end", async (_, answer) => {
  const media = await speaking();
  const { socket } = await call(media);
  await media.toggle("microphone");
  socket.say({ type: "ack", cid: 1 });
  await settle();
  const next = await away(socket, () => media.toggle("microphone"), ...answer);
  expect(told(next).at(-1)).toEqual({ microphone: null });
});

test("whoever is moved to another room says there that they are muted", async () => {
  const media = await speaking();
  const { socket } = await call(media);
  await media.toggle("microphone");
  socket.say({ type: "ack", cid: 1 });
  await settle();
  socket.say({ type: "moved", data: { roomId: "xyz-abcd-efg" } });
  socket.say(joined(9, [], "s2"));
  await settle();
  expect(told(socket)).toEqual([{ microphone: "muted" }, { microphone: "muted" }]);
});

test("others are shown muted by what they tell, also if they told it before we came", async () => {
  const { call: made, socket } = await call(new Media());
  const zoe = { userId: "zoe", name: "Zoe", rev: 8, attributes: { microphone: "muted" } };
  socket.say({ type: "user_joined", seq: 1, data: zoe });
  await settle();
  socket.say({ type: "answer", seq: 2, data: { senderUserId: "zoe", sdp: sdp("zoe-1") } });
  await settle();
  Object.assign(FakePeerConnection.last.getTransceivers()[0] ?? {}, { currentDirection: "sendrecv" });
  const shown = () => made.view.peers.map(({ microphone }) => microphone);
  const tell = (seq: number, attributes: Record<string, string | null>) =>
    socket.say({ type: "attributes_changed", seq, data: { userId: "zoe", attributes } });
  tell(3, { hand: "1" });
  expect(shown()).toEqual([false]);
  tell(4, { microphone: null });
  expect(shown()).toEqual([true]);
  tell(5, { microphone: "muted" });
  expect(shown()).toEqual([false]);
});

test.each([
  [undefined, null],
  [{}, null],
  [{ hand: "1" }, null],
  [{ microphone: "muted" }, { microphone: false }],
  [{ microphone: null }, { microphone: true }],
  [{ microphone: "of another program" }, { microphone: true }],
])("attributes %j say %j", (attributes, status) => {
  expect(statusOf(attributes)).toEqual(status);
});
