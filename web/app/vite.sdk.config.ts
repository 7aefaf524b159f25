import { defaultClientConditions, defineConfig } from "vite";

/** `/sdk/aldis.js`, beside the app that was built before, and what it loads in rooms with a media server. */
export default defineConfig({
  resolve: { conditions: ["@aldis/source", ...defaultClientConditions] },
  publicDir: false,
  build: {
    outDir: "../dist/sdk",
    emptyOutDir: true,
    target: "es2022",
    minify: true,
    lib: { entry: "sdk.ts", formats: ["es"], fileName: () => "aldis.js" },
    // A page that loaded `aldis.js` before an upgrade must not load the parts of another version.
    rolldownOptions: { output: { chunkFileNames: "[name]-[hash].js" } },
  },
});
