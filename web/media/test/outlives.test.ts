// Media outlives the session: what happens to a connection when a member's or our own session ends and begins again.

import { LIMITS as CLIENT_LIMITS } from "@aldis/client";
import { describe, expect, test, vi } from "vitest";
import { joined } from "../../client/test/stage.ts";
import { LIMITS } from "../src/limits.ts";
import { FakePeerConnection, sdp, settle } from "./fakes.ts";
import {
  ANN,
  answer,
  answeredByZoe,
  enter,
  fakeBrowser,
  left,
  offer,
  offeredByAnn,
  renegotiate,
  room,
  track,
  ZOE,
} from "./room.ts";

const GIVE_UP_MS = CLIENT_LIMITS.giveUpMs;

fakeBrowser();

/** The call stands, and what was said for it is forgotten. */
function standing(stage: Awaited<ReturnType<typeof answeredByZoe>>) {
  stage.pc.become("connected");
  stage.sent.splice(0);
  return stage;
}
const withZoe = async () => standing(await answeredByZoe());
const withAnn = async () => standing(await offeredByAnn());
const presence = ({ peers }: { peers: ReturnType<typeof room>["peers"] }) =>
  peers.views().map(({ userId, presence: is }) => [userId, is]);

describe("a member's session ends", () => {
  test.each(["lost", "replaced"] as const)(
    "%s: media that works goes on, and they are shown as away",
    async (reason) => {
      const zoe = await withZoe();
      left(zoe.peers, "zoe", reason);
      expect(presence(zoe)).toEqual([["zoe", "away"]]);
      await vi.advanceTimersByTimeAsync(GIVE_UP_MS);
      expect([zoe.pc.closed, presence(zoe)]).toEqual([false, [["zoe", "away"]]]);
    },
  );

  test.each(["left", "kicked", "closed"] as const)(
    "%s: that is somebody's wish, and the media ends",
    async (reason) => {
      const zoe = await withZoe();
      left(zoe.peers, "zoe", reason);
      expect([zoe.pc.closed, presence(zoe)]).toEqual([true, []]);
    },
  );

  test("a connection that never worked ends with the session", async () => {
    const zoe = await withZoe();
    zoe.pc.become("connecting");
    left(zoe.peers, "zoe", "lost");
    expect([zoe.pc.closed, presence(zoe)]).toEqual([true, []]);
  });

  test("it ends when the media fails, or stays interrupted", async () => {
    const failed = await withZoe();
    left(failed.peers, "zoe", "lost");
    failed.pc.become("failed");
    expect([failed.pc.closed, presence(failed)]).toEqual([true, []]);

    const interrupted = await withZoe();
    left(interrupted.peers, "zoe", "lost");
    interrupted.pc.become("disconnected");
    await vi.advanceTimersByTimeAsync(LIMITS.awayDisconnectedMs - 1);
    interrupted.pc.become("connected");
    await vi.advanceTimersByTimeAsync(LIMITS.awayDisconnectedMs);
    expect(presence(interrupted)).toEqual([["zoe", "away"]]);
    interrupted.pc.become("disconnected");
    await vi.advanceTimersByTimeAsync(LIMITS.awayDisconnectedMs);
    expect([interrupted.pc.closed, presence(interrupted)]).toEqual([true, []]);
  });

  test("nothing is sent to a member without a session", async () => {
    const zoe = await withZoe();
    left(zoe.peers, "zoe", "lost");
    zoe.peers.set("screen", track("video"));
    zoe.pc.gather({ candidate: "late", toJSON: () => ({ candidate: "late" }) });
    await settle();
    expect(zoe.types()).toEqual([]);
  });
});

describe("they join again", () => {
  test("over the same connection: one offer, whose answer shows that it is the same", async () => {
    const zoe = await withZoe();
    left(zoe.peers, "zoe", "lost");
    enter(zoe.peers, { ...ZOE, rev: 11 });
    await settle();
    expect(zoe.types()).toEqual(["offer"]);
    answer(zoe.peers);
    await settle();
    expect(FakePeerConnection.made).toHaveLength(1);
    expect(zoe.peers.views()).toMatchObject([
      { userId: "zoe", rev: 11, presence: "here", connection: "connected" },
    ]);
  });

  test("without a notice that they were gone, as after a restart of the node", async () => {
    const zoe = await withZoe();
    enter(zoe.peers, { ...ZOE, rev: 2 });
    await settle();
    expect(FakePeerConnection.made).toHaveLength(1);
    expect(presence(zoe)).toEqual([["zoe", "here"]]);
    // They are now before us, and offer.
    expect(zoe.types()).toEqual([]);
    offer(zoe.peers, sdp("zoe-1"), "zoe");
    await settle();
    expect(zoe.types()).toEqual(["answer"]);
    expect(zoe.pc.closed).toBe(false);
  });

  test("with another certificate, as another page does: the connection is made anew, and offered", async () => {
    const zoe = await withZoe();
    left(zoe.peers, "zoe", "replaced");
    enter(zoe.peers, { ...ZOE, rev: 11 });
    await settle();
    answer(zoe.peers, sdp("zoe-2"));
    await settle();
    expect(FakePeerConnection.made.map((pc) => pc.closed)).toEqual([true, false]);
    expect(zoe.types()).toEqual(["offer", "offer"]);
    answer(zoe.peers, sdp("zoe-2"));
    await settle();
    expect(FakePeerConnection.made).toHaveLength(2);
  });

  test("what was started meanwhile is in the offer to them", async () => {
    const zoe = await withZoe();
    left(zoe.peers, "zoe", "lost");
    zoe.peers.set("screen", track("video"));
    await settle();
    enter(zoe.peers, { ...ZOE, rev: 11 });
    await settle();
    expect(zoe.types()).toEqual(["offer"]);
    expect(zoe.pc.getTransceivers()[2]?.direction).toBe("sendrecv");
  });
});

describe("our own session ends and we join again", () => {
  test("as the newcomer: the connection goes on, and the other side's offer is answered over it", async () => {
    const zoe = await withZoe();
    zoe.peers.joined(joined(12, [{ userId: "zoe", rev: 8 }], "s2").data);
    await settle();
    expect([zoe.types(), zoe.pc.closed]).toEqual([[], false]);
    offer(zoe.peers, sdp("zoe-1"), "zoe");
    await settle();
    expect([zoe.types(), FakePeerConnection.made.length]).toEqual([["answer"], 1]);
  });

  test("an offer of the old session is withdrawn by who has to answer now", async () => {
    const zoe = await withZoe();
    renegotiate(zoe.peers, "zoe", { reason: "media" });
    await settle();
    expect(zoe.pc.signalingState).toBe("have-local-offer");
    zoe.peers.joined(joined(12, [{ userId: "zoe", rev: 8 }], "s2").data);
    offer(zoe.peers, sdp("zoe-1"), "zoe");
    await settle();
    expect(zoe.pc.rollbacks).toBe(1);
    expect(zoe.types()).toEqual(["offer", "answer"]);
  });

  test("who has not joined again yet keeps their place and their picture", async () => {
    const ann = await withAnn();
    ann.peers.joined(joined(1, [], "s2").data);
    expect(presence(ann)).toEqual([["ann", "away"]]);
    enter(ann.peers, { userId: "ann", name: "Ann", rev: 2 });
    await settle();
    expect([ann.types(), ann.pc.closed, presence(ann)]).toEqual([["offer"], false, [["ann", "here"]]]);
  });

  test("an answer to an offer of an earlier connection does not stay in the way of the present one", async () => {
    const { peers, types } = room();
    enter(peers);
    await settle();
    answer(peers);
    await settle();
    FakePeerConnection.last.become("connected");
    FakePeerConnection.last.close();
    renegotiate(peers, "zoe", {});
    await settle();
    answer(peers, sdp("zoe-1"));
    await settle();
    // The other side had made a new connection meanwhile: its answer does not fit the one just taken.
    answer(peers, sdp("zoe-2"));
    await settle();
    expect(types()).toEqual(["offer", "offer", "offer"]);
    answer(peers, sdp("zoe-2"));
    await settle();
    expect(FakePeerConnection.made).toHaveLength(3);
  });
});

describe("a connection that does not come about", () => {
  test("is tried again, then through a relay alone, then told to be impossible; a person can try again", async () => {
    const { peers, types } = room();
    enter(peers);
    await settle();
    answer(peers);
    await settle();
    const trouble = () => peers.views()[0]?.trouble;
    FakePeerConnection.last.become("connecting");
    await vi.advanceTimersByTimeAsync(LIMITS.connectingMs - 1);
    expect(trouble()).toBeNull();
    await vi.advanceTimersByTimeAsync(1);
    expect(trouble()).toEqual({ stage: "slow", cause: "no_path" });
    expect(FakePeerConnection.last.restarts).toBe(1);
    await vi.advanceTimersByTimeAsync(LIMITS.connectingRetryMs);
    expect(trouble()?.stage).toBe("relay");
    expect(FakePeerConnection.made).toHaveLength(2);
    expect(FakePeerConnection.last.configuration.iceTransportPolicy).toBe("relay");
    await vi.advanceTimersByTimeAsync(LIMITS.connectingRelayMs);
    expect(trouble()?.stage).toBe("unreachable");
    expect(trouble()?.cause).toBe("no_answer");
    peers.retry("zoe");
    expect(trouble()).toBeNull();
    await settle();
    answer(peers, sdp("zoe-1"));
    await settle();
    FakePeerConnection.last.become("connected");
    await vi.advanceTimersByTimeAsync(GIVE_UP_MS);
    expect(trouble()).toBeNull();
    expect(types().every((type) => type === "offer")).toBe(true);
  });

  test("is asked for by the answering side, once a step", async () => {
    const { peers, sent } = room(ANN);
    await vi.advanceTimersByTimeAsync(LIMITS.connectingMs);
    expect(peers.views()[0]?.trouble).toEqual({ stage: "slow", cause: "no_answer" });
    await vi.advanceTimersByTimeAsync(GIVE_UP_MS);
    expect(sent.map(({ data }) => data)).toEqual([
      { targetUserId: "ann", reason: "no_media", iceRestart: true },
      { targetUserId: "ann", reason: "no_media", iceRestart: true },
    ]);
  });

  test("is not blamed on the member while signaling is away", async () => {
    const { peers, line } = room(ANN);
    line.online = false;
    await vi.advanceTimersByTimeAsync(GIVE_UP_MS);
    expect(peers.views()[0]?.trouble).toBeNull();
    line.online = true;
    await vi.advanceTimersByTimeAsync(LIMITS.connectingMs);
    expect(peers.views()[0]?.trouble?.stage).toBe("slow");
  });
});
