import { expect, test } from "vitest";
import { comingAndGoing } from "../src/room/notices.tsx";

const room = (roomId: string, ...names: string[]) => ({
  roomId,
  names: new Map(names.map((name) => [name.toLowerCase(), name])),
});

test("who comes and who goes is told by name", () => {
  const changes = comingAndGoing(room("one", "Ann", "Ben"), room("one", "Ben", "Zoe"));
  expect(changes).toEqual({ came: ["Zoe"], left: ["Ann"] });
});

test("nobody came or left where we have just come, or were moved to another room", () => {
  const nobody = { came: [], left: [] };
  expect(comingAndGoing(null, room("one", "Ann"))).toEqual(nobody);
  expect(comingAndGoing(room("one", "Ann", "Ben"), room("two", "Zoe"))).toEqual(nobody);
});
