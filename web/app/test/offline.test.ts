// The service worker: which requests it touches, what it answers while the server is away, and that it keeps nothing of others.
import { beforeEach, describe, expect, test } from "vitest";
import built from "../../dist/sw.js?raw";
import code from "../offline/worker.js?raw";
import { LANGUAGES } from "../src/language.ts";
import { offlineStrings } from "../src/strings/offline.ts";

const FILES = ["/offline.html", "/offline.js"];
const ORIGIN = "https://calls.example.org";

interface Handled {
  respondWith(answer: Promise<Response>): void;
  waitUntil(work: Promise<unknown>): void;
}

/** The worker in a scope of its own, over caches that live on, and a server that `answer` plays. */
class Stage {
  readonly caches = new Map<string, Map<string, Response>>();
  readonly asked: { path: string; cache: string | undefined }[] = [];
  answer: (path: string) => Response = (path) => new Response(`served ${path}`);
  #listeners = new Map<string, (event: unknown) => void>();

  run(version: string): this {
    this.#listeners = new Map();
    const self = {
      location: { origin: ORIGIN },
      registration: { navigationPreload: { enable: async () => {} } },
      skipWaiting: async () => {},
      addEventListener: (type: string, listener: (event: unknown) => void) =>
        this.#listeners.set(type, listener),
    };
    const fetcher = async (request: { url: string; cache?: string | undefined } | string) => {
      const { url, cache } = typeof request === "string" ? { url: request, cache: undefined } : request;
      const path = url.replace(ORIGIN, "");
      this.asked.push({ path, cache });
      return this.answer(path);
    };
    class Asked {
      constructor(
        readonly url: string,
        readonly init: { cache?: string } = {},
      ) {}
      get cache() {
        return this.init.cache;
      }
    }
    const open = async (name: string) => {
      const kept = this.caches.get(name) ?? new Map<string, Response>();
      this.caches.set(name, kept);
      return {
        addAll: async (requests: Asked[]) => {
          for (const request of requests) kept.set(request.url, await fetcher(request));
        },
        match: async (path: string) => kept.get(path)?.clone(),
      };
    };
    const caches = {
      open,
      keys: async () => [...this.caches.keys()],
      delete: async (name: string) => this.caches.delete(name),
    };
    new Function("self", "caches", "fetch", "Request", "VERSION", "FILES", code)(
      self,
      caches,
      fetcher,
      Asked,
      version,
      FILES,
    );
    return this;
  }

  async live(type: "install" | "activate"): Promise<void> {
    let work: Promise<unknown> | undefined;
    this.#listeners.get(type)?.({ waitUntil: (done: Promise<unknown>) => (work = done) });
    await work;
  }

  /** What it answers; `null` if it leaves the request to the browser. */
  async get(path: string, more: object = {}): Promise<Response | null> {
    let answer: Promise<Response> | null = null;
    const handled: Handled = {
      respondWith: (given) => {
        answer = given;
      },
      waitUntil: () => {},
    };
    const request = { url: `${ORIGIN}${path}`, method: "GET", mode: "cors", ...more };
    this.#listeners.get("fetch")?.({ request, preloadResponse: Promise.resolve(undefined), ...handled });
    return answer;
  }
}

const away = (): Response => {
  throw new TypeError("Failed to fetch");
};
const navigate = { mode: "navigate" };
const text = (answer: Response | null) => answer?.text();

describe("the service worker", () => {
  let stage: Stage;
  beforeEach(async () => {
    stage = new Stage().run("1");
    await stage.live("install");
    await stage.live("activate");
  });

  test("keeps its page past the browser's own cache", () => {
    expect(stage.asked).toEqual(FILES.map((path) => ({ path, cache: "reload" })));
  });

  test.each([
    ["/api/rooms", {}],
    ["/api/auth/me", { method: "POST" }],
    ["/ws", {}],
    ["/assets/index-1a2b.js", {}],
    ["/health/live", {}],
    ["/docs/", navigate],
    ["/openapi.json", navigate],
    ["/", { method: "POST", mode: "navigate" }],
  ])("leaves %s (%j) to the browser", async (path, more) => {
    stage.answer = away;
    expect(await stage.get(path, more)).toBeNull();
  });

  test("leaves other sites to the browser", async () => {
    expect(await stage.get("", { url: "https://elsewhere.example/offline.html" })).toBeNull();
  });

  test("asks the server for every page while it is there, and keeps none of them", async () => {
    for (const [at, path] of ["/", "/r/abc-defg-hij", "/"].entries()) {
      stage.answer = () => new Response(`version ${at}`);
      expect(await text(await stage.get(path, navigate))).toBe(`version ${at}`);
    }
    expect([...(stage.caches.get("aldis-1")?.keys() ?? [])]).toEqual(FILES);
  });

  test.each([
    ["there is no network", away],
    ["a proxy finds no node", () => new Response("Bad Gateway", { status: 502 })],
    ["a proxy waits for one in vain", () => new Response("", { status: 504 })],
  ])("shows its page when %s", async (_, answer) => {
    stage.answer = answer;
    expect(await text(await stage.get("/r/abc-defg-hij", navigate))).toBe("served /offline.html");
  });

  test("gives the page its files when there is no network", async () => {
    stage.answer = away;
    expect(await text(await stage.get("/offline.js"))).toBe("served /offline.js");
  });

  test("passes on what the server refuses for reasons of its own", async () => {
    stage.answer = () => new Response("gone", { status: 404 });
    expect((await stage.get("/r/abc-defg-hij", navigate))?.status).toBe(404);
  });

  test("of another build replaces what the last one kept, and nothing of other programs", async () => {
    stage.caches.set("theirs", new Map());
    stage.answer = (path) => new Response(`new ${path}`);
    stage.run("2");
    await stage.live("install");
    await stage.live("activate");
    expect([...stage.caches.keys()].sort()).toEqual(["aldis-2", "theirs"]);
    stage.answer = away;
    expect(await text(await stage.get("/", navigate))).toBe("new /offline.html");
  });

  test("throws as without it when nothing was kept", async () => {
    stage.caches.clear();
    stage.answer = away;
    await expect(stage.get("/", navigate)).rejects.toThrow("Failed to fetch");
  });
});

test("the built worker is this one, with a version", () => {
  expect(built).toMatch(/^const VERSION = "[0-9a-f]{16}";\nconst FILES = \[/);
  expect(built.endsWith(code)).toBe(true);
});

test("the page for when the server is away speaks every language", () => {
  expect(Object.keys(offlineStrings)).toEqual(Object.keys(LANGUAGES));
  const [english, german] = [Object.entries(offlineStrings.en), Object.entries(offlineStrings.de)];
  expect(german.map(([key]) => key)).toEqual(english.map(([key]) => key));
  for (const [at, [, said]] of german.entries()) expect(said).not.toBe(english[at]?.[1]);
});
