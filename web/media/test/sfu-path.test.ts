// One way through a media server: what is wanted becomes what is, whatever comes late, twice or not at all.
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
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

/** A room in which Ann sends both, and a path that has done all it wanted. */
async function stage() {
  const room = new FakeRoom();
  room.seat("ann", microphone("m1"), camera("v1"));
  const path = newPath(room);
  await settle();
  return { room, path };
}
const news = async (path: ReturnType<typeof newPath>) => {
  path.hear(NEWS);
  await settle();
};
const shown = (path: ReturnType<typeof newPath>) =>
  path.views().map(({ userId, microphone, camera, connection }) => [userId, microphone, camera, connection]);

describe("receiving", () => {
  test("who comes late gets everything that is announced: made paused, then resumed; and who is muted", async () => {
    const room = new FakeRoom();
    room.seat("ann", microphone("m1", true), camera("v1"));
    room.seat("bob");
    const path = newPath(room);
    expect(shown(path)).toEqual([
      ["ann", false, false, "connecting"],
      ["bob", false, false, "connecting"],
    ]);
    await settle();
    expect(room.takeAsked()).toEqual([
      "get_router_capabilities",
      "create_transport recv",
      "consume m1",
      "consume v1",
      "connect_transport recv1.2",
      "consumer_resume c-m1",
      "consumer_resume c-v1",
    ]);
    expect(shown(path)).toEqual([
      ["ann", false, true, "connected"],
      ["bob", false, false, "connected"],
    ]);
    expect(path.state).toBe("connected");
  });

  test("complaint 8: a producer that is closed before the answer to consume leaves nothing behind", async () => {
    const { room, path } = await stage();
    room.hold("sfu_consume");
    room.seat("ann", microphone("m1"), camera("v1"), { ...camera("x1"), source: "screen" });
    await news(path);
    room.takeAsked();
    room.seat("ann", microphone("m1"), camera("v1"));
    await news(path);
    room.held("sfu_consume").answer();
    await settle();
    expect(room.takeAsked()).toEqual(["close_consumer c-x1"]);
    expect(path.views()[0]?.screen).toBe(false);
    expect(FakeTransport.open("recv").consumers.length).toBe(2);
  });

  test("two causes at the same time never make two transports", async () => {
    const room = new FakeRoom();
    room.hold("sfu_create_transport");
    const path = newPath(room);
    await settle();
    room.seat("ann", microphone("m1"));
    await news(path);
    room.seat("bob", microphone("m2"));
    await news(path);
    await news(path);
    expect(room.takeAsked()).toEqual(["get_router_capabilities", "create_transport recv"]);
    room.held("sfu_create_transport").answer();
    await settle();
    expect(FakeTransport.made.length).toBe(1);
    expect(FakeTransport.open("recv").consumers.map(({ id }) => id)).toEqual(["c-m1", "c-m2"]);
  });

  test("complaint 5: a picture that does not begin gets another key frame", async () => {
    const { room } = await stage();
    FakeTransport.open("recv").consumers.forEach((consumer) => {
      consumer.frames = 0;
    });
    room.takeAsked();
    await vi.advanceTimersByTimeAsync(LIMITS.keyFrameMs);
    expect(room.takeAsked()).toEqual(["request_keyframe c-v1"]);
  });

  test("a picture that nobody sees is paused, a small one is received small; voices go on", async () => {
    const { room, path } = await stage();
    room.takeAsked();
    path.see("ann", 0);
    await vi.advanceTimersByTimeAsync(LIMITS.seeMs);
    expect(room.takeAsked()).toEqual(["consumer_pause c-v1"]);
    path.see("ann", 300);
    path.see("ann", 320);
    await vi.advanceTimersByTimeAsync(LIMITS.seeMs);
    expect(room.takeAsked()).toEqual(["consumer_resume c-v1", "set_preferred_layers c-v1 0"]);
    // What was refused for a moment is asked again.
    room.refuse("sfu_set_preferred_layers", "media_unavailable", 1_000);
    path.see("ann", 1_200);
    await vi.advanceTimersByTimeAsync(LIMITS.seeMs + 1_000);
    expect(room.takeAsked()).toEqual(["set_preferred_layers c-v1 2", "set_preferred_layers c-v1 2"]);
  });

  test("a tile that shrinks, as all do when somebody comes, gets the smaller size later, whatever happens meanwhile", async () => {
    const { room, path } = await stage();
    path.see("ann", 1_200);
    path.see("ann", 300);
    room.takeAsked();
    room.seat("bob");
    await news(path);
    await vi.advanceTimersByTimeAsync(LIMITS.seeSmallerMs - 1);
    expect(room.takeAsked()).toEqual([]);
    await vi.advanceTimersByTimeAsync(1);
    expect(room.takeAsked()).toEqual(["set_preferred_layers c-v1 0"]);
    path.see("ann", 1_200);
    await vi.advanceTimersByTimeAsync(LIMITS.seeMs);
    expect(room.takeAsked()).toEqual(["set_preferred_layers c-v1 2"]);
    path.see("ann", 300);
    path.see("ann", 1_200);
    await vi.advanceTimersByTimeAsync(LIMITS.seeSmallerMs);
    expect(room.takeAsked()).toEqual([]);
  });

  test("what is announced and not found is asked for again, then the transport is made anew", async () => {
    const { room, path } = await stage();
    const first = FakeTransport.open("recv");
    room.takeAsked();
    for (let time = 0; time < 3; time += 1) room.refuse("sfu_consume", "media_not_found");
    room.seat("bob", camera("v2"));
    await news(path);
    await vi.advanceTimersByTimeAsync(900);
    expect(first.closed).toBe(false);
    await vi.advanceTimersByTimeAsync(3_000);
    expect([first.closed, FakeTransport.open("recv") === first]).toEqual([true, false]);
    await vi.advanceTimersByTimeAsync(1_000);
    expect(FakeTransport.open("recv").consumers.length).toBe(3);
    expect(shown(path).map(([, , , connection]) => connection)).toEqual(["connected", "connected"]);
  });

  test("complaint 8: who leaves is shown no more, and one track that is refused does not keep the others", async () => {
    const { room, path } = await stage();
    room.refuse("sfu_consume", "media_rejected");
    room.seat("bob", camera("v2"), microphone("m2"));
    await news(path);
    // Nothing of theirs is yet to come.
    expect(shown(path)[1]).toEqual(["bob", true, false, "connected"]);
    expect(path.trouble?.code).toBe("media_rejected");
    room.members = room.members.filter(({ userId }) => userId === "ann");
    await news(path);
    expect(shown(path).map(([userId]) => userId)).toEqual(["ann"]);
    expect(path.trouble).toBe(null);
  });
});

test("a member whose track has ended at the media server is not waited for, though the room's news of it are late", async () => {
  const { path } = await stage();
  path.notice({ type: "sfu_consumer_closed", data: { consumerId: "c-v1", reason: "closed" } } as never);
  await news(path);
  expect(shown(path)).toEqual([["ann", true, false, "connected"]]);
});

describe("sending", () => {
  test("a camera goes in three sizes, a screen in one, further tracks by their names", async () => {
    const { room, path } = await stage();
    room.takeAsked();
    path.say({ microphone: true });
    path.set("microphone", track("audio"));
    path.set("camera", track("video", 1_280));
    path.set("screen", track("video", 1_920));
    path.publish({ track: track("video"), name: "Slides of Hal 2" });
    await settle();
    await settle();
    expect(room.takeAsked().filter((each) => each.startsWith("produce"))).toEqual([
      "produce microphone",
      "produce camera",
      "produce screen",
      "produce x_slides_of_hal",
    ]);
    expect(FakeTransport.open("send").producers.map(({ encodings }) => encodings.length)).toEqual([
      0, 3, 1, 1,
    ]);
  });

  test("muted is told before anything is heard, and each change of it is told once", async () => {
    const { room, path } = await stage();
    path.say({ microphone: false });
    path.set("microphone", track("audio"));
    await settle();
    expect(room.takeAsked()).toContain("produce microphone paused");
    path.say({ microphone: true });
    await settle();
    path.say({ microphone: true });
    await settle();
    expect(room.takeAsked().map((each) => each.split(" ")[0])).toEqual(["resume_producer"]);
  });

  test("complaint 4: muted while the answer to produce is under way is muted", async () => {
    const { room, path } = await stage();
    room.hold("sfu_produce");
    path.say({ microphone: true });
    path.set("microphone", track("audio"));
    await settle();
    room.takeAsked();
    path.say({ microphone: false });
    room.held("sfu_produce").answer({ id: "p9" });
    await settle();
    expect(room.takeAsked()).toEqual(["pause_producer p9"]);
  });

  test("complaint 4: nobody is unmuted by a reconnect; nothing is made anew", async () => {
    const { room, path } = await stage();
    path.say({ microphone: false });
    path.set("microphone", track("audio"));
    path.set("camera", track("video", 1_280));
    await settle();
    room.takeAsked();
    path.resumed();
    await settle();
    expect(room.takeAsked().map((each) => each.split(" ")[0])).toEqual(["pause_producer"]);
    expect(FakeTransport.made.length).toBe(2);
  });

  test("another device is the same producer; a camera that is off has none", async () => {
    const { room, path } = await stage();
    const [first, second] = [track("video", 1_280), track("video", 1_280)];
    path.set("camera", first);
    await settle();
    room.takeAsked();
    path.set("camera", second);
    await settle();
    expect(room.takeAsked()).toEqual([]);
    const [producer] = FakeTransport.open("send").producers;
    expect(producer?.track).toBe(second);
    path.set("camera", null);
    await settle();
    expect(room.takeAsked()).toEqual([`close_producer ${producer?.id}`]);
    expect([producer?.closed, second.stopped]).toEqual([true, false]);
  });

  test.each(["media_unavailable", "unavailable", "timeout"])(
    "a camera that is switched off is closed there in spite of %s, before it is announced again",
    async (code) => {
      const { room, path } = await stage();
      path.set("camera", track("video", 1_280));
      await settle();
      const transport = FakeTransport.open("send");
      const [first] = transport.producers;
      room.takeAsked();
      for (let time = 0; time < 2; time += 1) room.refuse("sfu_close_producer", code, 1_000);
      path.set("camera", null);
      await settle();
      path.set("camera", track("video", 1_280));
      await settle();
      expect(room.takeAsked()).toEqual(Array(2).fill(`close_producer ${first?.id}`));
      await vi.advanceTimersByTimeAsync(5_000);
      expect(room.takeAsked()).toEqual([`close_producer ${first?.id}`, "produce camera"]);
      expect([transport.closed, transport.producers.length]).toEqual([false, 2]);
    },
  );

  test("a track that has ended there already is not closed again; one that may not be closed does not keep the others", async () => {
    const { room, path } = await stage();
    path.set("camera", track("video", 1_280));
    path.set("screen", track("video", 1_280));
    await settle();
    room.takeAsked();
    room.refuse("sfu_close_producer", "media_not_found");
    path.set("camera", null);
    await settle();
    path.resumed();
    await settle();
    expect(room.takeAsked().length).toBe(1);
    room.refuse("sfu_close_producer", "forbidden");
    path.set("screen", null);
    path.set("microphone", track("audio"));
    await settle();
    const asked = room.takeAsked().map((each) => each.split(" ")[0]);
    expect(asked).toEqual(["close_producer", "produce", "close_producer"]);
  });
});

describe("trouble", () => {
  test("complaint 6: without a media server it is asked again when it says, for ever, and not before", async () => {
    const room = new FakeRoom();
    for (let time = 0; time < 3; time += 1)
      room.refuse("sfu_get_router_capabilities", "media_unavailable", 2_000);
    const path = newPath(room);
    await settle();
    expect([path.state, path.trouble?.code]).toEqual(["unavailable", "media_unavailable"]);
    await vi.advanceTimersByTimeAsync(1_900);
    await news(path);
    expect(room.takeAsked().length).toBe(1);
    await vi.advanceTimersByTimeAsync(4_200);
    expect(room.takeAsked().length).toBe(3);
    expect([path.state, path.trouble]).toEqual(["connected", null]);
  });

  test("an interrupted transport is restarted after three seconds, twice, and then made anew with all it carried", async () => {
    const { room, path } = await stage();
    path.set("camera", track("video", 1_280));
    await settle();
    room.takeAsked();
    const first = FakeTransport.open("send");
    first.become("disconnected");
    expect(path.state).toBe("reconnecting");
    await vi.advanceTimersByTimeAsync(LIMITS.sfuDisconnectedMs - 1);
    expect(room.takeAsked()).toEqual([]);
    await vi.advanceTimersByTimeAsync(1);
    expect(room.takeAsked()).toEqual([`restart_ice ${first.id}`]);
    first.become("failed");
    await settle();
    expect(first.restarts).toBe(2);
    first.become("failed");
    await settle();
    expect([first.closed, path.state]).toEqual([true, "connected"]);
    expect(FakeTransport.open("send").producers.length).toBe(1);
    expect(room.takeAsked()).toContain(`close_transport ${first.id}`);
  });

  test("complaint 10: a network that lets nothing through is told so, with what was tried", async () => {
    FakeTransport.outcome = "connecting";
    const { path } = await stage();
    for (let time = 0; time < 3; time += 1) {
      for (let failure = 0; failure < 3; failure += 1) {
        FakeTransport.open("recv").become("failed");
        await vi.advanceTimersByTimeAsync(LIMITS.sfuFailedMs);
      }
    }
    expect([path.state, path.trouble?.code, path.trouble?.tried]).toEqual([
      "failed",
      "unreachable",
      ["udp", "tcp"],
    ]);
    expect(path.watched().map(({ end, cause, isUnreachable }) => [end, cause, isUnreachable])).toEqual([
      [{ direction: "recv" }, "no_path", true],
    ]);
  });

  test("its two connections are watched from when they are begun, with what they lose and whether they are reached", async () => {
    const { path } = await stage();
    expect(path.watched().map(({ end, state }) => [end, state])).toEqual([
      [{ direction: "recv" }, "connected"],
    ]);
    path.set("camera", track("video"));
    await settle();
    const [send, recv] = path.watched();
    expect([send?.end, send?.cause]).toEqual([{ direction: "send" }, null]);
    expect(path.watched().map(({ id }) => id)).toEqual([send?.id, recv?.id]);
    const sent = [
      { id: "o", type: "outbound-rtp", packetsSent: 1_000 },
      { id: "r", type: "remote-inbound-rtp", packetsLost: 40 },
    ];
    FakeTransport.open("send").getStats = async () => new Map(sent.map((each) => [each.id, each]));
    expect(await send?.stats()).toMatchObject({ packetsReceived: 960, packetsLost: 40 });
    expect(await recv?.stats()).toMatchObject({ packetsReceived: 10, packetsLost: 0 });
  });

  test("what is of an earlier epoch says so, once, and leaves the rest to its successor", async () => {
    const { room, path } = await stage();
    let told = 0;
    path.on("stale", () => {
      told += 1;
    });
    room.refuse("sfu_produce", "media_stale");
    path.set("camera", track("video", 1_280));
    await settle();
    await news(path);
    expect([told, path.fits]).toEqual([1, false]);
  });

  test("nothing happens any more after the end", async () => {
    const { room, path } = await stage();
    room.hold("sfu_consume");
    room.seat("bob", camera("v2"));
    await news(path);
    path.close();
    room.takeAsked();
    room.held("sfu_consume").refuse("media_not_found");
    await vi.advanceTimersByTimeAsync(60_000);
    expect(room.takeAsked()).toEqual([]);
    expect(FakeTransport.made.every(({ closed }) => closed)).toBe(true);
  });
});
