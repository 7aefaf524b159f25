// How soon a picture comes: what need not wait for an answer does not.
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { LIMITS } from "../src/limits.ts";
import { FakeStream, settle } from "./fakes.ts";
import { camera, FakeRoom, FakeTransport, microphone, NEWS, newPath, track } from "./sfu-fakes.ts";

beforeEach(() => {
  vi.useFakeTimers();
  vi.stubGlobal("MediaStream", FakeStream);
  FakeTransport.made = [];
  FakeTransport.outcome = "connected";
});
afterEach(() => {
  vi.useRealTimers();
  vi.unstubAllGlobals();
});

/** A path that waits for what the media server can. */
async function stage() {
  const room = new FakeRoom();
  room.seat("ann", microphone("m1"), camera("v1"));
  room.hold("sfu_get_router_capabilities");
  const path = newPath(room);
  path.set("camera", track("video", 1_280));
  await settle();
  return { room, path };
}

test("both ways are asked for with what the media server can, and used", async () => {
  const { room } = await stage();
  expect(room.takeAsked()).toEqual([
    "get_router_capabilities",
    "create_transport recv",
    "create_transport send",
  ]);
  room.held("sfu_get_router_capabilities").answer();
  await settle();
  await settle();
  expect(room.takeAsked().filter((each) => each.startsWith("create_transport"))).toEqual([]);
  expect(FakeTransport.made.map(({ direction }) => direction).sort()).toEqual(["recv", "send"]);
});

test("what was asked for in an epoch that has passed is not used", async () => {
  const { room } = await stage();
  room.takeAsked();
  room.flow = { ...room.flow, epoch: 2 };
  room.held("sfu_get_router_capabilities").answer();
  await settle();
  await settle();
  const asked = room.takeAsked().filter((each) => each.startsWith("create_transport"));
  expect(asked.sort()).toEqual(["create_transport recv", "create_transport send"]);
  expect(FakeTransport.made.length).toBe(2);
});

test("what was refused ahead is asked for again", async () => {
  const room = new FakeRoom();
  room.seat("ann", camera("v1"));
  room.hold("sfu_get_router_capabilities");
  room.refuse("sfu_create_transport", "unavailable");
  newPath(room);
  await settle();
  room.held("sfu_get_router_capabilities").answer();
  await settle();
  await settle();
  expect(FakeTransport.open("recv").consumers.map(({ id }) => id)).toEqual(["c-v1"]);
});

test("nothing is asked for ahead where nobody sends, and where the room has no media server yet", async () => {
  const room = new FakeRoom();
  room.hold("sfu_get_router_capabilities");
  newPath(room);
  room.seat("ann", camera("v1"));
  room.flow = { ...room.flow, epoch: 0 };
  newPath(room);
  await settle();
  expect(room.takeAsked()).toEqual(["get_router_capabilities", "get_router_capabilities"]);
});

test("pictures may flow before the browser is connected, those that nobody sees do not; later ones once it has them", async () => {
  const { room, path } = await stage();
  room.seat("bob", camera("v2"));
  path.see("bob", 0);
  room.takeAsked();
  room.hold("sfu_connect_transport");
  room.held("sfu_get_router_capabilities").answer();
  await settle();
  await settle();
  const resumed = () => room.takeAsked().filter((each) => each.startsWith("consumer_resume"));
  expect(resumed()).toEqual(["consumer_resume c-m1", "consumer_resume c-v1"]);
  room.flowAgain("sfu_connect_transport");
  for (let time = 0; time < 2; time += 1) room.held("sfu_connect_transport").answer();
  await settle();
  expect(resumed()).toEqual([]);
  room.hold("sfu_consumer_resume");
  room.seat("cid", camera("v3"));
  path.hear(NEWS);
  await settle();
  expect([FakeTransport.open("recv").consumers.length, resumed()]).toEqual([4, ["consumer_resume c-v3"]]);
});

test("a picture whose size is known before it is resumed comes in that size from the first key frame on", async () => {
  const { room, path } = await stage();
  path.see("ann", 300);
  room.takeAsked();
  room.held("sfu_get_router_capabilities").answer();
  await settle();
  await settle();
  const asked = () => room.takeAsked().filter((each) => each.endsWith("c-v1") || each.includes("c-v1 "));
  expect(asked()).toEqual(["set_preferred_layers c-v1 0", "consumer_resume c-v1"]);
  path.see("ann", 320);
  await vi.advanceTimersByTimeAsync(LIMITS.seeMs);
  expect(asked()).toEqual([]);
});

test("a picture whose early resume was refused for a moment is resumed again; what does not begin gets a key frame", async () => {
  const { room } = await stage();
  for (let time = 0; time < 2; time += 1) room.refuse("sfu_consumer_resume", "unavailable");
  room.held("sfu_get_router_capabilities").answer();
  await settle();
  await settle();
  const count = room.takeAsked().filter((each) => each === "consumer_resume c-v1").length;
  expect(count).toBe(2);
  for (const consumer of FakeTransport.open("recv").consumers) consumer.frames = 0;
  await vi.advanceTimersByTimeAsync(LIMITS.keyFrameMs);
  expect(room.takeAsked()).toEqual(["request_keyframe c-v1"]);
});

test("in a large room the first pictures do not wait for the last", async () => {
  const room = new FakeRoom();
  const ids = Array.from({ length: LIMITS.receiveAtOnce + 2 }, (_, number) => `v${number}`);
  room.seat("ann", ...ids.map((id) => ({ ...camera(id), source: "desk" })));
  room.hold("sfu_consume");
  newPath(room);
  await settle();
  await settle();
  for (let at = 0; at < LIMITS.receiveAtOnce; at += 1) room.held("sfu_consume").answer();
  await settle();
  const { consumers } = FakeTransport.open("recv");
  expect(consumers.length).toBe(LIMITS.receiveAtOnce);
  expect(room.takeAsked().filter((each) => each.startsWith("consumer_resume")).length).toBe(
    LIMITS.receiveAtOnce,
  );
});
