// Sheets of the pictures that matrix.sh took: all sizes of one state side by side, as one picture.
import { mkdir, readdir } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { chromium } from "playwright-core";

const ALBUM = process.env.E2E_ARTEFACTS ?? fileURLToPath(new URL("../../../test-artefacts/e2e", import.meta.url));
const SHEETS = join(ALBUM, "sheets");
const PICTURE = /^matrix-(.+)-(light|dark)-(\d+)\.png$/;
const HEIGHT = 420;

const files = (await readdir(ALBUM)).filter((name) => PICTURE.test(name));
const states = grouped(files, stateOf);
await mkdir(SHEETS, { recursive: true });
const browser = await chromium.launch({ executablePath: process.env.CHROMIUM ?? "/usr/bin/chromium", args: ["--no-sandbox"] });
const page = await browser.newPage({ viewport: { width: 2200, height: 600 } });
await page.goto(pathToFileURL(ALBUM).href);
for (const [state, pictures] of states) {
  const bySize = pictures.sort((a, b) => Number(PICTURE.exec(a)[3]) - Number(PICTURE.exec(b)[3]));
  const images = bySize.map((name) => `<img src="${pathToFileURL(join(ALBUM, name)).href}" height="${HEIGHT}">`);
  await page.setContent(`<body style="margin:8px;background:#888;display:flex;flex-wrap:wrap;gap:8px">${images.join("")}</body>`);
  await page.evaluate(() => Promise.all([...document.images].map((image) => image.decode())));
  await page.screenshot({ path: join(SHEETS, `${state}.png`), fullPage: true });
}
await browser.close();
console.log(`${states.size} sheets of ${files.length} pictures: ${SHEETS}`);

function stateOf(name) {
  return PICTURE.exec(name)[1];
}

function grouped(all, keyOf) {
  const groups = new Map();
  for (const each of all) groups.set(keyOf(each), [...(groups.get(keyOf(each)) ?? []), each]);
  return groups;
}
