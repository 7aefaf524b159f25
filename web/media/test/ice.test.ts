import { expect, test } from "vitest";
import { renewIn } from "../src/ice.ts";
import { LIMITS } from "../src/limits.ts";

test("relay credentials are renewed before they expire", () => {
  const now = 1_800_000_000_000;
  const servers = (seconds: number) => [{ urls: "turn:t", username: `${now / 1000 + seconds}:me` }];
  expect(renewIn(servers(1_200), now)).toBe(1_200_000 - LIMITS.iceServersMarginMs);
  expect(renewIn(servers(36_000), now)).toBe(LIMITS.iceServersMs);
  expect(renewIn(servers(10), now)).toBe(60_000);
  expect(renewIn([{ urls: "stun:s" }], now)).toBe(LIMITS.iceServersMs);
});
