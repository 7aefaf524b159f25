// A room in which our seat has rev 5: Ann came before us and offers, Zoe after us and answers.

import type { Counted } from "@aldis/client";
import { joined } from "../../client/test/stage.ts";
import { Peers } from "../src/peers.ts";
import { FakePeerConnection, FakeTrack, sdp } from "./fakes.ts";

export const ANN = { userId: "ann", rev: 3 };
export const ZOE = { userId: "zoe", name: "Zoe", rev: 8 };

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
