import { defaultClientConditions, defineConfig } from "vite";

/** `/sdk/aldis.js`, beside the app that was built before. */
export default defineConfig({
  resolve: { conditions: ["@aldis/source", ...defaultClientConditions] },
  publicDir: false,
  build: {
    outDir: "../dist/sdk",
    emptyOutDir: true,
    target: "es2022",
    minify: true,
    lib: { entry: "sdk.ts", formats: ["es"], fileName: () => "aldis.js" },
  },
});
