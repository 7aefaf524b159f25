import { expect, test } from "vitest";
import { readReaction } from "../src/room/reactions.ts";

const from = "ann";

test("hands and known reactions are understood", () => {
  expect(readReaction({ from, topic: "aldis.hand", data: { up: true } })).toEqual({ hand: true });
  expect(readReaction({ from, topic: "aldis.hand", data: { up: false } })).toEqual({ hand: false });
  expect(readReaction({ from, topic: "aldis.reaction", data: "👏" })).toEqual({ reaction: "👏" });
});

test.each([
  ["aldis.hand", null],
  ["aldis.hand", "up"],
  ["aldis.hand", { up: "yes" }],
  ["aldis.reaction", "a long text instead of a sign"],
  ["aldis.reaction", { toString: "👏" }],
  ["another.app", { up: true }],
])("what others say otherwise (%s: %j) is ignored", (topic, data) => {
  expect(readReaction({ from, topic, data })).toBeNull();
});
