/** Makes the tarballs of all packages: `npm run pack -- --out DIR [--addons DIR]`. */
import { statSync } from "node:fs";
import { basename } from "node:path";
import { parseArgs } from "node:util";
import { run } from "./lib/run.mjs";
import { packAll } from "./pack/packages.mjs";

const { values } = parseArgs({ options: { out: { type: "string" }, addons: { type: "string" } } });

async function main() {
  if (values.out === undefined) {
    console.error("npm run pack -- --out DIR: say where the tarballs go");
    return 2;
  }
  for (const [command, ...args] of [
    ["node", "packages/iroh/build/main.mjs", "build"],
    ["npx", "tsc", "-b"],
  ]) {
    const code = await run(command, args);
    if (code !== 0) return code;
  }
  for (const file of await packAll(values.out, values)) {
    console.log(`${(statSync(file).size / 1024).toFixed(0).padStart(6)} KB  ${basename(file)}`);
  }
  return 0;
}

process.exitCode = await main();
