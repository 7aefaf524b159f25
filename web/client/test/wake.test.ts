// The network changed, the device slept, or a person does not want to wait.
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { LIMITS } from "../src/limits.ts";
import { FakeSocket, settle } from "./fakes.ts";
import { ending, joined, joinedSession, newSession, welcome } from "./stage.ts";

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

describe("a connection is tested or made anew", () => {
  test("after a change of the network, a silent socket is given up much sooner", async () => {
    const { session } = await joinedSession();
    session.wake();
    await vi.advanceTimersByTimeAsync(LIMITS.wakeAnswerMs);
    expect(session.state).toBe("reconnecting");
  });

  test("also if a heartbeat was under way", async () => {
    const { session } = await joinedSession();
    await vi.advanceTimersByTimeAsync(10_000);
    session.wake();
    await vi.advanceTimersByTimeAsync(LIMITS.wakeAnswerMs);
    expect(session.state).toBe("reconnecting");
  });

  test("after the device slept, the socket is tested at once", async () => {
    const { session, socket } = await joinedSession();
    vi.setSystemTime(Date.now() + 10 * 60_000);
    await vi.advanceTimersByTimeAsync(10_000);
    expect(socket.sent.at(-1)?.type).toBe("heartbeat");
    await vi.advanceTimersByTimeAsync(LIMITS.wakeAnswerMs);
    expect(session.state).toBe("reconnecting");
  });

  test('"Try now" ends the wait, and an attempt that does not get on', async () => {
    const { session, socket } = await joinedSession();
    socket.cut(1006);
    session.retry();
    await settle();
    expect(FakeSocket.made).toHaveLength(2);
    session.retry();
    await settle();
    expect(FakeSocket.made).toHaveLength(2);
    await vi.advanceTimersByTimeAsync(LIMITS.dialMs);
    session.retry();
    await settle();
    expect(FakeSocket.made).toHaveLength(3);
    expect(FakeSocket.made[1]?.closedWith).toBe(4000);
  });

  test("goes on beyond the limit while there is media that works", async () => {
    const media = { works: true };
    const session = newSession(undefined, 0.5, () => media.works);
    const ended = ending(session);
    session.start();
    await welcome();
    FakeSocket.last.say(joined());
    FakeSocket.last.cut(1006);
    const pass = async (forMs: number) => {
      for (let passed = 0; passed < forMs; passed += 1_000) {
        await vi.advanceTimersByTimeAsync(1_000);
        if (FakeSocket.last.readyState === 0) FakeSocket.last.cut(1006);
      }
    };
    await pass(LIMITS.giveUpMs + 60_000);
    expect(ended()).toBeUndefined();
    media.works = false;
    await pass(60_000);
    expect(ended()).toBe("unreachable");
  });
});
