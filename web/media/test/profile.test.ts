// The media profile with programs of others: sections are told by kind, by `mid` and by what their sender says of them.

import type { Counted } from "@aldis/client";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { isSameConnection, sections, withContents } from "../src/peer/sdp.ts";
import { FakePeerConnection, FakeStream, sdp, settle } from "./fakes.ts";
import { ANN, answer, enter, offer, renegotiate, room, track } from "./room.ts";

beforeEach(() => {
  vi.stubGlobal("MediaStream", FakeStream);
  FakePeerConnection.made = [];
});
afterEach(() => vi.unstubAllGlobals());

const media = (...kinds: string[]) => kinds.map((kind, at) => ({ mid: `m${at}`, kind }));
/** What we send in each section. */
const sending = () => FakePeerConnection.last.getTransceivers().map((place) => place.track?.kind ?? null);
const receive = (...directions: string[]) => {
  for (const [at, direction] of directions.entries()) {
    Object.assign(FakePeerConnection.last.getTransceivers()[at] ?? {}, { currentDirection: direction });
  }
  FakePeerConnection.last.ontrack?.();
};

/** What a message of ours says of its sections. */
function contents(message: Counted | undefined): (string | null)[] {
  if (message?.type !== "offer" && message?.type !== "answer") throw new Error("no description");
  return sections(message.data.sdp).map(({ content }) => content);
}

async function offered(
  described: Parameters<typeof sdp>[1],
  tracks: ("microphone" | "camera" | "screen")[] = [],
) {
  const stage = room(ANN);
  for (const slot of tracks) stage.peers.set(slot, track(slot === "microphone" ? "audio" : "video"));
  offer(stage.peers, sdp("ann-1", described));
  await settle();
  return stage;
}

describe("a stranger's offer", () => {
  test.each([
    [
      ["audio", "video"],
      ["audio", "video"],
    ],
    [
      ["video", "audio"],
      ["video", "audio"],
    ],
    [["video"], ["video"]],
    [["audio"], ["audio"]],
    [
      ["audio", "video", "video"],
      ["audio", "video", null],
    ],
  ])("of %j gets our microphone and camera by kind, not by position", async (kinds, expected) => {
    await offered({ media: media(...kinds) }, ["microphone", "camera"]);
    expect(sending()).toEqual(expected);
  });

  test("that only sends is answered without a track of ours", async () => {
    await offered({ media: [{ mid: "0", kind: "video", direction: "sendonly" }] }, ["camera"]);
    expect(sending()).toEqual([null]);
  });

  test("is shown by kind, and what is more than microphone and camera as further pictures", async () => {
    const { peers } = await offered({ media: media("video", "audio", "video", "audio") });
    receive("recvonly", "recvonly", "recvonly", "recvonly");
    const view = peers.views()[0];
    expect(view).toMatchObject({ microphone: true, camera: true, screen: true });
    expect(view?.others.map(({ id, kind }) => [id, kind])).toEqual([["m3", "audio"]]);
    const before = view?.others;
    receive("recvonly");
    expect(peers.views()[0]?.others).toBe(before);
    receive("recvonly", "recvonly", "recvonly", "inactive");
    expect(peers.views()[0]?.others).toEqual([]);
  });

  test("that says which section is a screen is believed, wherever it is", async () => {
    const slides = [{ mid: "s", kind: "video", content: "slides" }, ...media("video", "audio")];
    const { peers } = await offered({ media: slides }, ["camera", "screen"]);
    receive("recvonly", "inactive", "inactive");
    expect(peers.views()[0]).toMatchObject({ screen: true, camera: false });
    expect(sending()).toEqual(["video", "video", null]);
  });

  test("with one picture shows our screen in the camera's place, and the camera again afterwards", async () => {
    const { peers, sent } = await offered({ media: media("audio", "video") }, ["camera"]);
    const camera = FakePeerConnection.last.getTransceivers()[1]?.track;
    const screen = track("video");
    peers.set("screen", screen);
    await settle();
    expect(FakePeerConnection.last.getTransceivers()[1]?.track).toBe(screen);
    expect(sent.at(-1)?.data).toMatchObject({ targetUserId: "ann", want: { audio: 0, video: 1 } });
    expect(peers.views()[0]?.unsent).toEqual([]);
    peers.set("screen", null);
    await settle();
    expect(FakePeerConnection.last.getTransceivers()[1]?.track).toBe(camera);
  });

  test("without a picture: the page is told that ours does not arrive", async () => {
    const { peers } = await offered({ media: media("audio") }, ["microphone", "camera"]);
    expect(peers.views()[0]?.unsent).toEqual(["camera"]);
  });

  test("with a further section later gets the screen there", async () => {
    const { peers } = await offered({ media: media("audio", "video") }, ["camera", "screen"]);
    offer(peers, sdp("ann-1", { media: media("audio", "video", "video") }));
    await settle();
    expect(sending()).toEqual([null, "video", "video"]);
    expect(FakePeerConnection.made).toHaveLength(1);
  });
});

describe("our own descriptions", () => {
  test("say which section is the screen, in offers and in answers", async () => {
    const offering = room();
    enter(offering.peers);
    await settle();
    expect(contents(offering.sent[0])).toEqual([null, null, "slides"]);
    const { sent } = await offered({});
    expect(contents(sent[0])).toEqual([null, null, "slides"]);
  });

  test("a wish for a further section is granted by the offering side, up to a bound", async () => {
    const { peers, types } = room();
    enter(peers);
    await settle();
    answer(peers);
    await settle();
    renegotiate(peers, "zoe", { want: { video: 1 } });
    await settle();
    expect(types()).toEqual(["offer", "offer"]);
    expect(FakePeerConnection.last.getTransceivers().map(({ kind }) => kind)).toEqual([
      "audio",
      "video",
      "video",
      "video",
    ]);
    for (let times = 0; times < 4; times += 1) renegotiate(peers, "zoe", { want: { audio: 16, video: 16 } });
    expect(FakePeerConnection.last.getTransceivers()).toHaveLength(3 + 16);
  });

  test("a wish for an ICE restart is granted, also while this side notices nothing", async () => {
    const { peers } = room();
    enter(peers);
    await settle();
    answer(peers);
    await settle();
    FakePeerConnection.last.become("connected");
    renegotiate(peers, "zoe", { iceRestart: true });
    expect(FakePeerConnection.last.restarts).toBe(1);
  });
});

describe("a description", () => {
  test("is of the same connection if a certificate is the same, in whatever letters and place", () => {
    const inSession = "v=0\r\na=fingerprint:SHA-256 ab:cd\r\nm=audio 9 X 0\r\na=mid:0\r\n";
    const inMedia =
      "v=0\r\nm=audio 9 X 0\r\na=mid:0\r\na=fingerprint:sha-256 AB:CD\r\na=fingerprint:sha-512 EF\r\n";
    expect(isSameConnection(inSession, inMedia)).toBe(true);
    expect(isSameConnection(inSession, inSession.replace("ab:cd", "ab:ce"))).toBe(false);
    expect(isSameConnection(inSession, "v=0\r\n")).toBe(false);
  });

  test("has no section where the other side refused one; a bundled one has port 0 as well", () => {
    const text = (line: string) => `v=0\r\nm=video 0 X 96\r\n${line}a=mid:v\r\n`;
    expect(sections(text(""))).toEqual([]);
    expect(sections(text("a=bundle-only\r\n"))).toEqual([
      { mid: "v", kind: "video", content: null, receives: true },
    ]);
  });

  test("is changed in nothing but the screen's section", () => {
    const text = sdp("x", { media: media("video", "video") });
    expect(withContents(text, new Map())).toBe(text);
    expect(withContents(text, new Map([["m1", "slides"]])).replace("a=content:slides\r\n", "")).toBe(text);
    expect(sections(withContents(text, new Map([["m1", "slides"]]))).map(({ content }) => content)).toEqual([
      null,
      "slides",
    ]);
  });
});
