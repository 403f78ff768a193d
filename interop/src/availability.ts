import { existsSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";

/** Where `npm run build:peer` puts the program. */
export const PEER_BINARY = fileURLToPath(new URL("../bin/mosaik-peer", import.meta.url));

/** Whether the program has been built. */
export function peerAvailable(): boolean {
  return existsSync(PEER_BINARY);
}

/** Whether this process has no network but a loopback: a Rust node talks to public lookup services whatever it is told. */
export function isIsolated(): boolean {
  try {
    const lines = readFileSync("/proc/self/net/dev", "utf8").split("\n");
    const interfaces = lines.filter((line) => line.includes(":")).map((line) => line.split(":", 1)[0]?.trim());
    return interfaces.join() === "lo";
  } catch {
    return false; // not Linux
  }
}

/** Why no Rust peer can be started here, in one sentence; nothing if one can. */
export function whyNoPeer(): string | undefined {
  if (!peerAvailable()) return "interop with Rust is skipped: the Rust peer is not built (npm run build:peer).";
  if (!isIsolated())
    return "interop with Rust is skipped: it runs only in a network namespace with nothing but a loopback.";
  return undefined;
}
