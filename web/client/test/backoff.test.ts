import { describe, expect, test } from "vitest";
import { asked, backoff, cap } from "../src/connection/backoff.ts";
import { verdict } from "../src/connection/closing.ts";
import { LIMITS } from "../src/limits.ts";

describe("back-off", () => {
  test("tries about 0, 0.3, 1 and 2.5 s after the loss, then less and less often, and never waits longer than 10 s", () => {
    const waits = [0, 1, 2, 3, 4, 5, 6, 50].map((attempt) => backoff(attempt, 0.5));
    expect(waits).toEqual([75, 300, 700, 1_500, 3_000, 6_000, 7_500, 7_500]);
    expect(backoff(50, 0.999_999)).toBe(9_999);
  });

  test("has jitter: from half to one and a half, the first attempt within 150 ms", () => {
    expect([0, 0.25, 0.999_999].map((random) => backoff(1, random))).toEqual([150, 225, 449]);
    expect([0, 0.25, 0.999_999].map((random) => backoff(0, random))).toEqual([0, 37, 149]);
    expect([0, 0.999_999].map((random) => backoff(9, random, 1_000))).toEqual([500, 999]);
  });

  test("stays below a second while the seat can still be saved, and below three in the first minute", () => {
    expect([0, 4_999, 5_000, 60_000].map((down) => cap(down, 5_000))).toEqual([1_000, 1_000, 3_000, 10_000]);
    expect([9_999, 10_000].map((down) => cap(down, 120_000))).toEqual([1_000, 3_000]);
    expect(cap(0, 0)).toBe(3_000);
  });

  test("the server's retry delay is bounded, and invalid ones are ignored", () => {
    expect([asked(250), asked(9e9), asked(-1), asked(null), asked(undefined), asked(Number.NaN)]).toEqual([
      250,
      LIMITS.retryAfterMaxMs,
      null,
      null,
      null,
      null,
    ]);
  });
});

describe("close codes", () => {
  test.each([1001, 1005, 1006, 1011, 1012, 1013, 1015, 4508, 4529, 4530, 4599])("%i: come back", (code) => {
    expect(verdict(code)).toEqual({ next: "come_back" });
  });
  test.each([
    [1002, "protocol"],
    [1003, "protocol"],
    [1007, "protocol"],
    [1009, "protocol"],
    [4403, "forbidden"],
    [4404, "room_closed"],
    [4409, "replaced"],
    [4499, "forbidden"],
  ])("%i: stop, %s", (code, reason) => {
    expect(verdict(code)).toEqual({ next: "stop", reason });
  });
  test("4404 after room_not_found has that reason", () => {
    const last = {
      code: "room_not_found" as const,
      message: "",
      cid: null,
      retryable: false,
      retryAfterMs: null,
    };
    expect(verdict(4404, last)).toEqual({ next: "stop", reason: "room_not_found" });
  });
});
