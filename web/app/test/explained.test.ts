import { Problem, SignedOut } from "@aldis/client";
import { describe, expect, test } from "vitest";
import { pageDe } from "../src/strings/page-de.ts";
import { pageEn } from "../src/strings/page-en.ts";
import { explained } from "../src/submit.ts";

function refused(...fields: string[]): Problem {
  const errors = fields.map((field) => ({ field, message: "code point 0x202e" }));
  return new Problem(422, { code: "invalid_body", detail: "name: code point 0x202e", errors }, null);
}

describe("what the server refuses", () => {
  test("is told by the field, once each, in the page's language", () => {
    expect(explained(refused("name"), pageEn)).toBe(pageEn.fields.name);
    expect(explained(refused("email", "password", "email"), pageDe)).toBe(
      `${pageDe.fields.email} ${pageDe.fields.password}`,
    );
  });

  test("is told in the server's words where the page has none", () => {
    for (const unknown of [refused(), refused("seats"), refused("name", "seats"), refused("toString")]) {
      expect(explained(unknown, pageEn)).toBe("name: code point 0x202e");
    }
    expect(explained(new Problem(422, { code: "invalid_body", errors: "?" }, null), pageEn)).toBe(
      "The server answered 422.",
    );
  });

  test("is told by its code, whatever the server says", () => {
    expect(explained(new Problem(403, { code: "banned", detail: "You may not." }, null), pageDe)).toBe(
      pageDe.problems.banned,
    );
    expect(explained(new SignedOut(), pageEn)).toBe(pageEn.problems.signed_out);
    expect(explained("?", pageEn)).toBe(pageEn.failed);
  });
});
