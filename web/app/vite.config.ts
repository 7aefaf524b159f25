import react from "@vitejs/plugin-react";
import { defaultClientConditions, defineConfig, type Plugin } from "vite";

/** The node that `npm run dev` talks to. */
const node = process.env.ALDIS_NODE ?? "http://localhost:8080";

/** The script of the first view (vite.first.config.ts), before the app's: it is small, and does not wait for that. */
const firstView: Plugin = {
  name: "aldis-first-view",
  apply: "build",
  transformIndexHtml: () => [
    { tag: "script", attrs: { type: "module", src: "/first.js" }, injectTo: "head-prepend" },
  ],
};

export default defineConfig({
  plugins: [react(), firstView],
  resolve: { conditions: ["@aldis/source", ...defaultClientConditions] },
  build: {
    outDir: "../dist",
    emptyOutDir: true,
    target: "es2022",
    // `light-dark()` stays as it is: the room is dark inside a light page.
    cssTarget: ["chrome123", "firefox120", "safari17.5"],
    // The page's policy is `default-src 'self'`: nothing inline, no data: addresses.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
  },
  server: { proxy: { "/api": node, "/ws": { target: node, ws: true } } },
});
