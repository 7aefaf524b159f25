import { expect, test } from "vitest";
import { newsOf } from "../src/room/room-news.ts";

const facts = { roomId: "abc-defg-hij", hostId: "ann", locked: false, waiting: 0 };
const nameOf = (userId: string) => (userId === "me" ? null : "Ben");
const news = (change: Partial<typeof facts>, before: Partial<typeof facts> = {}) =>
  newsOf({ ...facts, ...before }, { ...facts, ...before, ...change }, nameOf);

test("a new host is named, and whoever it is is told so", () => {
  expect(news({ hostId: "ben" })).toEqual(["Ben is the host now"]);
  expect(news({ hostId: "me" })).toEqual(["You are the host now"]);
});

test("a lock is told when it closes and when it opens", () => {
  expect(news({ locked: true })).toEqual(["The room is locked: nobody new may join"]);
  expect(news({ locked: false }, { locked: true })).toEqual(["The room is open again"]);
});

test("who waits is told when there are more, not when there are fewer", () => {
  expect(news({ waiting: 1 })).toEqual(["Somebody waits to be let in"]);
  expect(news({ waiting: 3 }, { waiting: 1 })).toEqual(["3 people wait to be let in"]);
  expect(news({ waiting: 1 }, { waiting: 3 })).toEqual([]);
});

test("the ordinary host of another room that we were moved to is no news, nor is its lock; who waits there is", () => {
  const there = { roomId: "xyz-abcd-efg", hostId: "ben", locked: true, waiting: 2 };
  expect(news(there, { waiting: 5 })).toEqual(["2 people wait to be let in"]);
  expect(newsOf(null, { ...facts, ...there }, nameOf)).toEqual(["2 people wait to be let in"]);
});

test("what is as before is no news", () => {
  expect(news({})).toEqual([]);
});
