// Screenshots of pages, for review: test-artefacts/ at the root of the repository.
import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

const ALBUM = process.env.E2E_ARTEFACTS ?? fileURLToPath(new URL("../../../test-artefacts/e2e", import.meta.url));
const DESKTOP = { width: 1280, height: 800 };
const PHONE = { width: 390, height: 844 };

/** `name-desktop.png` and `name-phone.png`. Throws if the page scrolls sideways on a phone. */
export async function photograph(page, name) {
  await page.setViewportSize(PHONE);
  await settled(page);
  await shoot(page, `${name}-phone`);
  const width = await page.evaluate(() => document.scrollingElement.scrollWidth);
  await page.setViewportSize(DESKTOP);
  await settled(page);
  await shoot(page, `${name}-desktop`);
  if (width > PHONE.width) throw new Error(`${name} is ${width} px wide on a phone of ${PHONE.width}`);
}

/** A screenshot of the current page. */
export async function shoot(page, name) {
  await mkdir(ALBUM, { recursive: true });
  await page.screenshot({ path: join(ALBUM, `${name}.png`), timeout: 20_000 });
}

/** Two frames: one for the layout's observers, one for what they changed. */
function settled(page) {
  return page.evaluate(() => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done))));
}
