// The service worker and the page that it keeps, beside the app that was built before: sw.js, offline.html, offline.js, offline.css.
import { createHash } from "node:crypto";
import { readFile } from "node:fs/promises";
import { defineConfig, type Plugin } from "vite";

const DIST = new URL("../dist/", import.meta.url);
/** What the worker keeps. */
const FILES = ["/offline.html", "/offline.js", "/offline.css", "/icon.svg"];

/** Adds the page, and the worker with this build's version: a hash of what it keeps, and of the app's page, which names all its files. */
function worker(): Plugin {
  const own = (name: string) => readFile(new URL(`offline/${name}`, import.meta.url), "utf8");
  return {
    name: "aldis-service-worker",
    enforce: "post",
    async generateBundle(_, bundle) {
      const page = await own("page.html");
      const hash = createHash("sha256").update(page);
      for (const name of ["index.html", "icon.svg"]) hash.update(await readFile(new URL(name, DIST)));
      for (const [, made] of Object.entries(bundle).sort(([a], [b]) => (a < b ? -1 : 1))) {
        hash.update(made.type === "chunk" ? made.code : made.source);
      }
      const version = hash.digest("hex").slice(0, 16);
      const head = `const VERSION = ${JSON.stringify(version)};\nconst FILES = ${JSON.stringify(FILES)};\n`;
      this.emitFile({ type: "asset", fileName: "offline.html", source: page });
      this.emitFile({ type: "asset", fileName: "sw.js", source: head + (await own("worker.js")) });
    },
  };
}

export default defineConfig({
  plugins: [worker()],
  publicDir: false,
  build: {
    outDir: "../dist",
    emptyOutDir: false,
    target: "es2022",
    cssTarget: ["chrome123", "firefox120", "safari17.5"],
    minify: true,
    lib: {
      entry: "src/offline/page.ts",
      formats: ["es"],
      fileName: () => "offline.js",
      cssFileName: "offline",
    },
  },
});
