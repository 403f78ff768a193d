/** Builds the Rust peer of the tests of TDX tickets where their driver looks for it: `npm run build:tdx-peer`. */
import { existsSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { cargoBuild, ToolchainMissing } from "../packages/iroh/build/cargo-build.mjs";

const binary = fileURLToPath(new URL("../interop/bin/mosaik-tdx-peer", import.meta.url));

/** Whether there is a peer to test against; `interop/src` says the same to the tests. */
export function tdxPeerAvailable() {
  return existsSync(binary);
}

/**
 * Builds the peer. Without a Rust toolchain it says that the tests of TDX tickets with Rust are skipped; that is no failure.
 *
 * @returns {Promise<"present" | "cached" | "built" | "skipped">}
 * @throws {import("../packages/iroh/build/cargo-build.mjs").BuildFailed}
 */
export async function buildTdxPeer() {
  try {
    return await cargoBuild({
      name: "mosaik-tdx-peer",
      crateDir: fileURLToPath(new URL("../interop/tdx-peer", import.meta.url)),
      artifact: "mosaik-tdx-peer",
      destination: binary,
      minutes: 5,
      target: "mosaik-peer",
    });
  } catch (error) {
    if (!(error instanceof ToolchainMissing)) throw error;
    console.error(`interop of TDX tickets with Rust is skipped: ${error.message}`);
    return "skipped";
  }
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  try {
    console.error(`mosaik-tdx-peer: ${await buildTdxPeer()}`);
  } catch (error) {
    console.error(error.message);
    process.exitCode = 1;
  }
}
