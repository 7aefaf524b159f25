// The page of docs/embed.md, served by the backend of that page, on its own origin and with its own users: two of them call each other.
import { spawn } from "node:child_process";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after } from "node:test";
import { House } from "../stage/house.js";
import { until } from "../stage/wait.js";

const PAGE = new URL("../../../docs/embed.md", import.meta.url);
const MOVING = 8;
let port;
let backend;
let directory;

const house = House.open(async () => {
  port = await freePort();
  const site = `http://localhost:${port}`;
  const entry = `issuer = "${site}", jwks_url = "${site}/jwks.json", audience = "calls", user_prefix = "shop:", claims = { room = "room" }`;
  return { "auth.accounts": "off", "auth.issuers": `[{ ${entry} }]`, "http.allowed_origins": site };
});
after(async () => {
  backend?.kill("SIGKILL");
  if (directory) await rm(directory, { recursive: true, force: true });
});

function freePort() {
  return new Promise((resolve) => {
    const server = createServer().listen(0, () => {
      const { port: free } = server.address();
      server.close(() => resolve(free));
    });
  });
}

/** The block of the page whose first line names this file, with this test's addresses. */
async function file(name) {
  const text = await readFile(PAGE, "utf8");
  const blocks = [...text.matchAll(/```\w+\n([\s\S]*?)\n```/g)].map(([, block]) => block);
  const block = blocks.find((each) => each.split("\n")[0].includes(name));
  return block
    .replaceAll("localhost:8080", house.node.http)
    .replaceAll("localhost:3000", `localhost:${port}`)
    .replace("listen(3000)", `listen(${port})`);
}

async function startBackend() {
  directory = await mkdtemp(join(tmpdir(), "aldis-embed-"));
  for (const name of ["backend.mjs", "page.html"]) await writeFile(join(directory, name), await file(name));
  await writeFile(join(directory, "shop.key"), await house.node.apiKey("shop"));
  backend = spawn(process.execPath, ["backend.mjs"], { cwd: directory, stdio: ["ignore", "inherit", "inherit"] });
  await until("the backend serves", async () => (await fetch(`http://localhost:${port}/jwks.json`)).ok);
}

house.test("two users of another site call each other on its own page", async () => {
  await startBackend();
  const context = await house.browser.newContext({ permissions: ["camera", "microphone"] });
  try {
    const pages = [];
    for (const user of ["ann", "bob"]) {
      const page = await context.newPage();
      await page.goto(`http://localhost:${port}/?user=${user}`);
      pages.push(page);
    }
    for (const [page, other] of [[pages[0], "shop:bob"], [pages[1], "shop:ann"]]) {
      const frames = () =>
        page.evaluate(
          (id) => document.querySelector(`video[title="${id}"]`)?.getVideoPlaybackQuality().totalVideoFrames ?? 0,
          other,
        );
      await until(`${other} moves`, async () => (await frames()) >= MOVING);
    }
  } finally {
    await context.close();
  }
});
