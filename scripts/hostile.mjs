/**
 * The full number of hostile inputs (DESIGN §7.5): 10^6 mutations of each decoder, 10^5 exchanges with a node and 10^4 messages to each
 * member of a group over the memory network, 10^3 over QUIC; and how long honest peers wait meanwhile and what is held in memory, in
 * virtual time and over QUIC. `npm test` runs the same tests with fewer.
 */
import { run, step, StepFailed } from "./lib/run.mjs";

const env = {
  MOSAIK_HOSTILE: "1000000",
  MOSAIK_HOSTILE_NODE: "100000",
  MOSAIK_HOSTILE_MEMBER: "10000",
  MOSAIK_HOSTILE_QUIC: "1000",
  MOSAIK_HOSTILE_ROUNDS: "60",
  MOSAIK_STATS: "1",
  ...process.env,
};
const unit = (...files) => run("npx", ["vitest", "run", "--project", "unit", "--reporter=verbose", ...files], { env });
const live = (...files) =>
  run("node", ["scripts/live-tests.mjs", "--project", "live*", "--reporter=verbose", ...files], { env });

try {
  await step("native addon", () => run("node", ["packages/iroh/build/main.mjs", "build"]));
  // Two files take nearly all of the time: side by side where vitest would run one after the other, on two cores.
  await step("decoders", () => unit("--maxWorkers=2", "hostile.test", "hostile/decoders"));
  await step("a node over the memory network", () => unit("hostile/node.world"));
  await step("members of a group over the memory network", () => unit("hostile/group-member"));
  await step("honest peers in virtual time", () => unit("hostile/latency", "hostile/many-keys", "hostile/memory"));
  await step("a node over QUIC", () => live("hostile/node.world"));
  await step("members of a group over QUIC", () => live("hostile/group-member"));
  await step("honest peers over QUIC", () => live("hostile/latency", "hostile/many-keys", "hostile/memory"));
} catch (error) {
  console.error(error.message);
  process.exitCode = error instanceof StepFailed ? error.code : 1;
}
