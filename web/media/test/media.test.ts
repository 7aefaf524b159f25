import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { Media } from "../src/media.ts";
import { FakeStream, FakeTrack, settle } from "./fakes.ts";

let opened: FakeTrack[] = [];
let refuse: string | null = null;

beforeEach(() => {
  opened = [];
  refuse = null;
  const open = async (constraints: { audio?: unknown; video?: unknown }) => {
    if (refuse) throw Object.assign(new Error(refuse), { name: refuse });
    const track = new FakeTrack(constraints.audio ? "audio" : "video");
    opened.push(track);
    return new FakeStream([track]);
  };
  vi.stubGlobal("MediaStream", FakeStream);
  vi.stubGlobal("navigator", {
    mediaDevices: {
      getUserMedia: open,
      getDisplayMedia: open,
      enumerateDevices: async () => [],
      addEventListener: () => {},
      removeEventListener: () => {},
    },
  });
});
afterEach(() => void vi.unstubAllGlobals());

describe("media", () => {
  test("a muted microphone stays open; a camera that is off is released, and opened again", async () => {
    const media = new Media();
    await media.start({ microphone: true, camera: true });
    await media.toggle("microphone");
    await media.toggle("camera");
    expect(opened.map(({ kind, enabled, stopped }) => ({ kind, enabled, stopped }))).toEqual([
      { kind: "audio", enabled: false, stopped: false },
      { kind: "video", enabled: true, stopped: true },
    ]);
    expect(media.track("camera")).toBeNull();
    await media.toggle("microphone");
    await media.toggle("camera");
    expect(opened).toHaveLength(3);
    expect(media.view).toMatchObject({ microphone: { on: true }, camera: { on: true } });
  });

  test("releasing stops every track, also one that opens too late", async () => {
    const media = new Media();
    await media.start({ microphone: true, camera: false });
    const late = media.turnOn("camera");
    media.release();
    await late;
    expect(opened.map((track) => track.stopped)).toEqual([true, true]);
    expect(media.track("camera")).toBeNull();
  });

  test.each([
    ["NotAllowedError", "denied"],
    ["NotFoundError", "missing"],
    ["NotReadableError", "busy"],
  ])("%s is told as %s, and the call can go on without", async (name, trouble) => {
    refuse = name;
    const media = new Media();
    await media.start({ microphone: true, camera: true });
    expect(media.view.camera).toMatchObject({ on: false, busy: false, trouble });
  });

  test("a screen share that the browser ends is reported like one that we end", async () => {
    const media = new Media();
    const told: unknown[] = [];
    media.on("track", ({ slot, track }) => told.push([slot, track !== null]));
    await media.toggleScreen();
    opened[0]?.onended?.();
    expect(told).toEqual([
      ["screen", true],
      ["screen", false],
    ]);
    expect(media.view.screen.on).toBe(false);
  });

  test("choosing another device swaps the track without a gap in what is sent", async () => {
    const media = new Media();
    await media.start({ microphone: false, camera: true });
    const told: unknown[] = [];
    media.on("track", ({ track }) => told.push(track));
    await media.choose("camera", "other");
    await settle();
    expect(opened[0]?.stopped).toBe(true);
    expect(told).toEqual([opened[1]]);
  });

  test("choosing a device that cannot be opened ends what was sent", async () => {
    const media = new Media();
    await media.start({ microphone: false, camera: true });
    const told: unknown[] = [];
    media.on("track", ({ slot, track }) => told.push([slot, track]));
    refuse = "NotReadableError";
    await media.choose("camera", "other");
    expect(told).toEqual([["camera", null]]);
    expect(media.view.camera).toMatchObject({ on: false, busy: false, trouble: "busy" });
  });
});
