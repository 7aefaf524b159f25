import { afterEach, beforeEach, expect, test, vi } from "vitest";
import type { RequestRefused } from "../src/errors.ts";
import { LIMITS } from "../src/limits.ts";
import type { ClientToServer } from "../src/wire.ts";
import { FakeSocket, settle } from "./fakes.ts";
import { joined, joinedSession, newSession, WELCOME, welcome } from "./stage.ts";

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

const CAPABILITIES = { epoch: 1, dialect: "ortc", rtpCapabilities: {} };
const requests = (socket: FakeSocket) =>
  socket.sent.filter((message): message is ClientToServer & { rid: number } => "rid" in message);
const rids = (socket: FakeSocket) => requests(socket).map(({ rid }) => rid);

/** What a promise came to, or `open`. */
function fate(promise: Promise<unknown>): () => string {
  let now = "open";
  promise.then(
    (answer) => {
      now = JSON.stringify(answer);
    },
    (error: RequestRefused) => {
      now = `refused: ${error.code}`;
    },
  );
  return () => now;
}

/** The socket is lost, and the session goes on over the next one. */
async function resumes(): Promise<FakeSocket> {
  FakeSocket.last.cut(1006);
  await vi.advanceTimersByTimeAsync(LIMITS.backoffSpreadMs);
  const socket = await welcome();
  socket.say({
    type: "resumed",
    data: { peers: [], fromSeq: 1, lastCid: 0, media: { mode: "sfu", epoch: 1 } },
  });
  return socket;
}

test("each question gets its own answer, whatever the order", async () => {
  const { session, socket } = await joinedSession();
  const first = fate(session.request("sfu_get_router_capabilities", {}));
  const second = fate(session.request("sfu_close_transport", { epoch: 1, transportId: "t" }));
  expect(rids(socket)).toEqual([1, 2]);
  socket.say({ type: "sfu_close_transport", rid: 2 });
  socket.say({ type: "sfu_get_router_capabilities", rid: 1, data: CAPABILITIES });
  await settle();
  expect([first(), second()]).toEqual([JSON.stringify(CAPABILITIES), "{}"]);
});

test("what is open when the socket is lost is asked again with the same number; an answer is taken once", async () => {
  const { session } = await joinedSession();
  const open = fate(session.request("sfu_get_router_capabilities", {}));
  const socket = await resumes();
  expect(requests(socket)).toEqual([{ type: "sfu_get_router_capabilities", rid: 1, data: {} }]);
  socket.say({ type: "sfu_get_router_capabilities", rid: 1, data: CAPABILITIES });
  socket.say({ type: "sfu_get_router_capabilities", rid: 1, data: { ...CAPABILITIES, epoch: 9 } });
  await settle();
  expect(open()).toBe(JSON.stringify(CAPABILITIES));
});

test("what is asked without a socket is asked once there is one", async () => {
  const { session, socket } = await joinedSession();
  socket.cut(1006);
  const open = fate(session.request("sfu_get_router_capabilities", {}));
  await vi.advanceTimersByTimeAsync(LIMITS.backoffSpreadMs);
  const next = await welcome();
  expect(rids(next)).toEqual([]);
  next.say({
    type: "resumed",
    data: { peers: [], fromSeq: 1, lastCid: 0, media: { mode: "sfu", epoch: 1 } },
  });
  expect(rids(next)).toEqual([1]);
  expect(open()).toBe("open");
});

test("in another session nobody answers questions of the last one", async () => {
  const { session, socket } = await joinedSession();
  const open = fate(session.request("sfu_get_router_capabilities", {}));
  socket.cut(1006);
  await vi.advanceTimersByTimeAsync(LIMITS.backoffSpreadMs);
  const next = await welcome();
  next.say({ type: "resume_failed", data: { reason: "seat_gone" } });
  next.say(joined(2, [], "s2"));
  await settle();
  expect(open()).toBe("refused: lost");
  expect(rids(next)).toEqual([]);
});

test("a refusal has its code and when to ask again", async () => {
  const { session, socket } = await joinedSession();
  const refused = session
    .request("sfu_get_router_capabilities", {})
    .catch((error: RequestRefused) => [error.code, error.retryAfterMs, error.message]);
  const extra = {
    rid: 1,
    retryable: true,
    retryAfterMs: 700,
    message: "Media Server Unavailable: it is away.",
  };
  socket.refuse("media_unavailable", extra);
  expect(await refused).toEqual(["media_unavailable", 700, extra.message]);
});

test("what the node could not write down is asked again with the same number, a few times", async () => {
  const { session, socket } = await joinedSession();
  const open = fate(session.request("sfu_get_router_capabilities", {}));
  for (let time = 1; time < LIMITS.resendMax; time += 1) {
    socket.refuse("unavailable", { rid: 1, retryable: true, retryAfterMs: 200 });
    await vi.advanceTimersByTimeAsync(200);
    expect(rids(socket)).toEqual(new Array(time + 1).fill(1));
  }
  socket.refuse("unavailable", { rid: 1, retryable: true, retryAfterMs: 200 });
  await settle();
  expect(open()).toBe("refused: unavailable");
});

test("no more questions are open than the server allows; the others wait", async () => {
  const { session, socket } = await joinedSession();
  for (let number = 1; number <= 10; number += 1) {
    session.request("sfu_get_router_capabilities", {}).catch(() => {});
  }
  expect(rids(socket)).toEqual([1, 2, 3, 4, 5, 6, 7, 8]);
  socket.say({ type: "sfu_get_router_capabilities", rid: 3, data: CAPABILITIES });
  socket.refuse("media_stale", { rid: 1 });
  expect(rids(socket).slice(8)).toEqual([9, 10]);
  expect(WELCOME.limits).not.toHaveProperty("media");
});

test("a server that does not answer is not waited for without end", async () => {
  const { session, socket } = await joinedSession();
  const open = fate(session.request("sfu_get_router_capabilities", {}));
  for (let passed = 0; passed < LIMITS.requestMs; passed += 5_000) {
    socket.say({ type: "heartbeat_ack", data: { serverTime: 1 } });
    await vi.advanceTimersByTimeAsync(5_000);
  }
  expect(open()).toBe("refused: timeout");
});

test("the end of a session ends its questions", async () => {
  const { session } = await joinedSession();
  const open = fate(session.request("sfu_get_router_capabilities", {}));
  session.leave();
  await settle();
  expect(open()).toBe("refused: lost");
});

test("before a session and after its end nobody answers, and the asker is told so", async () => {
  const session = newSession();
  const early = fate(session.request("sfu_get_router_capabilities", {}));
  session.start();
  await welcome();
  FakeSocket.last.say(joined());
  session.leave();
  const late = fate(session.request("sfu_get_router_capabilities", {}));
  await settle();
  expect([early(), late()]).toEqual(["refused: lost", "refused: lost"]);
});

test("without a socket questions wait, but not without a bound", async () => {
  const { session, socket } = await joinedSession();
  socket.cut(1006);
  const ask = () => fate(session.request("sfu_get_router_capabilities", {}));
  const fates = Array.from({ length: LIMITS.requestsWaitingMax + 1 }, ask);
  await settle();
  expect([fates.at(-2)?.(), fates.at(-1)?.()]).toEqual(["open", "refused: rate_limited"]);
});

test("what was refused for now is asked again under its number, and others get theirs", async () => {
  const { session, socket } = await joinedSession();
  let refused: RequestRefused | undefined;
  session.request("sfu_get_router_capabilities", {}).catch((error) => {
    refused = error;
  });
  const data = { code: "media_unavailable", message: "Media Server Unavailable", cid: null, rid: 1 } as const;
  socket.say({ type: "error", data: { ...data, retryable: true, retryAfterMs: 1_000 } });
  await settle();
  const again = fate(session.request("sfu_get_router_capabilities", {}, refused?.rid));
  void session.request("sfu_close_transport", { epoch: 1, transportId: "t" });
  expect(rids(socket)).toEqual([1, 1, 2]);
  socket.say({ type: "sfu_get_router_capabilities", rid: 1, data: CAPABILITIES });
  await settle();
  expect(again()).toBe(JSON.stringify(CAPABILITIES));
});
