// A guest who comes back to the room that this tab was in.
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { account, api } from "../src/account.ts";

const ROOM = "abc-defg-hij";
const SIGNED = { accessToken: "t2", expiresIn: 900, user: { id: "g1", name: "Gus" } };

/** The tokens that were sent to the door of a room, and what it answers next: a status, or 0 for a network that is gone. */
let sent: (string | null)[] = [];
let answers: number[] = [];

beforeEach(() => {
  const kept = new Map([["aldis.guest", JSON.stringify({ roomId: ROOM, name: "Gus", token: "t1" })]]);
  vi.stubGlobal("sessionStorage", {
    getItem: (key: string) => kept.get(key) ?? null,
    setItem: (key: string, value: string) => void kept.set(key, value),
  });
  vi.stubGlobal("location", { origin: "https://node.example", pathname: `/r/${ROOM}`, hash: "" });
  vi.stubGlobal("fetch", async (_: string, init: RequestInit) => {
    sent.push(new Headers(init.headers).get("authorization"));
    const status = answers.shift() ?? 200;
    if (status === 0) throw new TypeError("Failed to fetch");
    return new Response(JSON.stringify(status === 200 ? SIGNED : { code: "auth_invalid" }), { status });
  });
  sent = [];
  answers = [];
});
afterEach(() => {
  api.forget();
  vi.unstubAllGlobals();
});

test.each([0, 503])(
  "whoever reloads while the service is away (%d) enters as the same guest afterwards",
  async (away) => {
    answers = [away];
    await account.restore();
    expect(account.view).toMatchObject({ status: "out", why: expect.any(String) });
    await account.enter(ROOM, "Gus");
    expect(sent).toEqual(["Bearer t1", "Bearer t1"]);
    expect(account.view).toMatchObject({ status: "in", guestOf: ROOM });
  },
);

test("a token that is of no use any more does not keep its guest out", async () => {
  answers = [401];
  await account.enter(ROOM, "Gus");
  expect(sent).toEqual(["Bearer t1", null]);
  expect(account.view).toMatchObject({ status: "in" });
});

test("another room gets no token of this one", async () => {
  await account.enter("xyz-abcd-efg", "Gus");
  expect(sent).toEqual([null]);
});
