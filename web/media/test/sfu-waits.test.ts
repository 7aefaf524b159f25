// What flows goes on while something new cannot be added for now.
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { LIMITS } from "../src/limits.ts";
import { settle } from "./fakes.ts";
import { FakeRoom, FakeTransport, newPath, track } from "./sfu-fakes.ts";

beforeEach(() => {
  vi.useFakeTimers();
  FakeTransport.made = [];
  FakeTransport.outcome = "connected";
});
afterEach(() => {
  vi.useRealTimers();
});

const [AWHILE, LONG] = [1_000, 60_000];

/** A path whose microphone flows. */
async function stage() {
  const room = new FakeRoom();
  const path = newPath(room);
  path.say({ microphone: true });
  path.set("microphone", track("audio"));
  await settle();
  await settle();
  const transport = FakeTransport.open("send");
  const [microphone] = transport.producers;
  room.takeAsked();
  return { room, path, transport, microphone };
}

test.each([
  ["unavailable", "connected"],
  ["media_unavailable", "unavailable"],
])(
  "a microphone flows on while a camera is refused with %s, which is asked for under its number until it flows",
  async (code, state) => {
    const { room, path, transport, microphone } = await stage();
    for (let time = 0; time < 3; time += 1) room.refuse("sfu_produce", code, AWHILE);
    path.set("camera", track("video", 1_280));
    await settle();
    expect([path.state, path.trouble?.code]).toEqual([state, state === "unavailable" ? code : undefined]);
    await vi.advanceTimersByTimeAsync(5 * AWHILE);
    const asked = room.takeAsked();
    expect(asked).toEqual(
      ["", " again as 1", " again as 2", " again as 3"].map((again) => `produce camera${again}`),
    );
    expect([transport.closed, microphone?.closed, transport.producers.length]).toEqual([false, false, 2]);
    expect([path.state, path.trouble, FakeTransport.made.length]).toEqual(["connected", null, 1]);
  },
);

test("who tries now does not wait", async () => {
  const { room, path, transport } = await stage();
  room.refuse("sfu_produce", "media_unavailable", LONG);
  path.set("camera", track("video", 1_280));
  await settle();
  path.retry();
  await settle();
  expect(room.takeAsked()).toEqual(["produce camera", "produce camera again as 1"]);
  expect(transport.producers.length).toBe(2);
});

test("a path that is interrupted while something waits is made anew with all of it: the browser would not restart it", async () => {
  const { room, path, transport } = await stage();
  for (let time = 0; time < 2; time += 1) room.refuse("sfu_produce", "unavailable", LONG);
  path.set("camera", track("video", 1_280));
  await settle();
  transport.become("failed");
  await settle();
  expect(transport.closed).toBe(true);
  await vi.advanceTimersByTimeAsync(2 * LONG);
  expect(FakeTransport.open("send").producers.length).toBe(2);
});

test("complaint 8: what was not answered in time may have been made, and goes with its transport", async () => {
  const { room, path, transport } = await stage();
  room.refuse("sfu_produce", "timeout");
  path.set("camera", track("video", 1_280));
  await settle();
  expect([transport.closed, room.takeAsked().includes(`close_transport ${transport.id}`)]).toEqual([
    true,
    true,
  ]);
  await vi.advanceTimersByTimeAsync(AWHILE);
  expect(FakeTransport.open("send").producers.length).toBe(2);
});

test("complaint 10: a media server that is away while a path begins is not one that cannot be reached", async () => {
  const room = new FakeRoom();
  const path = newPath(room);
  for (let time = 0; time < 6; time += 1) room.refuse("sfu_connect_transport", "media_unavailable", AWHILE);
  path.set("camera", track("video", 1_280));
  await settle();
  await vi.advanceTimersByTimeAsync(4.5 * AWHILE);
  expect([path.state, path.trouble?.code]).toEqual(["unavailable", "media_unavailable"]);
  await vi.advanceTimersByTimeAsync(5 * AWHILE);
  expect([path.state, path.trouble, FakeTransport.made.length]).toEqual(["connected", null, 1]);
});

test("complaint 10: who has not reached the media server for six seconds is told what is tried, until it is reached", async () => {
  FakeTransport.outcome = "connecting";
  const { path, transport } = await stage();
  await vi.advanceTimersByTimeAsync(LIMITS.sfuReachMs - 1);
  expect(path.trouble).toBe(null);
  await vi.advanceTimersByTimeAsync(1);
  expect([path.state, path.trouble?.code, path.trouble?.tried]).toEqual([
    "connecting",
    "unreachable",
    ["udp", "tcp"],
  ]);
  expect(path.watched()[0]?.isUnreachable).toBe(false);
  transport.become("connected");
  expect([path.state, path.trouble]).toEqual(["connected", null]);
});

test("what waits is not asked for after the end", async () => {
  const { room, path } = await stage();
  room.refuse("sfu_produce", "unavailable", AWHILE);
  path.set("camera", track("video", 1_280));
  await settle();
  path.close();
  room.takeAsked();
  await vi.advanceTimersByTimeAsync(LONG);
  expect(room.takeAsked()).toEqual([]);
});
