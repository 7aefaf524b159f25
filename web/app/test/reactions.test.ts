import { createElement } from "react";
import { renderToString } from "react-dom/server";
import { expect, test } from "vitest";
import { handsUp, readReaction, useReactions } from "../src/room/reactions.ts";

const from = "ann";

test("known reactions are understood", () => {
  expect(readReaction({ from, topic: "aldis.reaction", data: "👏" })).toBe("👏");
});

test.each([
  ["aldis.reaction", "a long text instead of a sign"],
  ["aldis.reaction", { toString: "👏" }],
  ["aldis.reaction", null],
  ["another.app", "👏"],
])("what others say otherwise (%s: %j) is ignored", (topic, data) => {
  expect(readReaction({ from, topic, data })).toBeNull();
});

test("hands are up in the order in which they were raised, whatever other programs write", () => {
  const members = [
    { userId: "none" },
    { userId: "odd", attributes: { hand: "yes" } },
    { userId: "second", attributes: { hand: "1700000002000" } },
    { userId: "other", attributes: { role: "chair" } },
    { userId: "first", attributes: { hand: "1700000001000" } },
    { userId: "odd, too", attributes: { hand: "" } },
  ];
  expect(handsUp(members)).toEqual(["first", "second", "odd", "odd, too"]);
});

function OwnHand({ attributes }: { attributes: object }): string {
  const call = { room: { attributes, members: [] } } as never;
  return String(useReactions(call, { state: "joined" } as never, () => {}).isOwnUp);
}

test("the own hand is up as the room has it: not in a room that we were moved to", () => {
  const shown = (attributes: object) => renderToString(createElement(OwnHand, { attributes }));
  expect([shown({ hand: "1700000001000" }), shown({})]).toEqual(["true", "false"]);
});
