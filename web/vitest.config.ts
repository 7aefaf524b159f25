import { defineConfig } from "vitest/config";

const conditions = ["@aldis/source"];

export default defineConfig({
  resolve: { conditions },
  ssr: { resolve: { conditions } },
  test: { include: ["*/test/**/*.test.{ts,tsx}"] },
});
