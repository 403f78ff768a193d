import { availableParallelism } from "node:os";
import { defineConfig } from "vitest/config";

const shared = {
  pool: "forks" as const,
  // One less by itself, which leaves a core of a small machine idle.
  maxWorkers: availableParallelism(),
  // The hostile tests compare the memory in use after collections.
  execArgv: ["--expose-gc"],
  // How long a test takes says how busy the machine is: this only ends one that hangs.
  testTimeout: 120_000,
  hookTimeout: 60_000,
};

/** What starts processes, most of which wait for each other most of the time. */
const LIVE = [
  "{packages/*,docs}/test/**/*.{live,world}.test.ts",
  "interop/test/**/*.test.ts",
  "demo/test/**/*.test.ts",
  "examples/test/**/*.test.ts",
];
/** Of that, what wants the machine for itself: it measures memory or delays, stops processes, or makes networks of its own. */
const ALONE = [
  "packages/*/test/hostile/**/*.world.test.ts",
  "packages/*/test/**/{memory,rtt}.{live,world}.test.ts",
  "{packages/mosaik,interop}/test/**/processes/*.test.ts",
  "packages/iroh/test/**/*.live.test.ts",
  "packages/cli/test/image/*.live.test.ts",
  "interop/test/nat/**/*.test.ts",
  "demo/test/**/*.test.ts",
  "examples/test/service-mesh.test.ts",
];

/**
 * `unit` runs in parallel; `live` and `live-alone` start processes, in a namespace where there is only loopback, the latter one file at a time.
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
          include: LIVE,
          exclude: ALONE,
          env: { MOSAIK_WORLD: "live" },
          maxWorkers: 2,
          sequence: { groupOrder: 1 },
        },
      },
      {
        extends: true,
        test: {
          ...shared,
          name: "live-alone",
          include: ALONE,
          env: { MOSAIK_WORLD: "live" },
          fileParallelism: false,
          sequence: { groupOrder: 2 },
        },
      },
    ],
  },
});
