import { expect, test } from "vitest";
import { beginning, charactersLeft } from "../src/room/long-text.ts";

test("a message may have as many characters as the server counts, not as many as JavaScript does", () => {
  expect([charactersLeft(""), charactersLeft("a".repeat(4_000)), charactersLeft("a".repeat(4_001))]).toEqual([
    4_000, 0, -1,
  ]);
  expect(charactersLeft("😀".repeat(4_000))).toBe(0);
});

test("the beginning of a text has whole signs only, and tells that there is more", () => {
  expect(beginning("😀😀😀", 2)).toBe("😀…");
  expect(beginning("one two three", 5)).toBe("one…");
  expect(beginning("short", 5)).toBe("short");
});
