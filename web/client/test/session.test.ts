import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { LIMITS } from "../src/limits.ts";
import type { Fate, Session } from "../src/session.ts";
import { FakeSocket, settle } from "./fakes.ts";
import { chat, ending, joined, joinedSession, newSession, welcome } from "./stage.ts";

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

function say(session: Session, content: string, settled?: (fate: Fate) => void): void {
  session.send({ type: "chat_message", data: { content } }, settled);
}
function heard(session: Session): string[] {
  const contents: string[] = [];
  session.on("message", (message) => {
    if (message.type === "chat_message") contents.push(message.data.content);
  });
  return contents;
}
/** The socket is lost and the next one has been welcomed. */
async function comeBack(socket: FakeSocket): Promise<FakeSocket> {
  socket.cut(1006);
  await vi.advanceTimersByTimeAsync(LIMITS.backoffSpreadMs);
  return welcome();
}

describe("resume", () => {
  test("names the token and the last message processed", async () => {
    const { socket } = await joinedSession();
    socket.say(chat(1));
    socket.say(chat(2));
    const again = await comeBack(socket);
    expect(again.sent[0]).toEqual({
      type: "hello",
      data: { token: "token-2", resume: { resumeToken: "secret-s1", seq: 2 } },
    });
    expect(again.types()).toEqual(["hello"]);
  });

  test("resends exactly the unacknowledged messages, in order, with the same numbers", async () => {
    const { session, socket } = await joinedSession();
    for (const content of ["one", "two", "three", "four"]) say(session, content);
    socket.say({ type: "ack", cid: 2 });
    socket.cut(1006);
    say(session, "five, said while away");
    await vi.advanceTimersByTimeAsync(LIMITS.backoffSpreadMs);
    const again = await welcome();
    say(session, "six, said before the server answered");
    expect(again.types()).toEqual(["hello"]);
    again.say({
      type: "resumed",
      data: { peers: [], fromSeq: 1, lastCid: 0, media: { mode: "mesh", epoch: 0 } },
    });
    say(session, "seven, said after");
    expect(again.sent.slice(1)).toEqual([
      { type: "chat_message", cid: 3, data: { content: "three" } },
      { type: "chat_message", cid: 4, data: { content: "four" } },
      { type: "chat_message", cid: 5, data: { content: "five, said while away" } },
      { type: "chat_message", cid: 6, data: { content: "six, said before the server answered" } },
      { type: "chat_message", cid: 7, data: { content: "seven, said after" } },
    ]);
  });

  test("the replay is processed once and in order", async () => {
    const { session, socket } = await joinedSession();
    const contents = heard(session);
    socket.say(chat(1));
    const again = await comeBack(socket);
    again.say({
      type: "resumed",
      data: { peers: [], fromSeq: 2, lastCid: 0, media: { mode: "mesh", epoch: 0 } },
    });
    for (const seq of [1, 2, 3]) again.say(chat(seq));
    expect(contents).toEqual(["message 1", "message 2", "message 3"]);
  });

  test("a failed resume joins again, with numbers from 1 and no messages of the old session", async () => {
    const { session, socket } = await joinedSession();
    const fates: string[] = [];
    say(session, "lost", (fate) => fates.push(fate.kind));
    socket.say(chat(1));
    const again = await comeBack(socket);
    again.say({ type: "resume_failed", data: { reason: "seat_gone" } });
    expect(fates).toEqual(["lost"]);
    expect(again.types()).toEqual(["hello", "join_room"]);
    again.say(joined(9, [], "s2"));
    say(session, "new");
    expect(again.sent.at(-1)).toEqual({ type: "chat_message", cid: 1, data: { content: "new" } });
    const contents = heard(session);
    again.say(chat(1, "first of the new session"));
    expect(contents).toEqual(["first of the new session"]);
    expect(session.sessionId).toBe("s2");
  });

  test("several lost sockets in a row keep the session", async () => {
    const { session, socket } = await joinedSession();
    say(session, "kept");
    const second = await comeBack(socket);
    second.cut(1011);
    await vi.advanceTimersByTimeAsync(2 * LIMITS.backoffSpreadMs);
    const third = await welcome();
    third.say({
      type: "resumed",
      data: { peers: [], fromSeq: 1, lastCid: 0, media: { mode: "mesh", epoch: 0 } },
    });
    expect(third.cids()).toEqual([1]);
    expect(session.state).toBe("joined");
  });

  test("a missing answer to the resume times out", async () => {
    const { socket } = await joinedSession();
    await comeBack(socket);
    await vi.advanceTimersByTimeAsync(LIMITS.joinMs + 2 * LIMITS.backoffSpreadMs);
    expect(FakeSocket.made).toHaveLength(3);
  });
});

describe("beginning", () => {
  test("twice is once, and after the end it begins again", async () => {
    const { session, socket } = await joinedSession();
    session.start();
    await settle();
    expect([session.state, FakeSocket.made.length]).toEqual(["joined", 1]);
    say(session, "heard");
    expect(socket.types().at(-1)).toBe("chat_message");
    session.leave();
    session.start();
    await welcome();
    FakeSocket.last.say(joined(2, [], "s2"));
    expect([session.state, session.sessionId, FakeSocket.made.length]).toEqual(["joined", "s2", 2]);
  });

  test("with an address that no socket takes ends with a reason", async () => {
    const refuses = class {
      constructor() {
        throw new SyntaxError("no address");
      }
    };
    const session = newSession(undefined, 0.5, undefined, refuses as never);
    const reason = ending(session);
    session.start();
    await settle();
    expect([reason(), session.state]).toEqual(["protocol", "stopped"]);
  });
});

describe("numbers", () => {
  test("messages that a listener sends as soon as the session is back follow the resent ones", async () => {
    const { session, socket } = await joinedSession();
    for (const content of ["one", "two"]) say(session, content);
    session.on("state", (state) => {
      if (state === "joined") say(session, "three");
    });
    const again = await comeBack(socket);
    again.say({
      type: "resumed",
      data: { peers: [], fromSeq: 1, lastCid: 0, media: { mode: "mesh", epoch: 0 } },
    });
    expect(again.cids()).toEqual([1, 2, 3]);
  });

  test("messages sent while a session ends have the first number of the next one", async () => {
    const { session, socket } = await joinedSession();
    const again = await comeBack(socket);
    again.say({ type: "resume_failed", data: { reason: "gap" } });
    say(session, "lost", () => say(session, "again"));
    again.say(joined(9, [], "s2"));
    say(session, "new");
    expect(again.cids()).toEqual([1, 2]);
  });

  test("when the server expects another number, the client joins again", async () => {
    const { session, socket } = await joinedSession();
    const fates: string[] = [];
    say(session, "one", (fate) => fates.push(fate.kind));
    const refusal = {
      code: "out_of_order" as const,
      message: "",
      cid: 1,
      retryable: false,
      retryAfterMs: null,
    };
    socket.say({ type: "error", data: refusal });
    expect(fates).toEqual(["lost"]);
    await vi.advanceTimersByTimeAsync(LIMITS.backoffSpreadMs);
    const again = await welcome();
    expect(again.types()).toEqual(["hello", "join_room"]);
  });

  test("a gap is never skipped: the session resumes from before it", async () => {
    const { session, socket } = await joinedSession();
    const contents = heard(session);
    socket.say(chat(1));
    socket.say(chat(3));
    expect(contents).toEqual(["message 1"]);
    expect(socket.closedWith).toBe(4000);
    await vi.advanceTimersByTimeAsync(LIMITS.backoffSpreadMs);
    const again = await welcome();
    expect(again.sent[0]).toMatchObject({ data: { resume: { seq: 1 } } });
    again.say({
      type: "resumed",
      data: { peers: [], fromSeq: 2, lastCid: 0, media: { mode: "mesh", epoch: 0 } },
    });
    for (const seq of [2, 3]) again.say(chat(seq));
    expect(contents).toEqual(["message 1", "message 2", "message 3"]);
  });

  test("acknowledges lazily: after a while, or at once after many messages", async () => {
    const { socket } = await joinedSession();
    socket.say(chat(1));
    socket.say(chat(2));
    expect(socket.types()).not.toContain("ack");
    await vi.advanceTimersByTimeAsync(LIMITS.ackDelayMs);
    expect(socket.sent.at(-1)).toEqual({ type: "ack", seq: 2 });
    for (let seq = 3; seq <= 2 + LIMITS.ackEvery; seq += 1) socket.say(chat(seq));
    expect(socket.sent.at(-1)).toEqual({ type: "ack", seq: 2 + LIMITS.ackEvery });
  });

  test("a new session is acknowledged from its own beginning", async () => {
    const { socket } = await joinedSession();
    for (const seq of [1, 2]) socket.say(chat(seq));
    await vi.advanceTimersByTimeAsync(LIMITS.ackDelayMs);
    const again = await comeBack(socket);
    again.say({ type: "resume_failed", data: { reason: "gap" } });
    again.say(joined(4, [], "s2"));
    for (const seq of [1, 2]) again.say(chat(seq));
    await vi.advanceTimersByTimeAsync(LIMITS.ackDelayMs);
    expect(again.sent.at(-1)).toEqual({ type: "ack", seq: 2 });
  });

  test("a message of an unknown type is counted and skipped", async () => {
    const { session, socket } = await joinedSession();
    const contents = heard(session);
    socket.say({ type: "hologram", seq: 1, data: {} } as never);
    socket.say(chat(2));
    expect(contents).toEqual(["message 2"]);
    expect(FakeSocket.made).toHaveLength(1);
  });

  test("invalid JSON is ignored", async () => {
    const { session, socket } = await joinedSession();
    for (const data of ["{", "null", "[]", "7", '"text"']) socket.onmessage?.({ data });
    expect(session.state).toBe("joined");
  });
});

describe("refusals", () => {
  test("a refused message is reported to its sender, and is not resent", async () => {
    const { session, socket } = await joinedSession();
    const fates: Fate["kind"][] = [];
    say(session, "too much", (fate) => fates.push(fate.kind));
    socket.refuse("payload_too_large", { cid: 1 });
    const again = await comeBack(socket);
    again.say({
      type: "resumed",
      data: { peers: [], fromSeq: 1, lastCid: 0, media: { mode: "mesh", epoch: 0 } },
    });
    expect(fates).toEqual(["refused"]);
    expect(again.types()).toEqual(["hello"]);
  });

  test("a message with a retryable refusal is resent with a new number, which an older ack cannot cover", async () => {
    const { session, socket } = await joinedSession();
    const fates: Fate["kind"][] = [];
    say(session, "patience", (fate) => fates.push(fate.kind));
    socket.refuse("rate_limited", { cid: 1, retryable: true, retryAfterMs: 300 });
    await vi.advanceTimersByTimeAsync(300);
    expect(socket.sent.at(-1)).toEqual({ type: "chat_message", cid: 2, data: { content: "patience" } });
    socket.say({ type: "ack", cid: 1 });
    expect(fates).toEqual([]);
    socket.say({ type: "ack", cid: 2 });
    expect(fates).toEqual(["accepted"]);
  });

  test("after not_in_room the client joins again, once", async () => {
    const { session, socket } = await joinedSession();
    say(session, "one");
    say(session, "two");
    socket.refuse("not_in_room", { cid: 1 });
    socket.refuse("not_in_room", { cid: 2 });
    expect(socket.types().filter((type) => type === "join_room")).toHaveLength(2);
    expect(session.state).toBe("joining");
  });

  test("too many unacknowledged messages end the session, and are reported as lost", async () => {
    const { session, socket } = await joinedSession();
    const fates: Fate["kind"][] = [];
    for (let n = 0; n <= LIMITS.outboxMax; n += 1) say(session, `${n}`, (fate) => fates.push(fate.kind));
    expect(fates).toHaveLength(LIMITS.outboxMax + 1);
    expect(new Set(fates)).toEqual(new Set(["lost"]));
    await vi.advanceTimersByTimeAsync(LIMITS.backoffSpreadMs);
    const again = await welcome();
    expect(socket.closedWith).toBe(4000);
    expect(again.types()).toEqual(["hello", "join_room"]);
  });

  test("after the end nothing is sent, and attempts are reported", async () => {
    const { session } = await joinedSession();
    session.leave();
    const fates: Fate["kind"][] = [];
    say(session, "too late", (fate) => fates.push(fate.kind));
    await settle();
    expect(fates).toEqual(["lost"]);
  });
});
