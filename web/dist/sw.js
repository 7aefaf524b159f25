const VERSION = "9531fbf2e01f3020";
const FILES = ["/offline.html","/offline.js","/offline.css","/icon.svg"];
// The service worker: a page for when the network, or the server, is away. Everything else goes to the server as if it were not
// there: pages always, so that none is stale after an update; the API and the socket are not even looked at.
// `VERSION` and `FILES` are the build's.
const CACHE = `aldis-${VERSION}`;
const PAGE = "/offline.html";
/** What a proxy answers while no node is behind it. */
const AWAY = [502, 503, 504];

self.addEventListener("install", (event) => {
  // Past the browser's own cache: what is kept is what this version was built with.
  const fresh = FILES.map((path) => new Request(path, { cache: "reload" }));
  event.waitUntil(caches.open(CACHE).then((cache) => cache.addAll(fresh)));
  self.skipWaiting();
});

self.addEventListener("activate", (event) => {
  event.waitUntil(Promise.all([forgetOthers(), self.registration.navigationPreload?.enable()]));
});

self.addEventListener("fetch", (event) => {
  const { request } = event;
  const { origin, pathname } = new URL(request.url);
  if (request.method !== "GET" || origin !== self.location.origin) return;
  if (request.mode === "navigate") {
    if (pathname === "/" || pathname.startsWith("/r/")) event.respondWith(page(event));
  } else if (FILES.includes(pathname)) event.respondWith(file(request));
});

/** From the server; the kept page if that is away. */
async function page(event) {
  try {
    const answer = (await event.preloadResponse) ?? (await fetch(event.request));
    if (!AWAY.includes(answer.status)) return answer;
    return (await kept(PAGE)) ?? answer;
  } catch (error) {
    const found = await kept(PAGE);
    if (!found) throw error;
    return found;
  }
}

/** Of the kept page; from the server while it is there. */
async function file(request) {
  try {
    return await fetch(request);
  } catch (error) {
    const found = await kept(new URL(request.url).pathname);
    if (!found) throw error;
    return found;
  }
}

async function kept(path) {
  return (await caches.open(CACHE)).match(path);
}

async function forgetOthers() {
  const names = await caches.keys();
  await Promise.all(
    names.filter((name) => name.startsWith("aldis-") && name !== CACHE).map((name) => caches.delete(name)),
  );
}
