import { describe, expect, test } from "vitest";
import { fit, GAP } from "../src/layout.ts";

const SCREENS = [
  [1248, 662],
  [1900, 900],
  [370, 720],
  [900, 370],
  [320, 320],
] as const;
const COUNTS = Array.from({ length: 16 }, (_, index) => index + 1);

describe("tiles", () => {
  test.each(SCREENS)("1 to 16 of them stay inside %i × %i, and take a good part of it", (width, height) => {
    for (const count of COUNTS) {
      const tile = fit(count, width, height);
      const rows = Math.ceil(count / tile.columns);
      expect(tile.columns * tile.width + (tile.columns - 1) * GAP).toBeLessThanOrEqual(width);
      expect(rows * tile.height + (rows - 1) * GAP).toBeLessThanOrEqual(height);
      expect((count * tile.width * tile.height) / (width * height)).toBeGreaterThan(0.42);
    }
  });

  test("are never wider than a camera's picture, and upright only on an upright screen", () => {
    for (const [width, height] of SCREENS) {
      for (const count of COUNTS) {
        const tile = fit(count, width, height);
        const ratio = tile.width / tile.height;
        expect(ratio).toBeLessThanOrEqual(16 / 9 + 0.02);
        expect(ratio).toBeGreaterThanOrEqual((width >= height ? 5 / 4 : 3 / 4) - 0.02);
      }
    }
  });

  test("four on a wide screen are arranged two by two, three on a phone below each other", () => {
    expect(fit(4, 1248, 662).columns).toBe(2);
    expect(fit(3, 370, 720).columns).toBe(1);
  });

  test("an empty area does not fail", () => {
    expect(fit(4, 0, 0)).toMatchObject({ width: 0, height: 0 });
  });
});
