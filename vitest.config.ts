import { defineConfig } from "vitest/config";

const shared = {
  pool: "forks" as const,
  testTimeout: 30_000,
  hookTimeout: 60_000,
};

/** `unit` runs in parallel and never leaves the process or loopback; `live` starts processes and runs one file at a time. */
export default defineConfig({
  resolve: { conditions: ["mosaik-source"] },
  ssr: { resolve: { conditions: ["mosaik-source", "node", "import", "module", "default"] } },
  test: {
    projects: [
      {
        extends: true,
        test: { ...shared, name: "unit", include: ["packages/*/test/**/*.test.ts"], exclude: ["**/*.live.test.ts"] },
      },
      {
        extends: true,
        test: {
          ...shared,
          name: "live",
          include: ["packages/*/test/**/*.live.test.ts", "interop/test/**/*.test.ts", "demo/test/**/*.test.ts"],
          fileParallelism: false,
          testTimeout: 120_000,
        },
      },
    ],
  },
});
