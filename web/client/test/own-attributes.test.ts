import { expect, test } from "vitest";
import { OwnAttributes } from "../src/own-attributes.ts";
import type { AttributeChanges } from "../src/wire.ts";

/** A hand that is up, as the server has it. */
async function raised() {
  const told: AttributeChanges[] = [];
  const answers: (() => void)[] = [];
  const own = new OwnAttributes((changes) => {
    told.push(changes);
    return new Promise((resolve) => answers.push(resolve));
  });
  const setting = own.set({ hand: "1" });
  answers.shift()?.();
  await setting;
  return { own, answer: () => answers.shift()?.() };
}

test("what was set is set again in a session that is new, or whose room has lost its memory", async () => {
  const { own } = await raised();
  expect(own.all).toEqual({ hand: "1" });
  expect(own.entered({ role: "chair" }, "kept")).toBe(null);
  expect(own.all).toEqual({ role: "chair" });
  expect([own.entered({}, "lost"), own.entered({}, "new")]).toEqual([{ hand: "1" }, { hand: "1" }]);
  own.forget();
  expect([own.all, own.entered({}, "new")]).toEqual([{}, null]);
});

test("a hand that was lowered, which is under way still, is not raised again where the room has lost its memory", async () => {
  const { own, answer } = await raised();
  const lowering = own.set({ hand: null });
  expect([own.entered({}, "lost"), own.entered({}, "new")]).toEqual([null, { hand: "1" }]);
  answer();
  await lowering;
  expect([own.all, own.entered({}, "new")]).toEqual([{}, null]);
});
