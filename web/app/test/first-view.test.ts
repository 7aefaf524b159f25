// @vitest-environment node
// What strangers see before the app is here: a heading where the page tells it, nothing where it does not.
import { afterEach, expect, test, vi } from "vitest";

interface Visit {
  path?: string;
  hash?: string;
  /** What the preview is called. */
  preview?: string;
  languages?: string[];
  local?: Record<string, unknown>;
  session?: Record<string, unknown>;
}

function storage(values: Record<string, unknown> = {}) {
  const kept = new Map(Object.entries(values).map(([key, value]) => [key, JSON.stringify(value)]));
  return {
    getItem: (key: string) => kept.get(key) ?? null,
    setItem: (key: string, value: string) => kept.set(key, value),
    removeItem: (key: string) => kept.delete(key),
  };
}

async function heading({
  path = "/",
  hash = "",
  preview = "Aldis",
  languages = ["en"],
  local,
  session,
}: Visit) {
  vi.resetModules();
  vi.stubGlobal("location", { pathname: path, hash });
  vi.stubGlobal("navigator", { languages });
  vi.stubGlobal("document", { querySelector: () => ({ content: preview }) });
  vi.stubGlobal("localStorage", storage(local));
  vi.stubGlobal("sessionStorage", storage(session));
  return (await import("../src/first/heading.ts")).firstHeading();
}

afterEach(() => vi.unstubAllGlobals());

const ROOM = "/r/abc-defg-hij";

test("a stranger sees what the page is, in their language", async () => {
  expect(await heading({})).toBe("Calls that stay up");
  expect(await heading({ languages: ["de-AT"] })).toBe("Gespräche, die halten");
  expect(await heading({ languages: ["de-AT"], local: { "aldis.language": "en" } })).toBe(
    "Calls that stay up",
  );
});

test("an invite has the room's name, if the server told it", async () => {
  expect(await heading({ path: ROOM, preview: "Weekly" })).toBe("You are invited to “Weekly”");
  expect(await heading({ path: ROOM })).toBeNull();
  expect(await heading({ path: "/r/nowhere", preview: "Weekly" })).toBeNull();
});

test("whoever may be signed in, or is a guest of the room, sees nothing that is not theirs", async () => {
  expect(await heading({ local: { "aldis.signed-in": true } })).toBeNull();
  expect(await heading({ hash: "#/reset?token=x" })).toBeNull();
  const session = { "aldis.guest": { roomId: "abc-defg-hij", name: "Gus" } };
  expect(await heading({ path: ROOM, preview: "Weekly", session })).toBeNull();
});

test("the preview is of the room that the page was loaded for, not of the next one", async () => {
  await heading({ path: ROOM, preview: "Weekly" });
  const { firstHeading } = await import("../src/first/heading.ts");
  vi.stubGlobal("location", { pathname: "/r/zzz-zzzz-zzz", hash: "" });
  expect(firstHeading()).toBeNull();
});
