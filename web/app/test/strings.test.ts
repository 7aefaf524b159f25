// Every text of the app is in the tables, and the tables of all languages have the same texts.
import { parseSync } from "vite";
import { describe, expect, test } from "vitest";
import { pageDe } from "../src/strings/page-de.ts";
import { pageEn } from "../src/strings/page-en.ts";
import { roomDe } from "../src/strings/room-de.ts";
import { roomEn } from "../src/strings/room-en.ts";
import { preferredLanguage } from "../src/strings.ts";

/** Every component's source, by its path. */
const COMPONENTS = import.meta.glob<string>("../src/**/*.tsx", {
  query: "?raw",
  import: "default",
  eager: true,
});
/** Attributes that people see or hear. */
const SPOKEN = [
  "alt",
  "aria-label",
  "aria-description",
  "aria-roledescription",
  "label",
  "placeholder",
  "text",
  "title",
  "hint",
];
const LETTERS = /\p{L}{2}/u;

interface Syntax {
  type: string;
  [key: string]: unknown;
}

/** Literal texts in what a component shows. */
function literals(code: string, name: string): string[] {
  const { program, errors } = parseSync(name, code, { lang: "tsx" });
  if (errors.length > 0) throw new Error(`${name}: ${errors[0]?.message}`);
  const found: string[] = [];
  const say = (text: unknown) =>
    typeof text === "string" && LETTERS.test(text) && found.push(`${name}: ${text.trim()}`);
  visit(program as unknown as Syntax, false, say);
  return found;
}

/** `isShown`: whether a literal here is what people see. */
function visit(node: Syntax, isShown: boolean, say: (text: unknown) => void): void {
  if (node.type === "JSXText") return void say(node.value);
  if (isShown && node.type === "Literal") return void say(node.value);
  if (isShown && node.type === "TemplateElement") return void say((node.value as { cooked: string }).cooked);
  for (const [key, value] of Object.entries(node)) {
    for (const child of Array.isArray(value) ? value : [value]) {
      if (!isSyntax(child)) continue;
      visit(child, shows(node, key, child, isShown), say);
    }
  }
}

function shows(parent: Syntax, key: string, child: Syntax, isShown: boolean): boolean {
  switch (parent.type) {
    case "JSXElement":
    case "JSXFragment":
      return key === "children" && child.type === "JSXExpressionContainer";
    case "JSXAttribute":
      return key === "value" && SPOKEN.includes((parent.name as { name: string }).name);
    case "JSXExpressionContainer":
      return isShown;
    case "ConditionalExpression":
    case "LogicalExpression":
      return isShown && key !== "test" && !(parent.type === "LogicalExpression" && key === "left");
    case "TemplateLiteral":
      return isShown && key === "quasis";
    default:
      return false;
  }
}

function isSyntax(value: unknown): value is Syntax {
  return typeof value === "object" && value !== null && typeof (value as Syntax).type === "string";
}

describe("texts", () => {
  test("are in no component", () => {
    const sources = Object.entries(COMPONENTS);
    expect(sources.length).toBeGreaterThan(20);
    expect(sources.flatMap(([name, code]) => literals(code, name))).toEqual([]);
  });

  test("would be found where a component has them", () => {
    const code = `const a = <p title="Ein Titel" className="quiet">Hallo {x ? "eins" : \`zwei \${n}\`} {y === "drei" && "vier"}</p>;`;
    expect(literals(code, "a.tsx")).toEqual([
      "a.tsx: Ein Titel",
      "a.tsx: Hallo",
      "a.tsx: eins",
      "a.tsx: zwei",
      "a.tsx: vier",
    ]);
  });

  test.each([
    ["page", pageEn, pageDe],
    ["room", roomEn, roomDe],
  ])("of the %s are the same in all languages: keys, kinds, and nothing empty", (_, english, german) => {
    expect(shape(german)).toEqual(shape(english));
    expect(leaves(english).filter(([, text]) => text === "")).toEqual([]);
    expect(leaves(german).filter(([, text]) => text === "")).toEqual([]);
  });

  test("are translated", () => {
    const english = new Map([...leaves(pageEn), ...leaves(roomEn)]);
    const same = [...leaves(pageDe), ...leaves(roomDe)].filter(
      ([key, text]) => text === english.get(key) && LETTERS.test(text),
    );
    // Words that both languages share.
    expect(same.map(([, text]) => text).sort()).toEqual(["Chat", "Chat"].slice(0, same.length));
  });
});

describe("the language", () => {
  test.each([
    [null, ["de-AT", "en"], "de"],
    [null, ["fr", "en-GB", "de"], "en"],
    [null, ["fr"], "en"],
    ["de", ["en"], "de"],
    ["xx", ["DE"], "de"],
  ] as const)("chosen %s, wished %s is %s", (chosen, wished, language) => {
    expect(preferredLanguage(chosen, wished)).toBe(language);
  });
});

/** Keys with the kind of each value. */
function shape(table: object): unknown {
  return Object.fromEntries(
    Object.entries(table).map(([key, value]) => [
      key,
      typeof value === "object" ? shape(value) : kind(value),
    ]),
  );
}

function kind(value: unknown): string {
  return typeof value === "function" ? `function of ${value.length}` : typeof value;
}

/** Every text with its path; functions are called with example words. */
function leaves(table: object, path = ""): [string, string][] {
  return Object.entries(table).flatMap(([key, value]): [string, string][] => {
    if (typeof value === "object") return leaves(value, `${path}${key}.`);
    return [[`${path}${key}`, typeof value === "function" ? value("X", 3) : value]];
  });
}
