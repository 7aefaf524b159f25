import { defineConfig } from "vite";

/** `/first.js`: what strangers see until the app is here. */
export default defineConfig({
  publicDir: false,
  build: {
    outDir: "../dist",
    emptyOutDir: false,
    target: "es2022",
    minify: true,
    lib: { entry: "src/first/view.ts", formats: ["es"], fileName: () => "first.js" },
  },
});
