import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { Api } from "../src/api.ts";
import { Problem } from "../src/errors.ts";

beforeEach(() => void vi.useFakeTimers());
afterEach(() => vi.useRealTimers());

const TOKEN = { accessToken: "t", expiresIn: 900, user: { id: "gus", name: "Gus" } };

/** An `Api` whose node gives these answers, one after the other: a status and a body, or nothing at all. */
function node(answers: ([number, object] | null)[]) {
  const asked: string[] = [];
  const api = new Api({
    base: "https://node.example",
    fetch: async (url, { method }) => {
      asked.push(`${method} ${url.replace("https://node.example/api/rooms/abc-defg-hij", "")}`);
      const answer = answers.shift();
      if (!answer) throw new TypeError("away");
      const [status, body] = answer;
      return { ok: status < 400, status, headers: { get: () => null }, json: async () => body };
    },
  });
  return { api, asked };
}

test("a guest waits over an outage, knocks again where they are forgotten, and comes in once admitted", async () => {
  const waiting = { waiting: "s/1", pollAfterMs: 0 };
  const { api, asked } = node([
    [202, waiting],
    [202, waiting],
    null,
    [503, { code: "unavailable" }],
    [410, { code: "waiting_gone" }],
    [202, { waiting: "s2", pollAfterMs: 1000 }],
    [200, TOKEN],
  ]);
  let waits = 0;
  const entered = api.enterAsGuest("abc-defg-hij", "Gus", {
    onWaiting: () => {
      waits += 1;
    },
  });
  await vi.advanceTimersByTimeAsync(10_000);
  expect(await entered).toEqual({ id: "gus", email: "", name: "Gus" });
  expect(waits).toBe(2);
  const poll = "GET /guests/s%2F1";
  expect(asked).toEqual(["POST /guests", poll, poll, poll, poll, "POST /guests", "GET /guests/s2"]);
});

test("a refusal is final", async () => {
  const { api } = node([
    [202, { waiting: "s1", pollAfterMs: 0 }],
    [403, { code: "refused" }],
  ]);
  const entered = api.enterAsGuest("abc-defg-hij", "Gus").catch((caught: unknown) => caught);
  await vi.advanceTimersByTimeAsync(10_000);
  const error = await entered;
  expect(error).toBeInstanceOf(Problem);
  expect(error).toMatchObject({ code: "refused", status: 403 });
});

test("who gives up is not shown to the host any longer", async () => {
  const { api, asked } = node([
    [202, { waiting: "s1", pollAfterMs: 5000 }],
    [204, {}],
  ]);
  const giveUp = new AbortController();
  const entered = api
    .enterAsGuest("abc-defg-hij", "Gus", { signal: giveUp.signal })
    .catch((caught: unknown) => caught);
  await vi.advanceTimersByTimeAsync(1000);
  giveUp.abort(new Error("closed"));
  expect(await entered).toMatchObject({ message: "closed" });
  expect(asked).toEqual(["POST /guests", "DELETE /guests/s1"]);
});
