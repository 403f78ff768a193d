/** Builds the Rust peer of the interop tests where their driver looks for it: `npm run build:peer`. */
import { existsSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { cargoBuild, ToolchainMissing } from "../packages/iroh/build/cargo-build.mjs";

const binary = fileURLToPath(new URL("../interop/bin/mosaik-peer", import.meta.url));

/** Whether there is a peer to test against; `interop/src` says the same to the tests. */
export function peerAvailable() {
  return existsSync(binary);
}

/**
 * Builds the peer. Without a Rust toolchain it says that interop is skipped; that is no failure.
 *
 * @returns {Promise<"present" | "cached" | "built" | "skipped">}
 * @throws {import("../packages/iroh/build/cargo-build.mjs").BuildFailed}
 */
export async function buildPeer() {
  try {
    return await cargoBuild({
      name: "mosaik-peer",
      crateDir: fileURLToPath(new URL("../interop/rust-peer", import.meta.url)),
      artifact: "mosaik-peer",
      destination: binary,
      minutes: 5,
    });
  } catch (error) {
    if (!(error instanceof ToolchainMissing)) throw error;
    console.error(`interop with Rust is skipped: ${error.message}`);
    return "skipped";
  }
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  try {
    console.error(`mosaik-peer: ${await buildPeer()}`);
  } catch (error) {
    console.error(error.message);
    process.exitCode = 1;
  }
}
