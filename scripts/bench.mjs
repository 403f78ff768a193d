/**
 * The benchmarks: `npm run bench -- [names] [--json FILE] [--rounds N] [--profile DIRECTORY]`.
 *
 * Builds and installs what they need, then runs them in a network namespace where nothing reaches beyond the loopback.
 */
import { insideNetns, NetnsUnavailable, reexecInNetns } from "./lib/netns.mjs";
import { run } from "./lib/run.mjs";

const argv = process.argv.slice(2);

async function main() {
  if (!insideNetns()) {
    const code = await run("npx", ["tsc", "-b", "bench"]);
    if (code !== 0) return code;
  }
  const bench = await import("../bench/dist/main.js");
  let plan;
  try {
    plan = bench.plan(argv);
  } catch (error) {
    if (!(error instanceof bench.UsageError)) throw error;
    console.error(error.message);
    return 2;
  }
  if (!insideNetns()) {
    const code = await run("node", ["packages/iroh/build/main.mjs", "build"]);
    if (code !== 0) return code;
    await bench.prepareRivals(plan);
    try {
      await reexecInNetns();
    } catch (error) {
      if (!(error instanceof NetnsUnavailable)) throw error;
      console.error(`${error.message} Until then the rivals in Rust are skipped.`);
    }
  }
  return (await bench.run(plan)) === 0 ? 0 : 1;
}

process.exitCode = await main();
