import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import type { GetToken } from "../src/connection.ts";
import { SignedOut } from "../src/errors.ts";
import { LIMITS } from "../src/limits.ts";
import { FakeSocket, settle } from "./fakes.ts";
import { chat, ending, joined, joinedSession, newSession, tokens, welcome } from "./stage.ts";

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

describe("connection", () => {
  test("hello is the first message, over the sub-protocol, with the token and nothing to resume", async () => {
    const session = newSession();
    session.start();
    await settle();
    FakeSocket.last.open();
    expect(FakeSocket.last.protocols).toEqual(["aldis.v1"]);
    expect(FakeSocket.last.sent).toEqual([{ type: "hello", data: { token: "token-1" } }]);
  });

  test("a client with a session offers the resume in the handshake, others do not", async () => {
    const { socket } = await joinedSession();
    expect(socket.protocols).toEqual(["aldis.v1"]);
    socket.cut(1006);
    await vi.advanceTimersByTimeAsync(LIMITS.backoffSpreadMs);
    const again = FakeSocket.last;
    expect(again.protocols).toEqual(["aldis.v1", "aldis.resume"]);
    await welcome();
    again.say({ type: "resume_failed", data: { reason: "seat_gone" } });
    again.cut(1006);
    await vi.advanceTimersByTimeAsync(LIMITS.backoffCapMs);
    expect(FakeSocket.last).not.toBe(again);
    expect(FakeSocket.last.protocols).toEqual(["aldis.v1"]);
  });

  test("without a token, hello relies on the cookie; 4401 means that the cookie is no longer valid", async () => {
    const session = newSession(async ({ force }) => (force ? "fresh" : null));
    session.start();
    await settle();
    FakeSocket.last.open();
    expect(FakeSocket.last.sent).toEqual([{ type: "hello", data: {} }]);
    FakeSocket.last.cut(4401);
    await vi.advanceTimersByTimeAsync(LIMITS.backoffSpreadMs);
    FakeSocket.last.open();
    expect(FakeSocket.last.sent).toEqual([{ type: "hello", data: { token: "fresh" } }]);
  });

  test("a replaced socket does not reconnect", async () => {
    const { session, socket } = await joinedSession();
    const ended = ending(session);
    socket.refuse("replaced");
    socket.cut(4409);
    await vi.advanceTimersByTimeAsync(LIMITS.giveUpMs);
    expect(ended()).toBe("replaced");
    expect(FakeSocket.made).toHaveLength(1);
  });

  test("waits for the retry delay of the error before the close", async () => {
    const { socket } = await joinedSession();
    socket.refuse("rate_limited", { retryable: true, retryAfterMs: 2_000 });
    socket.cut(4529);
    await vi.advanceTimersByTimeAsync(1_999);
    expect(FakeSocket.made).toHaveLength(1);
    await vi.advanceTimersByTimeAsync(1);
    expect(FakeSocket.made).toHaveLength(2);
  });

  test("an old refusal does not delay the reconnect of a lost socket", async () => {
    const { socket } = await joinedSession();
    socket.refuse("rate_limited", { retryable: true, retryAfterMs: 60_000 });
    socket.say({ type: "ack", cid: 1 });
    socket.cut(1006);
    await vi.advanceTimersByTimeAsync(LIMITS.backoffSpreadMs);
    expect(FakeSocket.made).toHaveLength(2);
  });

  test("leaves a draining node after the delay it was sent", async () => {
    const { socket } = await joinedSession();
    socket.say({ type: "server_draining", data: { retryAfterMs: 700 } });
    socket.say({ type: "ack", cid: 1 });
    socket.cut(1001);
    await vi.advanceTimersByTimeAsync(699);
    expect(FakeSocket.made).toHaveLength(1);
    await vi.advanceTimersByTimeAsync(1);
    expect(FakeSocket.made).toHaveLength(2);
  });

  test("4401 forces a fresh token once, and a second one stops", async () => {
    const { asked, getToken } = tokens();
    const session = newSession(getToken);
    const ended = ending(session);
    session.start();
    await settle();
    FakeSocket.last.open();
    FakeSocket.last.cut(4401);
    await vi.advanceTimersByTimeAsync(LIMITS.backoffSpreadMs);
    FakeSocket.last.open();
    expect(asked).toEqual([false, true]);
    expect(FakeSocket.last.sent[0]).toEqual({ type: "hello", data: { token: "token-2" } });
    FakeSocket.last.cut(4401);
    await vi.advanceTimersByTimeAsync(LIMITS.giveUpMs);
    expect(ended()).toBe("auth");
    expect(FakeSocket.made).toHaveLength(2);
  });

  test("a failed sign-in ends the session; a network failure while fetching a token does not", async () => {
    let answer: () => Promise<string> = () => Promise.reject(new TypeError("network"));
    const getToken: GetToken = () => answer();
    const session = newSession(getToken);
    const ended = ending(session);
    session.start();
    await vi.advanceTimersByTimeAsync(1_000);
    expect(ended()).toBeUndefined();
    answer = () => Promise.reject(new SignedOut("no"));
    await vi.advanceTimersByTimeAsync(LIMITS.backoffCapMs);
    expect(ended()).toBe("auth");
    expect(FakeSocket.made).toHaveLength(0);
  });

  test("an expiring token is replaced on the open socket", async () => {
    const { socket } = await joinedSession();
    socket.say({ type: "token_expiring", data: { inSeconds: 60 } });
    await settle();
    expect(socket.sent.at(-1)).toEqual({ type: "token_refresh", data: { token: "token-2" } });
    expect(FakeSocket.made).toHaveLength(1);
  });

  test("an unanswered heartbeat means that the socket is dead", async () => {
    const { session, socket } = await joinedSession();
    await vi.advanceTimersByTimeAsync(10_000);
    expect(socket.sent.at(-1)?.type).toBe("heartbeat");
    socket.say({ type: "heartbeat_ack", data: { serverTime: 1 } });
    await vi.advanceTimersByTimeAsync(10_000);
    await vi.advanceTimersByTimeAsync(LIMITS.heartbeatAnswerMs);
    expect(session.state).toBe("reconnecting");
    await vi.advanceTimersByTimeAsync(LIMITS.backoffSpreadMs);
    expect(FakeSocket.made).toHaveLength(2);
  });

  test("after three seconds without a network, the seat of a five-second window is saved with any jitter", async () => {
    const session = newSession(tokens().getToken, 0.999_999);
    session.start();
    await welcome();
    FakeSocket.last.say(joined());
    FakeSocket.last.cut(1006);
    const back = Date.now() + 3_000;
    let sockets = FakeSocket.made.length;
    const lost = Date.now();
    while (Date.now() < back || FakeSocket.made.length === sockets) {
      await vi.advanceTimersByTimeAsync(10);
      if (Date.now() < back && FakeSocket.made.length > sockets) {
        sockets = FakeSocket.made.length;
        FakeSocket.last.cut(1006);
      }
    }
    expect(Date.now() - lost).toBeLessThan(4_200);
  });

  test("a recovered network ends the wait", async () => {
    const { session, socket } = await joinedSession();
    socket.cut(1006);
    session.wake();
    await settle();
    expect(FakeSocket.made).toHaveLength(2);
  });

  test("a pending request is not repeated", async () => {
    const { session, socket } = await joinedSession();
    session.wake();
    session.wake();
    expect(socket.types().filter((type) => type === "heartbeat")).toHaveLength(1);
  });

  test("leaving while waiting to reconnect cancels the reconnect", async () => {
    const { session, socket } = await joinedSession();
    socket.cut(1006);
    session.leave();
    await vi.advanceTimersByTimeAsync(LIMITS.giveUpMs);
    expect(FakeSocket.made).toHaveLength(1);
  });

  test("a server that never sends welcome is retried for a bounded time", async () => {
    const session = newSession();
    const ended = ending(session);
    session.start();
    for (let waited = 0; waited <= LIMITS.giveUpMs + 20_000 && !ended(); waited += 1_000) {
      await vi.advanceTimersByTimeAsync(1_000);
    }
    expect(ended()).toBe("unreachable");
    const tried = FakeSocket.made.length;
    await vi.advanceTimersByTimeAsync(LIMITS.giveUpMs);
    expect(FakeSocket.made).toHaveLength(tried);
  });

  test("leaving sends leave_room, closes, and never reconnects", async () => {
    const { session, socket } = await joinedSession();
    session.leave();
    expect(socket.types().at(-1)).toBe("leave_room");
    expect(socket.closedWith).toBe(1000);
    await vi.advanceTimersByTimeAsync(LIMITS.giveUpMs);
    expect(FakeSocket.made).toHaveLength(1);
    expect(session.state).toBe("stopped");
  });

  test.each(["room_full", "room_not_found", "room_closed", "forbidden"])(
    "%s while joining is final",
    async (code) => {
      const session = newSession();
      const ended = ending(session);
      session.start();
      await welcome();
      FakeSocket.last.refuse(code, { retryable: code === "room_full" });
      expect(ended()).toBe(code);
    },
  );

  test("a join that fails because the ledger is unavailable is retried on the same socket", async () => {
    const session = newSession();
    session.start();
    const socket = await welcome();
    socket.refuse("unavailable", { retryable: true, retryAfterMs: 500 });
    await vi.advanceTimersByTimeAsync(500);
    expect(socket.types()).toEqual(["hello", "join_room", "join_room"]);
    socket.say(joined());
    expect(session.state).toBe("joined");
  });
});

describe("a degraded node", () => {
  const degraded = (...without: string[]) => ({ type: "degraded" as const, data: { without, lost: false } });
  const resumed = {
    type: "resumed" as const,
    data: { roomId: "abc-defg-hij", fromSeq: 1, lastCid: 0, peers: [] },
  };

  /** Time in which the node answers on this line. */
  async function alive(socket: FakeSocket, ms: number) {
    for (let passed = 0; passed < ms; passed += 5_000) {
      socket.say({ type: "heartbeat_ack", data: { timestamp: 1 } } as never);
      await vi.advanceTimersByTimeAsync(5_000);
    }
  }

  /** A session on such a node, and the line that was opened beside the first. */
  async function besides() {
    const { session, socket } = await joinedSession();
    socket.say(degraded("signaling"));
    await vi.advanceTimersByTimeAsync(LIMITS.elsewhereMs * 1.4);
    expect(FakeSocket.made).toHaveLength(2);
    return { session, socket, beside: await welcome() };
  }

  test("is left for one where the session resumes; listeners are not notified", async () => {
    const { session, socket, beside } = await besides();
    const states: string[] = [];
    session.on("state", (state) => states.push(state));
    expect(beside.protocols).toEqual(["aldis.v1", "aldis.resume"]);
    expect(beside.sent[0]).toMatchObject({ type: "hello", data: { resume: { resumeToken: "secret-s1" } } });
    session.send({ type: "chat_message", data: { content: "hi" } });
    expect(socket.types().at(-1)).toBe("chat_message");
    beside.say(resumed as never);
    expect(socket.closedWith).toBe(1000);
    expect(beside.types()).toEqual(["hello", "chat_message"]);
    beside.say(chat(1));
    session.send({ type: "chat_message", data: { content: "again" } });
    expect(beside.cids()).toEqual([1, 2]);
    expect([session.state, states]).toEqual(["joined", []]);
    await alive(beside, LIMITS.elsewhereCapMs);
    expect(FakeSocket.made).toHaveLength(2);
  });

  test("is forgotten with what it could not do once the session is on another one, which says what it cannot", async () => {
    const { session, beside } = await besides();
    const told: string[][] = [];
    session.on("degraded", ({ without }) => told.push(without));
    beside.say(degraded("media"));
    beside.say(resumed as never);
    expect(told).toEqual([["media"]]);
    beside.cut(1006);
    await vi.advanceTimersByTimeAsync(LIMITS.backoffSpreadMs);
    const next = await welcome();
    expect(told).toEqual([["media"]]);
    next.say(resumed as never);
    expect(told).toEqual([["media"], []]);
    next.cut(1006);
    await vi.advanceTimersByTimeAsync(LIMITS.backoffSpreadMs);
    (await welcome()).say(resumed as never);
    expect(told.length).toBe(2);
  });

  test("gets some time to recover", async () => {
    const { socket } = await joinedSession();
    socket.say(degraded("signaling"));
    await vi.advanceTimersByTimeAsync(LIMITS.elsewhereMs - 1);
    socket.say(degraded());
    await alive(socket, LIMITS.elsewhereCapMs);
    expect(FakeSocket.made).toHaveLength(1);
  });

  test("keeps its client when the session resumes nowhere else, and another one is tried later", async () => {
    const { session, socket, beside } = await besides();
    beside.cut(1013);
    expect([session.state, socket.closedWith]).toEqual(["joined", undefined]);
    await vi.advanceTimersByTimeAsync(LIMITS.elsewhereMs * 2.8);
    expect(FakeSocket.made).toHaveLength(3);
    const again = await welcome();
    again.say({ type: "resume_failed", data: { reason: "seat_gone" } });
    expect([again.closedWith, session.state, socket.closedWith]).toEqual([1000, "joined", undefined]);
    await alive(socket, 2 * LIMITS.elsewhereCapMs);
    expect(FakeSocket.made).toHaveLength(3);
  });

  test("that closes because the session has moved does not end it", async () => {
    const { session, socket } = await besides();
    const ended = ending(session);
    socket.refuse("replaced");
    socket.cut(4409);
    await vi.advanceTimersByTimeAsync(LIMITS.backoffSpreadMs);
    await welcome();
    FakeSocket.last.say(resumed as never);
    expect([ended(), session.state]).toEqual([undefined, "joined"]);
  });
});
