// Once the page is shown, the browser is asked to keep a page for when the server is away.

/** Nothing where the browser does not do that: without HTTPS, in some private windows, in development. */
export function keepOfflinePage(): void {
  const { serviceWorker } = navigator as { serviceWorker?: ServiceWorkerContainer };
  if (!import.meta.env.PROD || !serviceWorker) return;
  const register = () => void serviceWorker.register("/sw.js", { updateViaCache: "none" }).catch(() => {});
  if (document.readyState === "complete") register();
  else addEventListener("load", register, { once: true });
}
