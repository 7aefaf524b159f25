// A room in which our seat has rev 5: Ann came before us and offers, Zoe after us and answers.

import type { Counted } from "@aldis/client";
import { afterEach, beforeEach, vi } from "vitest";
import { joined } from "../../client/test/stage.ts";
import { Peers } from "../src/peers.ts";
import { FakePeerConnection, FakeStream, FakeTrack, sdp, settle } from "./fakes.ts";

export const ANN = { userId: "ann", rev: 3 };
export const ZOE = { userId: "zoe", name: "Zoe", rev: 8 };

/** Every test of the file has its own browser, and its own time. */
export function fakeBrowser(): void {
  beforeEach(() => {
    vi.useFakeTimers();
    vi.stubGlobal("MediaStream", FakeStream);
    FakePeerConnection.made = [];
  });
  afterEach(() => {
    vi.useRealTimers();
    vi.unstubAllGlobals();
  });
}

export function room(...members: { userId: string; rev: number }[]) {
  const sent: Counted[] = [];
  const line = { online: true };
  const peers = new Peers({
    send: (message) => sent.push(message),
    online: () => line.online,
    configuration: () => ({ iceServers: [{ urls: "turn:relay.example" }] }),
    RTCPeerConnection: FakePeerConnection as never,
  });
  peers.joined(joined(5, members).data);
  const types = () => sent.map((message) => message.type);
  return { peers, sent, types, line };
}

export const enter = (peers: Peers, member = ZOE) =>
  peers.hear({ type: "user_joined", seq: 1, data: member });
export const offer = (peers: Peers, description = sdp("ann-1"), from = "ann") =>
  peers.hear({ type: "offer", seq: 1, data: { senderUserId: from, sdp: description } });
export const answer = (peers: Peers, description = sdp("zoe-1"), from = "zoe") =>
  peers.hear({ type: "answer", seq: 2, data: { senderUserId: from, sdp: description } });
export const renegotiate = (peers: Peers, from: string, wish: object) =>
  peers.hear({ type: "renegotiate", seq: 1, data: { senderUserId: from, ...wish } });
export const left = (
  peers: Peers,
  userId: string,
  reason: "left" | "lost" | "replaced" | "kicked" | "closed",
) => peers.hear({ type: "user_left", seq: 2, data: { userId, reason } });
export const track = (kind: string) => new FakeTrack(kind) as unknown as MediaStreamTrack;

/** Ann has offered, and has our answer. */
export async function offeredByAnn() {
  const stage = room(ANN);
  offer(stage.peers);
  await settle();
  return { ...stage, pc: FakePeerConnection.last };
}
/** Zoe has come, and has our offer. */
export async function offeredToZoe() {
  const stage = room();
  enter(stage.peers);
  await settle();
  return { ...stage, pc: FakePeerConnection.last };
}
/** The same, and Zoe has answered. */
export async function answeredByZoe() {
  const stage = await offeredToZoe();
  answer(stage.peers);
  await settle();
  return stage;
}
