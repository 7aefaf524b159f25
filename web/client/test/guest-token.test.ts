import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { Api, type Fetch } from "../src/api.ts";
import { SignedOut } from "../src/errors.ts";

const ROOM = "abc-defg-hij";
const LIFE_MS = 900_000;

/** A status and a body; `null`: nothing comes. */
type Answer = [number, object] | null;

/**
 * An `Api` whose node makes a guest of everybody, but for the requests whose `answers` are here, by number. `tokens`: what each request
 * brought, `asked`: what it was.
 */
function node(answers: Record<number, Answer> = {}, onWaiting: (waits: boolean) => void = () => {}) {
  const tokens: (string | undefined)[] = [];
  const asked: string[] = [];
  const fetcher: Fetch = async (url, { method, headers }) => {
    tokens.push(headers.authorization);
    asked.push(`${method} ${url}`);
    const number = tokens.length;
    const made = { accessToken: `t${number}`, expiresIn: LIFE_MS / 1000, user: { id: "g1", name: "Gus" } };
    const answer = number in answers ? answers[number] : ([201, made] as const);
    if (!answer) throw new TypeError("away");
    const [status, body] = answer;
    return { ok: status < 400, status, headers: { get: () => null }, json: async () => body };
  };
  return { api: new Api({ fetch: fetcher, onWaiting }), tokens, asked };
}

test("a guest who comes back with the token of before is the same", async () => {
  const before = node();
  await before.api.enterAsGuest(ROOM, "Gus");
  const token = before.api.guestToken(ROOM);
  expect(token).toBe("t1");
  const after = node();
  await after.api.enterAsGuest(ROOM, "Gus", { token });
  expect(after.tokens).toEqual(["Bearer t1"]);
});

test("a token that is newer than the one of before counts", async () => {
  const { api, tokens } = node();
  await api.enterAsGuest(ROOM, "Gus", { token: "old" });
  await api.enterAsGuest(ROOM, "Gus", { token: "old" });
  expect(tokens).toEqual(["Bearer old", "Bearer t1"]);
});

test("nobody else has a guest's token", async () => {
  const { api } = node();
  expect(api.guestToken(ROOM)).toBeUndefined();
  await api.enterAsGuest(ROOM, "Gus");
  expect(api.guestToken("zzz-zzzz-zzz")).toBeUndefined();
  api.forget();
  expect(api.guestToken(ROOM)).toBeUndefined();
});

describe("a guest whose device sleeps", () => {
  beforeEach(() => void vi.useFakeTimers());
  afterEach(() => vi.useRealTimers());

  test("has a token that is valid for at least half of its life, and stays the same without being asked about", async () => {
    const { api, tokens } = node();
    await api.enterAsGuest(ROOM, "Gus");
    await vi.advanceTimersByTimeAsync(LIFE_MS / 2);
    expect(tokens).toEqual([undefined, "Bearer t1"]);
    await vi.advanceTimersByTimeAsync(LIFE_MS / 2 - 1);
    vi.setSystemTime(Date.now() + LIFE_MS / 2 - 60_000);
    expect(await api.token({ force: true })).toBe("t3");
    expect(tokens.at(-1)).toBe("Bearer t2");
  });

  test("has the token of the room that they were moved to renewed, and none of the room before", async () => {
    const { api, tokens, asked } = node();
    await api.enterAsGuest(ROOM, "Gus");
    api.moved("zzz-zzzz-zzz", "moved");
    await vi.advanceTimersByTimeAsync(LIFE_MS / 2);
    expect(tokens).toEqual([undefined, "Bearer moved"]);
    expect(asked.at(-1)).toBe("POST /api/rooms/zzz-zzzz-zzz/guests");
    expect(api.guestToken("zzz-zzzz-zzz")).toBe("t2");
  });

  test("is no guest again by a renewal that was under way when they went", async () => {
    const { api, tokens } = node();
    await api.enterAsGuest(ROOM, "Gus");
    vi.advanceTimersByTime(LIFE_MS / 2);
    expect(tokens).toHaveLength(2);
    api.forget();
    await vi.advanceTimersByTimeAsync(LIFE_MS);
    expect([api.guestToken(ROOM), tokens.length]).toEqual([undefined, 2]);
  });

  test("keeps a valid token where the node renews none", async () => {
    const { api, tokens } = node({ 2: [403, { code: "guests_not_allowed" }], 3: null });
    await api.enterAsGuest(ROOM, "Gus");
    await vi.advanceTimersByTimeAsync(LIFE_MS / 2);
    expect(api.guestToken(ROOM)).toBe("t1");
    await vi.advanceTimersByTimeAsync((LIFE_MS * 3) / 8);
    expect(tokens).toHaveLength(4);
    expect(api.guestToken(ROOM)).toBe("t4");
  });

  test("whoever has left renews nothing", async () => {
    const { api, tokens } = node();
    await api.enterAsGuest(ROOM, "Gus");
    api.forget();
    await vi.advanceTimersByTimeAsync(LIFE_MS);
    expect(tokens).toHaveLength(1);
  });

  test("for longer than the token was valid still brings it, and stays the same", async () => {
    const waits: boolean[] = [];
    const { api, tokens } = node({}, (now) => waits.push(now));
    await api.enterAsGuest(ROOM, "Gus");
    vi.setSystemTime(Date.now() + 4 * LIFE_MS);
    expect(await Promise.all([api.token(), api.token({ force: true })])).toEqual(["t2", "t2"]);
    expect(tokens).toEqual([undefined, "Bearer t1"]);
    expect(waits).toEqual([false]);
  });

  test("is a new guest where the token of before is not even read, and no call ends for that", async () => {
    const { api, tokens } = node({ 2: [401, { code: "token_invalid" }] });
    await api.enterAsGuest(ROOM, "Gus");
    vi.setSystemTime(Date.now() + 4 * LIFE_MS);
    expect(await api.token()).toBe("t3");
    expect(tokens).toEqual([undefined, "Bearer t1", undefined]);
  });

  test("keeps the token of before while the node is away or busy, and brings it again", async () => {
    const busy: Answer = [503, { code: "unavailable" }];
    const { api, tokens } = node({ 2: null, 3: busy, 4: [429, { code: "rate_limited" }] });
    await api.enterAsGuest(ROOM, "Gus");
    vi.setSystemTime(Date.now() + 4 * LIFE_MS);
    for (const status of [undefined, 503, 429]) {
      const error = await api.token().catch((why: unknown) => why);
      expect(error).not.toBeInstanceOf(SignedOut);
      expect((error as { status?: number }).status).toBe(status);
    }
    expect(await api.token()).toBe("t5");
    expect(tokens.slice(1)).toEqual(Array(4).fill("Bearer t1"));
  });

  test("is told that nothing more can be done where the node refuses even a new guest", async () => {
    const { api, tokens } = node({ 2: [401, {}], 3: [401, {}] });
    await api.enterAsGuest(ROOM, "Gus");
    vi.setSystemTime(Date.now() + 4 * LIFE_MS);
    expect(await api.token().catch((why: unknown) => why)).toBeInstanceOf(SignedOut);
    expect(tokens).toHaveLength(3);
  });

  test("beyond that waits for the host, is told so, and comes in once admitted", async () => {
    const waiting: Answer = [202, { waiting: "s1", pollAfterMs: 500 }];
    const waits: boolean[] = [];
    const { api } = node({ 2: waiting, 3: waiting }, (now) => waits.push(now));
    await api.enterAsGuest(ROOM, "Gus");
    vi.setSystemTime(Date.now() + 2 * LIFE_MS);
    const token = api.token();
    await vi.advanceTimersByTimeAsync(100);
    expect(waits).toEqual([true]);
    await vi.advanceTimersByTimeAsync(1_000);
    expect(await token).toBe("t4");
    expect(waits).toEqual([true, false]);
  });

  test("gives up where they leave meanwhile", async () => {
    const waits: boolean[] = [];
    const { api, asked } = node({ 2: [202, { waiting: "s1", pollAfterMs: 500 }] }, (now) => waits.push(now));
    await api.enterAsGuest(ROOM, "Gus");
    vi.setSystemTime(Date.now() + 2 * LIFE_MS);
    const token = api.token().catch((error: unknown) => error);
    await vi.advanceTimersByTimeAsync(100);
    api.stopWaiting();
    expect(await token).toBeInstanceOf(SignedOut);
    expect(asked.at(-1)).toMatch(/^DELETE .*\/guests\/s1$/);
    expect(waits).toEqual([true, false]);
  });
});
