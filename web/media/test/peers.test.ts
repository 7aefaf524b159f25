import { LIMITS as CLIENT_LIMITS } from "@aldis/client";
import { describe, expect, test, vi } from "vitest";
import { joined } from "../../client/test/stage.ts";
import { LIMITS } from "../src/limits.ts";
import { cameraBits, type Peers, role } from "../src/peers.ts";
import { FakePeerConnection, sdp, settle } from "./fakes.ts";
import {
  ANN,
  answer,
  answeredByZoe,
  enter,
  fakeBrowser,
  offer,
  offeredByAnn,
  offeredToZoe,
  renegotiate,
  room,
  track,
  ZOE,
} from "./room.ts";

const GIVE_UP_MS = CLIENT_LIMITS.giveUpMs;

fakeBrowser();

const candidate = (peers: Peers, from: string, text: string | null) =>
  peers.hear({
    type: "ice_candidate",
    seq: 1,
    data: { senderUserId: from, candidate: text === null ? null : { candidate: text } },
  });

describe("roles", () => {
  test("of two members the earlier offers", () => {
    expect([role(1, 2), role(2, 1), role(7, 70)]).toEqual(["offer", "answer", "offer"]);
  });

  test("the newcomer waits for offers, and answers them", async () => {
    const { peers, types } = room(ANN);
    await settle();
    expect(types()).toEqual([]);
    offer(peers);
    await settle();
    expect(types()).toEqual(["answer"]);
  });

  test("the member that joined earlier offers to the newcomer", async () => {
    const { sent } = await offeredToZoe();
    expect(sent).toHaveLength(1);
    expect(sent[0]).toMatchObject({ type: "offer", data: { targetUserId: "zoe" } });
    expect(FakePeerConnection.last.getTransceivers().map((place) => place.receiver.track.kind)).toEqual([
      "audio",
      "video",
      "video",
    ]);
  });

  test("an offer from the answering side is ignored", async () => {
    const { peers, types } = await offeredToZoe();
    offer(peers, sdp("zoe-1"), "zoe");
    await settle();
    expect(types()).toEqual(["offer"]);
    expect(FakePeerConnection.last.remoteDescription).toBeNull();
  });
});

describe("candidates", () => {
  test("early ones wait for the description, and keep their order and their end", async () => {
    const { peers } = room(ANN);
    candidate(peers, "ann", "a");
    candidate(peers, "ann", "b");
    await settle();
    expect(FakePeerConnection.last.candidates).toEqual([]);
    offer(peers);
    candidate(peers, "ann", "c");
    candidate(peers, "ann", null);
    await settle();
    expect(FakePeerConnection.last.candidates).toEqual([
      { candidate: "a" },
      { candidate: "b" },
      { candidate: "c" },
      undefined,
    ]);
  });

  test("ours are never sent before their description", async () => {
    const { peers, sent, types } = room();
    enter(peers);
    const pc = FakePeerConnection.last;
    pc.gather({ candidate: "early", toJSON: () => ({ candidate: "early" }) });
    await settle();
    pc.gather({ candidate: "", toJSON: () => ({ candidate: "" }) });
    pc.gather(null);
    expect(types()).toEqual(["offer", "ice_candidate", "ice_candidate"]);
    expect(sent.at(-1)?.data).toEqual({ targetUserId: "zoe", candidate: null });
  });

  test("refused because a buffer was full, they are gathered again", async () => {
    const { peers } = await offeredToZoe();
    peers.candidatesRefused("zoe");
    expect(FakePeerConnection.last.restarts).toBe(1);
  });
});

describe("renegotiation", () => {
  test("the answering side that starts to share requests an offer, and does not offer", async () => {
    const { peers, sent, types } = await offeredByAnn();
    peers.set("screen", track("video"));
    await settle();
    expect(types()).toEqual(["answer", "renegotiate"]);
    expect(sent.at(-1)?.data).toEqual({ targetUserId: "ann", reason: "media" });
    offer(peers);
    await settle();
    expect(types()).toEqual(["answer", "renegotiate", "answer"]);
    expect(FakePeerConnection.last.getTransceivers().map((place) => place.direction)).toEqual([
      "recvonly",
      "recvonly",
      "sendrecv",
    ]);
  });

  test("changes before the first offer are in the first answer, without a request", async () => {
    const { peers, types } = room(ANN);
    peers.set("camera", track("video"));
    await settle();
    expect(types()).toEqual([]);
    offer(peers);
    await settle();
    expect(types()).toEqual(["answer"]);
    expect(FakePeerConnection.last.getTransceivers()[1]?.direction).toBe("sendrecv");
  });

  test("requests during an unanswered offer cause one more offer, after the answer", async () => {
    const { peers, types } = await offeredToZoe();
    peers.set("screen", track("video"));
    renegotiate(peers, "zoe", { reason: "media" });
    renegotiate(peers, "zoe", { reason: "media" });
    await settle();
    expect(types()).toEqual(["offer"]);
    answer(peers);
    await settle();
    expect(types()).toEqual(["offer", "offer"]);
  });

  test("replacing a track needs no negotiation", async () => {
    const { peers, types } = room();
    peers.set("camera", track("video"));
    enter(peers);
    await settle();
    answer(peers);
    await settle();
    const other = track("video");
    peers.set("camera", other);
    await settle();
    expect(types()).toEqual(["offer"]);
    expect(FakePeerConnection.last.getTransceivers()[1]?.track).toBe(other);
  });

  test("an unanswered offer is resent, but not while signaling is unavailable", async () => {
    const { types, line } = await offeredToZoe();
    line.online = false;
    await vi.advanceTimersByTimeAsync(2 * LIMITS.answerMs);
    expect(types()).toEqual(["offer"]);
    line.online = true;
    await vi.advanceTimersByTimeAsync(LIMITS.connectingMs);
    expect(types()).toEqual(["offer", "offer"]);
    await vi.advanceTimersByTimeAsync(LIMITS.answerMs);
    expect(types()).toEqual(["offer", "offer", "offer"]);
  });
});

describe("repair", () => {
  test("the offering side restarts a failed connection by a new offer", async () => {
    const { types } = await answeredByZoe();
    FakePeerConnection.last.become("failed");
    await settle();
    expect(FakePeerConnection.last.restarts).toBe(1);
    expect(types()).toEqual(["offer", "offer"]);
  });

  test("the answering side requests the restart; two requests at once cause one", async () => {
    const answering = await offeredByAnn();
    FakePeerConnection.last.become("failed");
    expect(answering.sent.at(-1)?.data).toEqual({
      targetUserId: "ann",
      reason: "ice_restart",
      iceRestart: true,
    });

    const offering = await offeredToZoe();
    const { pc } = offering;
    pc.become("failed");
    renegotiate(offering.peers, "zoe", { reason: "ice_restart" });
    expect(pc.restarts).toBe(1);
  });

  test("the answering side does not request a restart before the first offer", () => {
    const { types } = room(ANN);
    FakePeerConnection.last.become("failed");
    expect(types()).toEqual([]);
  });

  test("disconnected is given time to recover", async () => {
    const { peers } = room();
    enter(peers);
    const pc = FakePeerConnection.last;
    pc.become("disconnected");
    await vi.advanceTimersByTimeAsync(LIMITS.disconnectedMs - 1);
    pc.become("connected");
    await vi.advanceTimersByTimeAsync(LIMITS.disconnectedMs);
    expect(pc.restarts).toBe(0);
    pc.become("disconnected");
    await vi.advanceTimersByTimeAsync(LIMITS.disconnectedMs);
    expect(pc.restarts).toBe(1);
  });

  test("failures while signaling is unavailable are repaired when it is back", async () => {
    const { peers, line } = room();
    enter(peers);
    line.online = false;
    FakePeerConnection.last.become("failed");
    expect(FakePeerConnection.last.restarts).toBe(0);
    line.online = true;
    peers.resumed();
    expect(FakePeerConnection.last.restarts).toBe(1);
  });

  test("a connection that the browser has closed is rebuilt when the other side detects it", async () => {
    const { peers, types } = await answeredByZoe();
    FakePeerConnection.last.close();
    renegotiate(peers, "zoe", { reason: "ice_restart" });
    await settle();
    expect(FakePeerConnection.made).toHaveLength(2);
    expect(types()).toEqual(["offer", "offer"]);
  });

  test("an offer of a new connection replaces ours, an offer of the same certificate does not, whatever its `o=` says", async () => {
    const { peers, types } = room(ANN);
    offer(peers, sdp("ann-1"));
    const again = sdp("ann-1", { session: "another" });
    peers.hear({ type: "offer", seq: 1, data: { senderUserId: "ann", sdp: again } });
    await settle();
    expect(FakePeerConnection.made).toHaveLength(1);
    offer(peers, sdp("ann-2"));
    await settle();
    expect(FakePeerConnection.made.map((pc) => pc.closed)).toEqual([true, false]);
    expect(types()).toEqual(["answer", "answer", "answer"]);
  });

  test("a mismatched answer makes the offering side rebuild the connection, a bounded number of times", async () => {
    const { peers } = room();
    enter(peers);
    for (let n = 0; n < 10; n += 1) {
      FakePeerConnection.last.refuseRemote = true;
      await settle();
      answer(peers);
      await settle();
    }
    expect(FakePeerConnection.made).toHaveLength(1 + LIMITS.rebuildMax);
  });
});

describe("uplink", () => {
  test("is shared among the members, within what a camera needs", () => {
    expect([0, 1, 3, 7, 15, 60].map(cameraBits)).toEqual([
      1_500_000, 1_500_000, 1_333_333, 571_428, 266_666, 150_000,
    ]);
  });

  test("every member's share is updated when others join and leave", async () => {
    const { peers } = room({ userId: "ann", rev: 3 });
    offer(peers);
    await settle();
    const ann = FakePeerConnection.last;
    expect(ann.getTransceivers()[1]?.bits()).toBe(1_500_000);
    for (let n = 0; n < 7; n += 1) {
      peers.hear({ type: "user_joined", seq: 1, data: { userId: `u${n}`, name: "", rev: 9 + n } });
    }
    await settle();
    expect(ann.getTransceivers()[1]?.bits()).toBe(500_000);
    expect(ann.getTransceivers()[0]?.bits()).toBeUndefined();
  });
});

describe("membership", () => {
  test("a member that leaves is closed, and its late messages are ignored", async () => {
    const { peers, types } = await offeredByAnn();
    peers.hear({ type: "user_left", seq: 2, data: { userId: "ann", reason: "left" } });
    expect(FakePeerConnection.last.closed).toBe(true);
    expect(peers.views()).toEqual([]);
    offer(peers);
    candidate(peers, "ann", "late");
    await vi.advanceTimersByTimeAsync(GIVE_UP_MS);
    expect(types()).toEqual(["answer"]);
  });

  test("a closed connection sends nothing, whatever was in progress", async () => {
    const { peers, types } = room();
    enter(peers);
    peers.hear({ type: "user_left", seq: 2, data: { userId: "zoe", reason: "lost" } });
    await vi.advanceTimersByTimeAsync(GIVE_UP_MS);
    expect(types()).toEqual([]);
  });

  test("a member who joined again has a new connection; a duplicate notice of the same seat does not", async () => {
    const { peers } = room();
    enter(peers);
    enter(peers);
    expect(FakePeerConnection.made).toHaveLength(1);
    peers.hear({ type: "user_joined", seq: 3, data: { ...ZOE, rev: 9 } });
    expect(FakePeerConnection.made.map((pc) => pc.closed)).toEqual([true, false]);
    expect(peers.views().map((peer) => peer.rev)).toEqual([9]);
  });

  test("a new session rebuilds what does not work, in its new roles", async () => {
    const { peers, types } = room(ANN);
    peers.joined(joined(1, [{ userId: "ann", rev: 3 }], "s2").data);
    await settle();
    expect(FakePeerConnection.made.map((pc) => pc.closed)).toEqual([true, false]);
    expect(types()).toEqual(["offer"]);
  });

  test("a member is shown sending exactly what the descriptions say", async () => {
    const { peers } = await offeredByAnn();
    const [microphone, camera, screen] = FakePeerConnection.last.getTransceivers();
    Object.assign(microphone ?? {}, { currentDirection: "sendrecv" });
    Object.assign(screen ?? {}, { currentDirection: "recvonly" });
    Object.assign(camera ?? {}, { currentDirection: "inactive" });
    FakePeerConnection.last.ontrack?.();
    const view = peers.views()[0];
    expect(view).toMatchObject({ microphone: true, camera: false, screen: true });
    expect(view?.stream.getTracks()).toHaveLength(1);
    expect(view?.screenStream.getTracks()).toHaveLength(1);
  });
});
