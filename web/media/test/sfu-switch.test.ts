// How media changes its way in the middle of a call: the new one first, the old one closed when media has arrived.
import type { Counted, Flow, Numbered } from "@aldis/client";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { joined } from "../../client/test/stage.ts";
import { LIMITS } from "../src/limits.ts";
import { PathSwitch } from "../src/paths/switch.ts";
import { Peers } from "../src/peers.ts";
import { FakePeerConnection, FakeStream, sdp, settle } from "./fakes.ts";
import { camera, FakeRoom, FakeTransport, microphone, NEWS, newPath, track } from "./sfu-fakes.ts";

type MediaReason = Extract<Numbered, { type: "media_changed" }>["data"]["reason"];

beforeEach(() => {
  vi.useFakeTimers();
  vi.stubGlobal("MediaStream", FakeStream);
  FakeTransport.made = [];
  FakeTransport.outcome = "connected";
  FakePeerConnection.made = [];
});
afterEach(() => {
  vi.useRealTimers();
  vi.unstubAllGlobals();
});

/** A call in which Ann sends both; we are muted, and send both, too. */
async function stage(load: () => Promise<void> = async () => {}, flow: Partial<Flow> = {}) {
  const room = new FakeRoom();
  room.flow = { ...room.flow, ...flow };
  room.seat("ann", microphone("m1"), camera("v1"));
  const sent: Counted[] = [];
  const paths = new PathSwitch({
    room,
    mesh: () =>
      new Peers({
        send: (message) => sent.push(message),
        online: () => true,
        configuration: () => ({}),
        RTCPeerConnection: FakePeerConnection as never,
      }),
    sfu: async () => {
      await load();
      return () => newPath(room);
    },
  });
  paths.say({ microphone: false });
  paths.set("microphone", track("audio"));
  paths.set("camera", track("video", 1_280));
  const enter = () => {
    const { data } = joined(0, [], room.sessionId ?? "");
    paths.joined({ ...data, peers: room.members });
  };
  enter();
  await settle();
  /** The room's media is elsewhere. */
  const change = async (mode: "mesh" | "sfu", epoch: number, reason: MediaReason = "media_lost") => {
    room.flow = { ...room.flow, mode, epoch };
    room.members = room.members.map(({ producers: _, ...member }) => member);
    paths.hear({ type: "media_changed", seq: 1, data: { mode, epoch, reason } });
    await settle();
  };
  return { room, paths, sent, enter, change };
}
const face = (paths: PathSwitch) =>
  (paths.views()[0]?.stream.getTracks() ?? []).map((each) => (each as never as { id?: string }).id);

test("complaint 4 and 9: another epoch is another path; the old one stays until pictures move, and who is muted stays it", async () => {
  const { room, paths, change } = await stage();
  const [oldRecv, oldSend] = [FakeTransport.open("recv"), FakeTransport.open("send")];
  expect(face(paths)).toEqual(["track-c-m1", "track-c-v1"]);
  room.takeAsked();
  await change("sfu", 2);
  room.seat("ann", microphone("m2"), camera("v2"));
  paths.hear(NEWS);
  await settle();
  for (const consumer of FakeTransport.open("recv").consumers) consumer.frames = 0;
  await vi.advanceTimersByTimeAsync(1_000);
  expect(room.takeAsked()).toEqual(
    expect.arrayContaining(["produce microphone paused", "produce camera", "consume v2"]),
  );
  expect([face(paths), oldRecv.closed, oldSend.closed]).toEqual([["track-c-m1", "track-c-v1"], false, false]);
  for (const consumer of FakeTransport.open("recv").consumers) consumer.frames = 3;
  await vi.advanceTimersByTimeAsync(LIMITS.switchPollMs);
  expect([face(paths), oldRecv.closed, oldSend.closed]).toEqual([["track-c-m2", "track-c-v2"], false, false]);
  // Others may be shown by it a moment longer.
  await vi.advanceTimersByTimeAsync(LIMITS.switchLingerMs);
  expect([oldRecv.closed, oldSend.closed]).toEqual([true, true]);
});

test("complaint 9: who does not send by the new path yet is shown by the old one, and so is who sends only a part", async () => {
  const { room, paths, change } = await stage();
  await change("sfu", 2);
  await vi.advanceTimersByTimeAsync(LIMITS.switchPollMs * 4);
  expect(face(paths)).toEqual(["track-c-m1", "track-c-v1"]);
  room.seat("ann", microphone("m2"));
  paths.hear(NEWS);
  await settle();
  await vi.advanceTimersByTimeAsync(LIMITS.switchPollMs * 2);
  expect(face(paths)).toEqual(["track-c-m1", "track-c-v1"]);
  room.seat("ann", microphone("m2", true), camera("v2"));
  paths.hear(NEWS);
  await settle();
  await vi.advanceTimersByTimeAsync(LIMITS.switchPollMs);
  expect(face(paths)).toEqual(["track-c-m2", "track-c-v2"]);
});

test("who is on another page, whose pictures are paused, is heard by the new path as soon as their voice comes", async () => {
  const { room, paths, change } = await stage();
  paths.see("ann", 0);
  await change("sfu", 2);
  room.seat("ann", microphone("m2"), camera("v2"));
  paths.hear(NEWS);
  await settle();
  const { consumers } = FakeTransport.open("recv");
  for (const consumer of consumers) consumer.frames = 0;
  await vi.advanceTimersByTimeAsync(LIMITS.switchPollMs * 2);
  expect(face(paths)).toEqual(["track-c-m1", "track-c-v1"]);
  const voice = consumers.find(({ id }) => id === "c-m2");
  if (voice) voice.frames = 3;
  await vi.advanceTimersByTimeAsync(LIMITS.switchPollMs);
  expect(face(paths)).toEqual(["track-c-m2", "track-c-v2"]);
});

test("an epoch that changes while something is consumed: answers of the last one are of no concern", async () => {
  const { room, paths, change } = await stage();
  room.hold("sfu_consume");
  room.seat("bob", camera("v9"));
  paths.hear(NEWS);
  await settle();
  await change("sfu", 2);
  room.held("sfu_consume").refuse("media_stale");
  room.flowAgain("sfu_consume");
  room.takeAsked();
  room.seat("ann", camera("v2"));
  paths.hear(NEWS);
  await settle();
  await vi.advanceTimersByTimeAsync(1_000);
  expect(room.takeAsked().map((each) => each.split(" ")[0])).toEqual([
    "create_transport",
    "consume",
    "connect_transport",
    "consumer_resume",
  ]);
  expect(paths.state).toBe("connected");
});

test("a new path that does not come about does not keep the old one for ever", async () => {
  const { room, paths, change } = await stage();
  const old = FakeTransport.open("recv");
  for (let time = 0; time < 60; time += 1)
    room.refuse("sfu_get_router_capabilities", "media_unavailable", 1_000);
  await change("sfu", 2);
  await vi.advanceTimersByTimeAsync(LIMITS.switchMs - 500);
  expect([old.closed, paths.state]).toEqual([false, "unavailable"]);
  await vi.advanceTimersByTimeAsync(1_000);
  expect([old.closed, paths.state]).toEqual([true, "unavailable"]);
});

test("complaint 1: without any media server members connect directly, and back again when there is one", async () => {
  const { room, paths, sent, change } = await stage();
  await change("mesh", 2);
  await settle();
  expect(sent.map(({ type }) => type)).toEqual(["offer"]);
  expect([FakePeerConnection.made.length, FakeTransport.open("recv").closed]).toEqual([1, false]);
  await vi.advanceTimersByTimeAsync(LIMITS.switchMs);
  expect(FakeTransport.made.every(({ closed }) => closed)).toBe(true);
  await change("sfu", 3);
  room.seat("ann", camera("v3"));
  paths.hear(NEWS);
  await settle();
  expect(FakePeerConnection.last.closed).toBe(false);
  await vi.advanceTimersByTimeAsync(LIMITS.switchPollMs);
  expect([FakePeerConnection.last.closed, face(paths)]).toEqual([false, ["track-c-v3"]]);
  await vi.advanceTimersByTimeAsync(LIMITS.switchLingerMs);
  expect(FakePeerConnection.last.closed).toBe(true);
});

test("a signal that was faster than the news is tried again", async () => {
  const { paths, sent, change } = await stage();
  await change("mesh", 2);
  const refusal = { code: "wrong_mode" as const, message: "", cid: 1, retryable: false, retryAfterMs: null };
  paths.refused(refusal, sent[0]);
  await vi.advanceTimersByTimeAsync(1_100);
  expect(sent.filter(({ type }) => type === "offer").length).toBe(2);
});

test("another session is another path, in the same epoch, too; a resume is not", async () => {
  const { room, paths, enter } = await stage();
  paths.resumed();
  await settle();
  expect(FakeTransport.made.length).toBe(2);
  room.sessionId = "s2";
  enter();
  await settle();
  expect(FakeTransport.made.length).toBe(4);
});

test("a stale path is followed by another, although no news have come", async () => {
  const { room, paths } = await stage();
  room.refuse("sfu_close_producer", "media_stale");
  paths.set("camera", null);
  await vi.advanceTimersByTimeAsync(500);
  expect(FakeTransport.made.length).toBe(4);
});

test("a part of the program that does not load is loaded again, and members are shown meanwhile", async () => {
  let loads = 0;
  const { paths } = await stage(async () => {
    loads += 1;
    if (loads < 3) throw new Error("offline");
  });
  expect([paths.state, paths.trouble?.code]).toEqual(["unavailable", "not_loaded"]);
  expect(paths.views().map(({ userId, connection }) => [userId, connection])).toEqual([
    ["ann", "connecting"],
  ]);
  await vi.advanceTimersByTimeAsync(3_000);
  expect([loads, paths.state, face(paths)]).toEqual([3, "connected", ["track-c-m1", "track-c-v1"]]);
});

test("the end closes everything, also what is being made or was used before", async () => {
  const { room, paths, change } = await stage();
  await change("sfu", 2);
  room.seat("ann", camera("v2"));
  paths.hear(NEWS);
  await settle();
  await vi.advanceTimersByTimeAsync(LIMITS.switchPollMs);
  expect(face(paths)).toEqual(["track-c-v2"]);
  await change("mesh", 3);
  paths.close();
  await vi.advanceTimersByTimeAsync(30_000);
  expect([FakePeerConnection.last.closed, FakeTransport.made.every(({ closed }) => closed)]).toEqual([
    true,
    true,
  ]);
  expect(paths.isStanding).toBe(false);
});

test("a room of mode auto that grows keeps the browsers' connections until pictures come by the media server, and back", async () => {
  const { room, paths, change } = await stage(undefined, { meant: "mesh", mode: "mesh", epoch: 0 });
  const direct = FakePeerConnection.last;
  expect([FakePeerConnection.made.length, FakeTransport.made.length]).toEqual([1, 0]);
  await change("sfu", 1, "grown");
  room.seat("ann", microphone("m1"), camera("v1"));
  room.seat("bob", microphone("m2"), camera("v2"));
  paths.hear(NEWS);
  await settle();
  const recv = FakeTransport.open("recv");
  for (const consumer of recv.consumers) consumer.frames = 0;
  await vi.advanceTimersByTimeAsync(LIMITS.switchMs / 2);
  expect([direct.closed, face(paths)]).toEqual([false, []]);
  for (const consumer of recv.consumers) consumer.frames = 3;
  await vi.advanceTimersByTimeAsync(LIMITS.switchPollMs);
  expect([direct.closed, face(paths)]).toEqual([false, ["track-c-m1", "track-c-v1"]]);
  await vi.advanceTimersByTimeAsync(LIMITS.switchLingerMs);
  expect(direct.closed).toBe(true);

  room.members = room.members.filter(({ userId }) => userId !== "bob");
  await change("mesh", 2, "shrunk");
  expect([FakePeerConnection.made.length, recv.closed, face(paths)]).toEqual([
    2,
    false,
    ["track-c-m1", "track-c-v1"],
  ]);
  await vi.advanceTimersByTimeAsync(LIMITS.switchMs);
  expect([FakeTransport.made.every(({ closed }) => closed), FakePeerConnection.last.closed]).toEqual([
    true,
    false,
  ]);
});

/** A room of mode auto, with Ann connected directly, that has grown and shrinks again before anything came by the media server. */
async function backInTime() {
  const made = await stage(undefined, { meant: "mesh", mode: "mesh", epoch: 0 });
  const { room, paths, sent, change } = made;
  const direct = FakePeerConnection.last;
  paths.hear({ type: "answer", seq: 1, data: { senderUserId: "ann", sdp: sdp("ann-1") } });
  await settle();
  direct.become("connected");
  await change("sfu", 1, "grown");
  room.seat("ann", microphone("m1"), camera("v1"));
  paths.hear(NEWS);
  await settle();
  for (const consumer of FakeTransport.open("recv").consumers) consumer.frames = 0;
  await vi.advanceTimersByTimeAsync(LIMITS.switchMs / 2);
  sent.length = 0;
  return { ...made, direct };
}

test("the browsers' connections that are in use still are kept when media goes back to them; nobody has two", async () => {
  const { paths, sent, change, direct } = await backInTime();
  await change("mesh", 2, "shrunk");
  expect([FakePeerConnection.made.length, direct.closed]).toEqual([1, false]);
  expect(FakeTransport.made.every(({ closed }) => closed)).toBe(true);
  // Whether Ann has kept hers as well shows in her answer to this.
  expect(sent.map(({ type }) => type)).toEqual(["offer"]);
  paths.hear({ type: "answer", seq: 2, data: { senderUserId: "ann", sdp: sdp("ann-1") } });
  await vi.advanceTimersByTimeAsync(LIMITS.switchMs);
  expect([FakePeerConnection.made.length, direct.closed, paths.state]).toEqual([1, false, "connected"]);
});

test("a member who has closed the connection meanwhile gets another one, once", async () => {
  const { paths, sent, change, direct } = await backInTime();
  await change("mesh", 2, "shrunk");
  paths.hear({ type: "answer", seq: 2, data: { senderUserId: "ann", sdp: sdp("ann-2") } });
  await settle();
  expect([FakePeerConnection.made.length, direct.closed]).toEqual([2, true]);
  expect(sent.map(({ type }) => type)).toEqual(["offer", "offer"]);
  paths.hear({ type: "answer", seq: 3, data: { senderUserId: "ann", sdp: sdp("ann-3") } });
  await settle();
  FakePeerConnection.last.become("connected");
  await vi.advanceTimersByTimeAsync(LIMITS.switchMs);
  expect(FakePeerConnection.made.length).toBe(2);
});

test("who leaves while media goes by the media server is not met again", async () => {
  const { room, paths, change, direct } = await backInTime();
  room.members = [];
  paths.hear({ type: "user_left", seq: 2, data: { userId: "ann", reason: "left" } });
  expect(direct.closed).toBe(true);
  await change("mesh", 2, "shrunk");
  expect([paths.views(), FakePeerConnection.made.length]).toEqual([[], 1]);
});

test("of connections that linger for others none is left once there are other ones between the browsers", async () => {
  const { change, direct } = await backInTime();
  for (const consumer of FakeTransport.open("recv").consumers) consumer.frames = 3;
  await vi.advanceTimersByTimeAsync(LIMITS.switchPollMs);
  expect(direct.closed).toBe(false);
  await change("mesh", 2, "shrunk");
  expect([FakePeerConnection.made.length, direct.closed]).toEqual([2, true]);
});
