/** Builds the native part of `@mosaik/iroh` where its loader looks for it: `npm run build:native`. */
import { fileURLToPath } from "node:url";
import { cargoBuild } from "./lib/cargo-build.mjs";

const crateDir = fileURLToPath(new URL("../packages/iroh/native", import.meta.url));
const artifacts = { darwin: "libmosaik_iroh.dylib", win32: "mosaik_iroh.dll" };

try {
  const outcome = await cargoBuild({
    name: "mosaik-iroh",
    crateDir,
    artifact: artifacts[process.platform] ?? "libmosaik_iroh.so",
    destination: `${crateDir}/mosaik-iroh.${process.platform}-${process.arch}.node`,
    minutes: 4,
  });
  console.error(`mosaik-iroh: ${outcome}`);
} catch (error) {
  console.error(error.message);
  process.exitCode = 1;
}
