import type { PeerStats } from "@aldis/media";
import { describe, expect, test } from "vitest";
import { isWeak } from "../src/room/quality.ts";

function stats(packetsReceived: number, packetsLost: number, extra: Partial<PeerStats> = {}): PeerStats {
  return {
    userId: "ann",
    connectionNumber: 1,
    connectionState: "connected",
    roundTripTime: 0.05,
    packetsReceived,
    packetsLost,
    ...extra,
  } as PeerStats;
}

describe("a connection is weak", () => {
  test("when more than a twentieth of the packets since the last measurement was lost", () => {
    expect(isWeak(stats(1_000, 100), stats(1_100, 104))).toBe(false);
    expect(isWeak(stats(1_000, 100), stats(1_100, 106))).toBe(true);
  });

  test("when an answer takes longer than people wait", () => {
    expect(isWeak(undefined, stats(0, 0, { roundTripTime: 0.7 }))).toBe(true);
  });

  test("never by the first measurement, by one of an earlier connection, or while it is not connected", () => {
    expect(isWeak(undefined, stats(10, 90))).toBe(false);
    expect(isWeak(stats(0, 0), stats(10, 90, { connectionNumber: 2 }))).toBe(false);
    expect(isWeak(stats(0, 0), stats(10, 90, { connectionState: "disconnected" }))).toBe(false);
  });
});
