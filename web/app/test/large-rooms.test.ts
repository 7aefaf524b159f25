// Large rooms: who is shown, how many seats, and what is said of the way to the media server.
import type { PathView } from "@aldis/media";
import { describe, expect, test } from "vitest";
import { seatsOf, settingsOf } from "../src/pages/room-size.tsx";
import { BESIDE, largeOf, PER_PAGE, pageOf } from "../src/room/pages.ts";
import { pathText } from "../src/room/path-words.ts";

const people = (count: number) => Array.from({ length: count }, (_, at) => `user-${at}`);

describe("pages", () => {
  test("of few are one; of many each is on exactly one", () => {
    expect(pageOf(people(PER_PAGE), null, 0)).toMatchObject({ page: 0, pages: 1 });
    const all = people(20);
    const { pages } = pageOf(all, null, 0);
    const seen = Array.from({ length: pages }, (_, page) => [...pageOf(all, null, page).shown]).flat();
    expect([pages, seen]).toEqual([3, all]);
  });

  test("keep who is large on each, with fewer beside", () => {
    const page = pageOf(people(20), "user-3", 1);
    expect([page.shown.has("user-3"), page.shown.size]).toEqual([true, BESIDE + 1]);
  });

  test("that are no more are the last one", () => {
    expect(pageOf(people(9), null, 5)).toMatchObject({ page: 1, pages: 2 });
    expect(pageOf([], null, 5)).toMatchObject({ page: 0, pages: 1 });
  });

  test("the one who speaks is large, or who spoke last, or somebody who is there", () => {
    const all = people(3);
    expect(largeOf(all, "user-2", "user-1")).toBe("user-2");
    expect(largeOf(all, null, "user-1")).toBe("user-1");
    expect(largeOf(all, "me", "gone")).toBe("user-0");
    expect(largeOf([], "me", null)).toBe(null);
  });
});

test.each([
  [100, [12, 25, 50, 100]],
  [40, [12, 25, 40]],
  [10, [10]],
  [1_000, [12, 25, 50, 100]],
])("a node that lets %i into a room offers %j seats", (max, seats) => {
  expect(seatsOf(true, max)).toEqual(seats);
});

test("a large room needs a media server from three people on, a small one never", () => {
  expect([settingsOf(25, true), settingsOf(4, false)]).toEqual([
    { maxParticipants: 25, mode: "auto" },
    { maxParticipants: 4 },
  ]);
});

describe("the way to the media server", () => {
  const path = (change: Partial<PathView>): PathView => ({
    meant: "sfu",
    mode: "sfu",
    state: "connected",
    trouble: null,
    speaker: null,
    ...change,
  });
  const trouble = (code: string, tried: string[] = []) => ({ code, message: "", tried });

  test.each([
    [path({}), null],
    [path({ state: "connecting" }), null],
    [path({ meant: "mesh", mode: "mesh", state: "failed" }), null],
    [
      path({ state: "unavailable", trouble: trouble("media_unavailable") }),
      "The media server is away; reconnecting…",
    ],
    [path({ mode: "mesh" }), "The media server is away; you are connected directly meanwhile."],
    [path({ state: "reconnecting" }), /interrupted/],
    [path({ state: "failed", trouble: trouble("unreachable", ["udp", "tcp"]) }), /tried udp, tcp/],
    [path({ trouble: trouble("media_limit") }), /Stop sharing/],
    [path({ state: "failed", trouble: trouble("strange") }), /\(strange\)/],
    [path({ state: "failed", trouble: trouble("constructor") }), /\(constructor\)/],
  ])("%j", (view, text) => {
    const said = pathText(view)?.text ?? null;
    if (text instanceof RegExp) expect(said).toMatch(text);
    else expect(said).toBe(text);
  });
});
