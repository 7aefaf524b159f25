import { describe, expect, test, vi } from "vitest";
import { hasArrived } from "../src/paths/ready.ts";
import { faultOf, pauseAfter } from "../src/sfu/faults.ts";
import { encodings, layerFor, layersOf } from "../src/sfu/layers.ts";
import { Loop } from "../src/sfu/loop.ts";
import { extraName, extraSource, slotOf } from "../src/sfu/sources.ts";
import { settle } from "./fakes.ts";

describe("sources", () => {
  test.each([
    ["whiteboard", "x_whiteboard", "whiteboard"],
    ["Slides of Hal 2", "x_slides_of_hal", "slides of hal"],
    ["Café", "x_cafe", "cafe"],
    ["", "x", null],
    ["日本", "x", null],
    ["a".repeat(64), `x_${"a".repeat(30)}`, "a".repeat(30)],
  ])("of a track named %j is %j, and names it %j", (name, source, back) => {
    expect([extraSource(name), extraName(source), slotOf(source)]).toEqual([source, back, null]);
    expect(source).toMatch(/^[a-z_]{1,32}$/);
  });

  test("of others may be anything", () => {
    expect([slotOf("camera"), slotOf("desk"), extraName("desk_two")]).toEqual(["camera", null, "desk two"]);
  });
});

describe("sizes", () => {
  test.each([
    [1_280, [4, 2, 1]],
    [960, [4, 2, 1]],
    [640, [2, 1]],
    [320, [1]],
  ])("of a camera %i pixels wide are scaled by %j", (width, scales) => {
    const made = encodings(width);
    expect(made.map(({ scaleResolutionDownBy }) => scaleResolutionDownBy)).toEqual(scales);
    const bits = made.map(({ maxBitrate }) => maxBitrate);
    expect(bits).toEqual([...bits].sort((a, b) => a - b));
  });

  test.each([
    [undefined, 3, 2],
    [100, 3, 0],
    [360, 3, 0],
    [361, 3, 1],
    [1_000, 3, 2],
    [361, 2, 1],
    [1_000, 2, 1],
    [1_000, 1, 0],
  ])("a tile of %s pixels of %i layers gets layer %i", (width, layers, layer) => {
    expect(layerFor(width, layers)).toBe(layer);
  });

  test.each([
    ["L3T1", 3],
    ["S2T3", 2],
    ["", 1],
    ["nonsense", 1],
  ])("%s has %i", (scalabilityMode, layers) => {
    expect(layersOf({ encodings: [{ scalabilityMode }] })).toBe(layers);
  });
});

test("what has no encodings, or does not say, has one size", () => {
  expect([layersOf({}), layersOf({ encodings: [{}] })]).toEqual([1, 1]);
});

describe("faults", () => {
  test.each([
    [{ code: "media_unavailable" }, "away"],
    [{ code: "media_stale" }, "stale"],
    [{ code: "lost" }, "stale"],
    [{ code: "media_not_found" }, "gone"],
    [{ code: "media_limit" }, "refused"],
    [{ code: "wrong_mode" }, "again"],
    [new TypeError("the browser's own"), "gone"],
    [Object.assign(new Error(), { name: "UnsupportedError" }), "refused"],
    [undefined, "gone"],
  ])("%j is %s", (error, fault) => {
    expect(faultOf(error)).toBe(fault);
  });

  test("are tried again later and later, or when the server says, never before", () => {
    const pauses = [0, 1, 2, 9].map((attempt) => pauseAfter({ code: "internal" }, attempt, 0));
    expect(pauses).toEqual([500, 1_000, 2_000, 15_000]);
    expect(pauseAfter({ code: "media_unavailable", retryAfterMs: 3_000 }, 9, 0)).toBe(3_000);
    expect(pauseAfter({ retryAfterMs: 1e9 }, 0, 0.99)).toBeLessThan(76_000);
  });
});

describe("a loop", () => {
  test("never runs twice at once; kicks during a run mean one more", async () => {
    let [running, most, runs] = [0, 0, 0];
    const loop = new Loop(
      async () => {
        running += 1;
        runs += 1;
        most = Math.max(most, running);
        await Promise.resolve();
        running -= 1;
      },
      () => null,
    );
    for (let kick = 0; kick < 5; kick += 1) loop.kick();
    await settle();
    expect([most, runs]).toEqual([1, 2]);
  });

  test("waits after a failure, unless something has changed for the better; a kick in the failed run counts", async () => {
    vi.useFakeTimers();
    let runs = 0;
    const loop = new Loop(
      async () => {
        runs += 1;
        if (runs < 3) throw new Error("no");
      },
      () => 1_000,
    );
    loop.kick();
    await settle();
    loop.kick();
    await settle();
    expect(runs).toBe(1);
    loop.now();
    await settle();
    expect(runs).toBe(2);
    await vi.advanceTimersByTimeAsync(1_000);
    expect(runs).toBe(3);
    vi.useRealTimers();
  });
});

describe("media has arrived", () => {
  const view = { connection: "connected", camera: true, microphone: true, screen: false } as never;
  const stats = (framesDecoded: number, microphonePacketsReceived = 5) =>
    ({ framesDecoded, microphonePacketsReceived }) as never;
  test("when a picture moves and a packet of their voice came; of who sends nothing, when connected", () => {
    expect([hasArrived(view, stats(0)), hasArrived(view, stats(1)), hasArrived(view, undefined)]).toEqual([
      false,
      true,
      false,
    ]);
    expect(hasArrived(view, stats(1, 0))).toBe(false);
    expect(hasArrived({ ...(view as object), microphone: false } as never, stats(1, 0))).toBe(true);
    const voice = { ...(view as object), camera: false } as never;
    expect([hasArrived(voice, stats(0, 0)), hasArrived(voice, stats(0, 1))]).toEqual([false, true]);
    const silent = { ...(view as object), camera: false, microphone: false } as never;
    expect(hasArrived(silent, stats(0, 0))).toBe(true);
    expect(hasArrived({ ...(silent as object), connection: "connecting" } as never, stats(9))).toBe(false);
  });
  test("of whom nobody sees here, when a packet of their voice came: no picture is on its way", () => {
    const unseen = (packets: number, more = {}) =>
      hasArrived({ ...(view as object), ...more } as never, stats(0, packets), { width: 0 });
    expect([unseen(0), unseen(1)]).toEqual([false, true]);
    expect(unseen(0, { microphone: false })).toBe(true);
    expect(unseen(1, { screen: true })).toBe(false);
    expect(hasArrived(view, stats(0, 1), { width: 320 })).toBe(false);
  });
});
