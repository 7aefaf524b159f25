import { expect, test } from "vitest";
import { roomIdOf, routeOf } from "../src/route.ts";

test.each([
  ["/", { page: "home" }],
  ["/r/abc-defg-hij", { page: "room", roomId: "abc-defg-hij" }],
  ["/r/ABC-DEFG-HIJ/", { page: "room", roomId: "abc-defg-hij" }],
  ["/r/abcdefghij", { page: "room", roomId: "abc-defg-hij" }],
  ["/r/abc-defg-hij).", { page: "room", roomId: "abc-defg-hij" }],
  ["/r/%20abc-defg-hij%E2%80%9D", { page: "room", roomId: "abc-defg-hij" }],
  ["/r/%E0%A4%A", { page: "missing" }],
  ["/r/abc-d3fg-hij", { page: "missing" }],
  ["/r/abc-defg-hijk", { page: "missing" }],
  ["/r/abc", { page: "missing" }],
  ["/r/", { page: "missing" }],
  ["/r/abc-defg-hij/x", { page: "missing" }],
  ["/elsewhere", { page: "missing" }],
])("%s is a page", (pathname, route) => {
  expect(routeOf(pathname)).toEqual(route);
});

test.each([
  ["#/reset?token=a_-1", { page: "reset", token: "a_-1" }],
  ["/verify?token=b", { page: "verify", token: "b" }],
  ["#/reset", { page: "reset", token: "" }],
  ["#/signup?invite=c", { page: "home", invite: "c" }],
  ["#top", { page: "home" }],
  ["#/reset/more?token=a", { page: "home" }],
  ["", { page: "home" }],
])("%s after the address is a page", (hash, route) => {
  expect(routeOf("/", hash)).toEqual(route);
});

test("only the start page has pages after its address", () => {
  expect(routeOf("/r/abc-defg-hij", "#/reset?token=a")).toEqual({ page: "room", roomId: "abc-defg-hij" });
});

test.each([
  "abc-defg-hij",
  " ABC-DEFG-HIJ ",
  "abcdefghij",
  "abc defg hij",
  "https://calls.example.org/r/abc-defg-hij",
  "http://localhost:8080/r/abc-defg-hij/?relay=1#top",
  "calls.example.org/r/abc-defg-hij",
  "<https://calls.example.org/r/abc-defg-hij>.",
  "Join me in “Weekly”: https://calls.example.org/r/ABC-DEFG-HIJ, at nine",
])("%s names a room", (text) => {
  expect(roomIdOf(text)).toBe("abc-defg-hij");
});

test.each(["", "abc-defg", "abc-defg-hij-klm", "abc-d3fg-hij", "https://example.org/", "hello everybody"])(
  "%s names none",
  (text) => {
    expect(roomIdOf(text)).toBeNull();
  },
);
