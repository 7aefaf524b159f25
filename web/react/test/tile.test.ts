import { expect, test } from "vitest";
import { initials } from "../src/initials.ts";
import { loudness } from "../src/level.ts";

test.each([
  ["Ann", "A"],
  ["ann lovelace", "AL"],
  ["Evelyn Boyd Granville", "EG"],
  ["  ", "?"],
  ["🦉 Owl", "🦉O"],
])("%s is drawn as %s", (name, letters) => {
  expect(initials(name)).toBe(letters);
});

test("loudness is 0 in silence, 1 at full scale, and shows quiet speech", () => {
  expect(loudness(new Float32Array(512))).toBe(0);
  expect(loudness(new Float32Array(512).fill(1))).toBe(1);
  expect(loudness(new Float32Array(512).fill(0.03))).toBeGreaterThanOrEqual(0.3);
});
