/**
 * The full number of hostile inputs (DESIGN §7.5): 10^6 mutations of each decoder, 10^5 exchanges with a node over the memory network,
 * 10^3 over QUIC. `npm test` runs the same tests with fewer.
 */
import { run, step, StepFailed } from "./lib/run.mjs";

const env = {
  MOSAIK_HOSTILE: "1000000",
  MOSAIK_HOSTILE_NODE: "100000",
  MOSAIK_HOSTILE_QUIC: "1000",
  ...process.env,
};
const vitest = (project, ...files) =>
  run("npx", ["vitest", "run", "--project", project, "--reporter=verbose", ...files], { env });

try {
  await step("native addon", () => run("node", ["scripts/build-native.mjs"]));
  await step("decoders", () => vitest("unit", "hostile.test", "hostile/decoders"));
  await step("a node over the memory network", () => vitest("unit", "hostile/node.world"));
  await step("a node over QUIC", () => vitest("live", "hostile/node.world"));
} catch (error) {
  console.error(error.message);
  process.exitCode = error instanceof StepFailed ? error.code : 1;
}
