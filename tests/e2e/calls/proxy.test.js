// Behind a real nginx, however it passes the host on: a browser signs up, gets its cookies, opens wss and joins a room.
import assert from "node:assert/strict";
import { after, test } from "node:test";
import { chromium } from "playwright-core";
import { Nginx, NAME } from "../stage/nginx.js";
import { Node } from "../stage/node.js";
import { freePort } from "../stage/ports.js";
import { PATIENCE_MS, until } from "../stage/wait.js";

const FLAGS = [
  "--no-sandbox",
  "--disable-gpu",
  "--use-fake-ui-for-media-stream",
  "--use-fake-device-for-media-stream",
  `--host-resolver-rules=MAP ${NAME} 127.0.0.1`,
];
const executablePath = process.env.CHROMIUM ?? "/usr/bin/chromium";
const browser = await chromium.launch({ executablePath, args: FLAGS });
after(() => browser.close());

const WAYS = [
  ["nginx's default Host, with public_url", "", true],
  ["$host, which drops the port, with public_url", "proxy_set_header Host $host;", true],
  ["$http_host, with public_url", "proxy_set_header Host $http_host;", true],
  ["$http_host alone", "proxy_set_header Host $http_host;", false],
];

for (const [way, host, hasPublicUrl] of WAYS) {
  test(`behind nginx (${way}) a browser signs up, stays signed in, and joins over wss`, { timeout: 120_000 }, async () => {
    const port = await freePort();
    const origin = `https://${NAME}:${port}`;
    const node = await Node.start({
      "http.trusted_proxies": "127.0.0.1",
      ...(hasPublicUrl ? { "http.public_url": origin } : {}),
    });
    const nginx = await Nginx.start(port, node, host);
    const context = await browser.newContext({ baseURL: origin, ignoreHTTPSErrors: true });
    try {
      const page = await context.newPage();
      page.setDefaultTimeout(PATIENCE_MS);
      const get = (id) => page.getByTestId(id);
      await page.goto("/");
      await get("auth-name").fill("Ann");
      await get("auth-email").fill("ann@example.org");
      await get("auth-password").fill("correct horse battery");
      await get("auth-submit").click();
      await get("rooms-empty").waitFor();
      const cookies = (await context.cookies()).map(({ name, secure, path, domain }) => [name, secure, path, domain]);
      assert.deepEqual(cookies.sort(), [
        ["__Host-access_token", true, "/", NAME],
        ["__Host-device", true, "/", NAME],
        ["__Host-refresh_token", true, "/", NAME],
      ]);
      await page.reload();
      await get("rooms-empty").waitFor();
      await get("create-room").click();
      await get("prejoin-join").click();
      await until("she is in the room", () => page.evaluate(() => window.aldis?.session.state === "joined"));
      const url = await page.evaluate(() => performance.getEntriesByType("navigation")[0].name);
      assert.ok(url.startsWith(origin), url);
    } finally {
      await context.close();
      await nginx.stop();
      await node.stop();
    }
    assert.deepEqual(node.complaints(), []);
  });
}
