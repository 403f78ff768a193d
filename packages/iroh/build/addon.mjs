/** Builds the native part of this package where its loader looks for it. */
import { fileURLToPath } from "node:url";
import { cargoBuild } from "./cargo-build.mjs";

const crateDir = fileURLToPath(new URL("../native", import.meta.url));
const artifacts = { darwin: "libmosaik_iroh.dylib", win32: "mosaik_iroh.dll" };

/**
 * Builds it with Rust and a C compiler, or copies it where it was built before.
 *
 * @returns {Promise<"present" | "cached" | "built">} what was needed
 * @throws {import("./cargo-build.mjs").ToolchainMissing | import("./cargo-build.mjs").BuildFailed}
 */
export function buildAddon() {
  return cargoBuild({
    name: "mosaik-iroh",
    crateDir,
    artifact: artifacts[process.platform] ?? "libmosaik_iroh.so",
    destination: `${crateDir}/mosaik-iroh.${process.platform}-${process.arch}.node`,
    minutes: 4,
  });
}
