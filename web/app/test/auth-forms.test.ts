import type { AuthSettings } from "@aldis/client";
import { expect, test } from "vitest";
import { formsOf, UNKNOWN, type Way } from "../src/auth-forms.ts";

const settings = (change: Partial<AuthSettings>): AuthSettings => ({ ...UNKNOWN, ...change });

test("an open node offers to sign up and to log in, and asks for no invite", () => {
  expect(formsOf(UNKNOWN, "signup")).toEqual({
    ways: ["signup", "login"],
    way: "signup",
    asksForInvite: false,
    offersReset: false,
    isClosed: false,
    isOff: false,
  });
});

test("an invite is asked for where it is needed, when signing up", () => {
  expect(formsOf(settings({ signup: "invite" }), "signup").asksForInvite).toBe(true);
  expect(formsOf(settings({ signup: "invite" }), "login").asksForInvite).toBe(false);
});

test("where there are no accounts, that is said instead", () => {
  expect(formsOf(settings({ accounts: false }), "login").isOff).toBe(true);
});

test("where sign-up is closed there is only the login, and a word about it", () => {
  const forms = formsOf(settings({ signup: "closed" }), "signup");
  expect(forms).toMatchObject({ ways: ["login"], way: "login", isClosed: true });
});

test.each<[boolean, Way, Way]>([
  [true, "forgot", "forgot"],
  [false, "forgot", "login"],
  [true, "login", "login"],
])(
  "a new password by mail is offered only if mails are sent (%s: %s becomes %s)",
  (passwordReset, wished, way) => {
    const forms = formsOf(settings({ passwordReset }), wished);
    expect(forms.way).toBe(way);
    expect(forms.offersReset).toBe(passwordReset && way === "login");
  },
);
