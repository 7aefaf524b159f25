import { defineConfig } from "vitest/config";

const conditions = ["@aldis/source"];

export default defineConfig({
  resolve: { conditions },
  ssr: { resolve: { conditions } },
  // A test that takes longer hangs; a machine that does much else is slow.
  test: { include: ["*/test/**/*.test.{ts,tsx}"], testTimeout: 60_000 },
});
