// Tracks beside microphone, camera and screen, on both sides of a connection.
import type { Counted } from "@aldis/client";
import { expect, test } from "vitest";
import { sections } from "../src/peer/sdp.ts";
import { FakePeerConnection, sdp, settle } from "./fakes.ts";
import { ANN, answer, enter, fakeBrowser, offer, room, track } from "./room.ts";

fakeBrowser();

const places = () => FakePeerConnection.last.getTransceivers();
const described = (message: Counted | undefined) => {
  if (message?.type !== "offer" && message?.type !== "answer") throw new Error("no description");
  const { sdp: text, streams } = message.data;
  return { contents: sections(text).map(({ content }) => content), streams };
};
/** Four sections, of which the last is for what the answering side asked for. */
const FOUR = [
  { mid: "0", kind: "audio" },
  { mid: "1", kind: "video" },
  { mid: "2", kind: "video" },
  { mid: "3", kind: "video", direction: "recvonly" },
];

test("the offering side adds a section, and says what it carries", async () => {
  const { peers, sent } = room();
  enter(peers);
  await settle();
  answer(peers);
  await settle();
  const board = { track: track("video"), name: "whiteboard" };
  peers.publish(board);
  await settle();
  expect(places().map(({ kind, direction }) => [kind, direction])).toEqual([
    ["audio", "recvonly"],
    ["video", "recvonly"],
    ["video", "recvonly"],
    ["video", "sendonly"],
  ]);
  expect(described(sent.at(-1))).toEqual({
    contents: [null, null, "slides", "alt"],
    streams: { "3": "whiteboard" },
  });
  answer(peers);
  await settle();
  peers.unpublish(board);
  await settle();
  expect(places()[3]).toMatchObject({ direction: "inactive", track: null });
  expect(described(sent.at(-1)).streams).toBeUndefined();
  answer(peers);
  await settle();
  const again = { track: track("video"), name: "camera 2" };
  peers.publish(again);
  expect(places()).toHaveLength(4);
  expect(places()[3]).toMatchObject({ direction: "sendonly", track: again.track });
});

test("the answering side asks once for what it needs, and sends it in the next offer's section", async () => {
  const { peers, sent } = room(ANN);
  offer(peers);
  await settle();
  const [board, voice] = [
    { track: track("video"), name: "whiteboard" },
    { track: track("audio"), name: "music" },
  ];
  peers.publish(board);
  peers.publish(voice);
  const wishes = sent.flatMap((message) => (message.type === "renegotiate" ? [message.data.want] : []));
  expect(wishes).toEqual([
    { audio: 0, video: 1 },
    { audio: 1, video: 0 },
  ]);
  offer(peers, sdp("ann-1", { version: 2, media: FOUR }));
  await settle();
  expect(places()[3]).toMatchObject({ direction: "sendonly", track: board.track });
  expect(described(sent.at(-1)).streams).toEqual({ "3": "whiteboard" });
});

test("who comes later gets the published tracks as well", async () => {
  const { peers, sent } = room();
  peers.publish({ track: track("audio"), name: "music" });
  enter(peers);
  await settle();
  expect(described(sent[0])).toEqual({ contents: [null, null, "slides", "alt"], streams: { "3": "music" } });
});

test("what the other side names is a further stream with that name, also where the camera is off", async () => {
  const { peers } = room(ANN);
  const media = [...FOUR.slice(0, 3), { mid: "3", kind: "video", content: "alt", direction: "sendonly" }];
  peers.hear({
    type: "offer",
    seq: 1,
    data: { senderUserId: "ann", sdp: sdp("ann-1", { media }), streams: { "3": "whiteboard" } },
  });
  await settle();
  const place = places()[3];
  if (!place) throw new Error("no section");
  place.currentDirection = "recvonly";
  FakePeerConnection.last.ontrack?.();
  const [ann] = peers.views();
  expect(ann?.camera).toBe(false);
  expect(ann?.others.map(({ id, kind, name }) => [id, kind, name])).toEqual([["3", "video", "whiteboard"]]);
});
