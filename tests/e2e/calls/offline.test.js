// The page that the browser keeps for when the server is away.
import assert from "node:assert/strict";
import { misplaced } from "../stage/geometry.js";
import { House } from "../stage/house.js";
import { until } from "../stage/wait.js";

const house = House.open();

/** Waits until the worker answers for this page. */
async function isKept(person) {
  await until("the worker is active", () =>
    person.page.evaluate(async () => (await navigator.serviceWorker.getRegistration())?.active?.state === "activated"),
  );
}

house.test("with the server away, a page of its own says so, and opens the right one once it is back", async () => {
  const ann = await house.person("Ann");
  const roomId = await ann.makeRoom();
  await ann.page.goto("/");
  await ann.shows("page-lobby");
  await isKept(ann);
  ann.line.cut();
  for (const path of ["/", `/r/${roomId}`]) {
    await ann.page.goto(path);
    await ann.page.getByRole("heading", { name: "No connection" }).waitFor();
    assert.equal(await ann.page.evaluate(() => document.documentElement.lang), "en");
  }
  const again = ann.page.getByRole("button", { name: "Try again" });
  assert.equal(await again.evaluate((button) => getComputedStyle(button).borderTopLeftRadius), "12px", "as on all pages");
  await ann.photograph("offline");
  assert.deepEqual(await ann.page.evaluate(misplaced), []);
  ann.line.mend();
  await ann.shows("page-prejoin");
  assert.equal(new URL(ann.page.url()).pathname, `/r/${roomId}`);
  ann.line.cut();
  await ann.page.reload();
  ann.line.mend();
  await ann.page.getByRole("button", { name: "Try again" }).click();
  await ann.shows("page-prejoin");
});

house.test("nothing but that page is kept, and a first visit logs nothing", async () => {
  const gus = await house.stranger("Gus");
  await gus.page.goto("/");
  await gus.shows("page-welcome");
  await isKept(gus);
  await gus.page.reload();
  await gus.shows("page-welcome");
  const kept = await gus.page.evaluate(async () => {
    const names = await caches.keys();
    const requests = await Promise.all(names.map(async (name) => (await caches.open(name)).keys()));
    return requests.map((of) => of.map(({ url }) => new URL(url).pathname).sort());
  });
  assert.deepEqual(kept, [["/icon.svg", "/offline.css", "/offline.html", "/offline.js"]]);
  assert.deepEqual(gus.tape.console, []);
});
