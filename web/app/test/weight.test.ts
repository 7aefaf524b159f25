// The weight of the first view: what a visitor's browser loads before the first picture, compressed.
import { expect, test } from "vitest";
import first from "../../dist/first.js?raw";
import page from "../../dist/index.html?raw";

const FILES = import.meta.glob<string>("../../dist/assets/*", {
  query: "?raw",
  import: "default",
  eager: true,
});
const MAX_BYTES = 90_000;

async function gzipped(text: string): Promise<number> {
  const stream = new Blob([text]).stream().pipeThrough(new CompressionStream("gzip"));
  return (await new Response(stream).arrayBuffer()).byteLength;
}

test("the first view weighs at most 90 kB, and no part of the call is in it", async () => {
  const names = [...page.matchAll(/(?:src|href)="\/(assets\/[^"]+)"/g)].map(
    ([, name]) => `../../dist/${name}`,
  );
  expect(names.length).toBeGreaterThanOrEqual(2);
  const weights = await Promise.all([page, first, ...names.map((name) => FILES[name] ?? "")].map(gzipped));
  expect(page).toContain('src="/first.js"');
  const bytes = weights.reduce((all, weight) => all + weight, 0);
  expect(bytes).toBeGreaterThan(30_000);
  expect(bytes).toBeLessThanOrEqual(MAX_BYTES);
  expect(Object.keys(FILES).some((name) => name.includes("/room-"))).toBe(true);
  expect(names.some((name) => name.includes("/room-"))).toBe(false);
});
