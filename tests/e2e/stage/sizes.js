// A page in every size: no control may leave the view or lie upon another. With E2E_MATRIX=1 each is photographed, too.
import assert from "node:assert/strict";
import { misplaced, spoiled } from "./geometry.js";
import { shoot } from "./photographs.js";

/** From the narrowest phone (and a desktop at 400 %) to a desktop; a phone on its side is among them. */
export const SIZES = [
  [320, 568],
  [344, 882],
  [360, 640],
  [390, 844],
  [640, 360],
  [768, 1024],
  [1280, 800],
];
const DESKTOP = { width: 1280, height: 800 };
const SETTLED_MS = 1_500;
const isKept = process.env.E2E_MATRIX === "1";

/** What is wrong with the page, once its layout has followed the view's size: on a busy machine that takes some frames. */
async function settled(page) {
  const end = Date.now() + SETTLED_MS;
  while (true) {
    const found = [...(await page.evaluate(misplaced)), ...(await page.evaluate(spoiled))];
    if (found.length === 0 || Date.now() > end) return found;
    await page.evaluate(() => new Promise((done) => requestAnimationFrame(done)));
  }
}

/** `name` is for the pictures. `schemes`: the room is dark in both. */
export async function fits({ page }, name, schemes = ["light"]) {
  const faults = [];
  for (const colorScheme of schemes) {
    await page.emulateMedia({ colorScheme, reducedMotion: "reduce" });
    for (const [width, height] of SIZES) {
      await page.setViewportSize({ width, height });
      await page.evaluate(() => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done))));
      const found = await settled(page);
      if (isKept) await shoot(page, `matrix-${name}-${colorScheme}-${width}`);
      faults.push(...found.map((fault) => `${name}, ${colorScheme}, ${width} × ${height}: ${fault}`));
    }
  }
  await page.setViewportSize(DESKTOP);
  assert.deepEqual(faults, []);
}
