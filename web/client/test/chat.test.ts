import { expect, test } from "vitest";
import { Chat, type MessagePage, type StoredMessage } from "../src/chat.ts";
import { LIMITS } from "../src/limits.ts";
import type { Fate } from "../src/session.ts";
import type { Counted } from "../src/wire.ts";

/** A call whose session numbers messages, and a history that a test answers. */
function stage() {
  const self = { userId: "me" as string | null, sessionId: "s1" as string | null };
  const sent: { message: Counted; settle: (fate: Fate) => void }[] = [];
  const asked: (string | undefined)[] = [];
  const answers: ((page: MessagePage | Error) => void)[] = [];
  const chat = new Chat({
    send: (message, settle) => sent.push({ message, settle }),
    changed: () => {},
    self: () => self,
    getMessages: (before) => {
      asked.push(before);
      return new Promise((resolve, reject) =>
        answers.push((page) => (page instanceof Error ? reject(page) : resolve(page))),
      );
    },
  });
  const answer = async (page: MessagePage | Error) => {
    answers.shift()?.(page);
    await new Promise((done) => setTimeout(done));
  };
  const texts = () => chat.entries.map(({ content }) => content);
  return { chat, self, sent, asked, answer, texts };
}

function stored(number: number, extra: Partial<StoredMessage> = {}): StoredMessage {
  return {
    id: `a-${number}`,
    senderId: "ann",
    senderName: "Ann",
    content: String(number),
    timestamp: number,
    ...extra,
  };
}
function page(from: number, to: number, nextCursor?: string): MessagePage {
  const messages = Array.from({ length: to - from + 1 }, (_, place) => stored(from + place));
  return nextCursor ? { messages, nextCursor } : { messages };
}
function hear(chat: Chat, number: number): void {
  chat.hear({ id: `a-${number}`, senderId: "ann", content: String(number), timestamp: number }, "Ann");
}

test("the newest page is merged by id with what was heard meanwhile, and older pages come before it", async () => {
  const { chat, asked, answer, texts } = stage();
  const loading = chat.load();
  expect(chat.history).toBe("loading");
  hear(chat, 8);
  hear(chat, 9);
  await answer(page(5, 8, "c5"));
  await loading;
  expect(texts()).toEqual(["5", "6", "7", "8", "9"]);
  expect(chat.history).toBe("more");
  void chat.older();
  await answer(page(3, 4, "c3"));
  void chat.older();
  await answer(page(1, 2));
  expect(texts()).toEqual(["1", "2", "3", "4", "5", "6", "7", "8", "9"]);
  expect([chat.history, asked]).toEqual(["whole", [undefined, "c5", "c3"]]);
  await chat.older();
  expect(asked).toHaveLength(3);
  hear(chat, 9);
  expect(texts()).toHaveLength(9);
});

test("our own messages are recognised by session and number, and those of an earlier visit by the sender", async () => {
  const { chat, sent, answer } = stage();
  chat.say("now");
  chat.say("under way");
  sent[0]?.settle({ kind: "accepted", cid: 7 });
  void chat.load();
  const messages = [
    stored(1, { id: "s0-1", senderId: "me", senderName: "Me", content: "before the reload" }),
    stored(2, { senderId: null, senderName: "Gone" }),
    stored(3, { id: "s1-7", senderId: "me", content: "now" }),
    stored(4, { id: "s1-8", senderId: "me", content: "under way" }),
  ];
  await answer({ messages });
  expect(chat.entries.map(({ senderId, name, content, state }) => [senderId, name, content, state])).toEqual([
    [null, null, "before the reload", "sent"],
    ["", "Gone", "2", "sent"],
    [null, null, "now", "sent"],
    [null, null, "under way", "sending"],
  ]);
  sent[1]?.settle({ kind: "accepted", cid: 8 });
  expect(chat.entries.map(({ state }) => state)).toEqual(["sent", "sent", "sent", "sent"]);
});

test("a message whose answer was lost is sent if the history has it, and is sent once more if not", async () => {
  const { chat, self, sent, answer } = stage();
  chat.say("arrived");
  chat.say("did not arrive");
  sent[0]?.settle({ kind: "lost", cid: 1 });
  sent[1]?.settle({ kind: "lost", cid: 2 });
  self.sessionId = "s2";
  expect(chat.entries.map(({ state }) => state)).toEqual(["sending", "sending"]);
  void chat.load();
  await answer({ messages: [stored(1, { id: "s1-1", senderId: "me", content: "arrived" })] });
  expect(chat.entries.map(({ content, state }) => [content, state])).toEqual([
    ["arrived", "sent"],
    ["did not arrive", "sending"],
  ]);
  expect(sent.slice(2).map(({ message }) => message)).toEqual([
    { type: "chat_message", data: { content: "did not arrive" } },
  ]);
  sent[2]?.settle({ kind: "accepted", cid: 1 });
  void chat.load();
  await answer({ messages: [stored(2, { id: "s2-1", senderId: "me", content: "did not arrive" })] });
  expect(chat.entries).toHaveLength(2);
  expect(sent).toHaveLength(3);
});

test("what may have arrived is not sent again while the history cannot be read: that is left to the person", async () => {
  const { chat, sent, answer } = stage();
  chat.say("perhaps");
  sent[0]?.settle({ kind: "lost", cid: 1 });
  void chat.load();
  await answer(new Error("away"));
  expect(chat.entries.map(({ state }) => state)).toEqual(["failed"]);
  expect(sent).toHaveLength(1);
});

test("what is uncertain at the end of the call has failed", () => {
  const { chat, sent } = stage();
  chat.say("perhaps");
  sent[0]?.settle({ kind: "lost", cid: 1 });
  chat.end();
  expect(chat.entries.map(({ state }) => state)).toEqual(["failed"]);
});

test("after another join the older pages go on where they ended, unless too much was said meanwhile", async () => {
  const { chat, asked, answer, texts } = stage();
  void chat.load();
  await answer(page(3, 4, "c3"));
  void chat.load();
  await answer(page(4, 5, "c4"));
  void chat.older();
  await answer(page(1, 2, "c1"));
  expect([texts(), asked.at(-1)]).toEqual([["1", "2", "3", "4", "5"], "c3"]);
  void chat.load();
  await answer(page(8, 9, "c8"));
  void chat.older();
  expect(asked.at(-1)).toBe("c8");
  await answer(page(5, 7, "c5"));
  expect(texts()).toEqual(["1", "2", "3", "4", "5", "6", "7", "8", "9"]);
});

test("what cannot be loaded is said, and loaded when it is asked for again", async () => {
  const { chat, asked, answer, texts } = stage();
  void chat.load();
  await answer(new Error("away"));
  expect(chat.history).toBe("failed");
  hear(chat, 2);
  void chat.older();
  await answer(page(1, 2));
  expect([chat.history, texts(), asked]).toEqual(["whole", ["1", "2"], [undefined, undefined]]);
  void chat.load();
  await answer(page(2, 3, "c2"));
  void chat.load();
  await answer(new Error("away"));
  void chat.older();
  await answer(page(3, 4));
  expect([texts(), asked.at(-1)]).toEqual([["1", "2", "3", "4"], undefined]);
});

test("a deleted message is shown no longer, whoever said it, and no late page brings it back", async () => {
  const { chat, sent, answer, texts } = stage();
  chat.say("mine");
  hear(chat, 1);
  hear(chat, 2);
  chat.forget("s1-7");
  expect(texts()).toEqual(["mine", "1", "2"]);
  sent[0]?.settle({ kind: "accepted", cid: 7 });
  expect(texts()).toEqual(["1", "2"]);
  void chat.load();
  chat.forget("a-1");
  chat.forget("a-9");
  await answer(page(0, 2));
  hear(chat, 9);
  expect(texts()).toEqual(["0", "2"]);
});

test("a gap in the history is said, and so is a history that is away", async () => {
  const { chat, asked, answer, texts } = stage();
  void chat.load();
  await answer({ ...page(3, 4, "c3"), complete: true });
  expect([chat.complete, chat.stored]).toEqual([true, true]);
  chat.degraded(["history"]);
  chat.degraded(["history", "signaling"]);
  expect([chat.stored, asked.length]).toEqual([false, 1]);
  chat.degraded([]);
  expect([chat.stored, asked.length]).toEqual([true, 2]);
  await answer(page(4, 5, "c4"));
  void chat.older();
  await answer({ ...page(1, 2), complete: false });
  expect([chat.complete, texts()]).toEqual([false, ["1", "2", "3", "4", "5"]]);
});

test("without a history chat begins with the join", async () => {
  const chat = new Chat({
    send: () => {},
    changed: () => {},
    self: () => ({ userId: "me", sessionId: "s1" }),
  });
  await chat.load();
  await chat.older();
  expect([chat.history, chat.entries]).toEqual(["whole", []]);
});

test("what is kept is bounded, and no page is loaded before a hole", async () => {
  const { chat, asked, answer } = stage();
  void chat.load();
  await answer(page(1, 2, "c1"));
  for (let number = 3; number <= LIMITS.chatMax + 1; number += 1) hear(chat, number);
  expect([chat.entries.length, chat.entries[0]?.content, chat.history]).toEqual([
    LIMITS.chatMax,
    "2",
    "whole",
  ]);
  await chat.older();
  expect(asked).toHaveLength(1);
});

test("what may have arrived is looked for behind newer messages, as far as the last one that was known before it", async () => {
  const { chat, self, sent, asked, answer } = stage();
  void chat.load();
  await answer({ messages: [stored(1)] });
  chat.say("arrived");
  chat.say("did not arrive");
  sent[0]?.settle({ kind: "lost", cid: 1 });
  sent[1]?.settle({ kind: "lost", cid: 2 });
  self.sessionId = "s2";
  void chat.load();
  await answer({ messages: [stored(8), stored(9)], nextCursor: "c8" });
  expect(sent).toHaveLength(2);
  await answer({ messages: [stored(6), stored(7)], nextCursor: "c6" });
  const mine = stored(2, { id: "s1-1", senderId: "me", content: "arrived" });
  await answer({ messages: [stored(1), mine], nextCursor: "c1" });
  expect(asked).toEqual([undefined, undefined, "c8", "c6"]);
  expect(chat.entries.find(({ content }) => content === "arrived")?.state).toBe("sent");
  expect(sent.slice(2).map(({ message }) => message)).toEqual([
    { type: "chat_message", data: { content: "did not arrive" } },
  ]);
});

test("the search is bounded: what is not found by then is left to the person", async () => {
  const { chat, self, sent, asked, answer } = stage();
  chat.say("perhaps");
  sent[0]?.settle({ kind: "lost", cid: 1 });
  self.sessionId = "s2";
  void chat.load();
  for (let page = 0; page < LIMITS.chatPagesMax; page += 1) {
    await answer({ messages: [stored(1_000 - page)], nextCursor: `c${page}` });
  }
  expect(asked).toHaveLength(LIMITS.chatPagesMax);
  expect(chat.entries.find(({ content }) => content === "perhaps")?.state).toBe("failed");
  expect(sent).toHaveLength(1);
});
