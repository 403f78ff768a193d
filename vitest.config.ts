import { defineConfig } from "vitest/config";

const shared = {
  pool: "forks" as const,
  // The hostile tests compare the memory in use after collections.
  execArgv: ["--expose-gc"],
  // How long a test takes says how busy the machine is: this only ends one that hangs.
  testTimeout: 120_000,
  hookTimeout: 60_000,
};

/**
 * `unit` runs in parallel; `live` starts processes and runs one file at a time, in a namespace where there is only loopback.
 * Files named `*.world.test.ts` run in both: in simulated worlds and in live ones. `interpreted` runs the tests of the codecs where no
 * code can be compiled.
 */
export default defineConfig({
  resolve: { conditions: ["mosaik-source"] },
  ssr: { resolve: { conditions: ["mosaik-source", "node", "import", "default"] } },
  test: {
    projects: [
      {
        extends: true,
        test: {
          ...shared,
          name: "unit",
          include: ["packages/*/test/**/*.test.ts", "bench/test/**/*.test.ts", "docs/test/**/*.test.ts"],
          exclude: ["**/*.live.test.ts"],
        },
      },
      {
        extends: true,
        test: {
          ...shared,
          name: "interpreted",
          include: ["packages/postcard/test/**/*.test.ts"],
          execArgv: [...shared.execArgv, "--disallow-code-generation-from-strings"],
        },
      },
      {
        extends: true,
        test: {
          ...shared,
          name: "live",
          include: [
            "{packages/*,docs}/test/**/*.{live,world}.test.ts",
            "interop/test/**/*.test.ts",
            "demo/test/**/*.test.ts",
            "examples/test/**/*.test.ts",
          ],
          env: { MOSAIK_WORLD: "live" },
          fileParallelism: false,
        },
      },
    ],
  },
});
