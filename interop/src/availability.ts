import { existsSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";

/** The programs in Rust: the peer of most tests, and the one of TDX tickets, which is apart for the licences of what it is built of. */
export type RustProgram = "peer" | "tdx-peer";

/** Where `npm run build:peer` and `npm run build:tdx-peer` put a program. */
export function binaryOf(program: RustProgram): string {
  return fileURLToPath(new URL(`../bin/mosaik-${program}`, import.meta.url));
}

/** Whether the program has been built. */
export function peerAvailable(program: RustProgram = "peer"): boolean {
  return existsSync(binaryOf(program));
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

const SKIPPED = {
  peer: "interop with Rust is skipped",
  "tdx-peer": "interop of TDX tickets with Rust is skipped",
} as const satisfies Record<RustProgram, string>;

/** Why no Rust peer can be started here, in one sentence; nothing if one can. */
export function whyNoPeer(program: RustProgram = "peer"): string | undefined {
  if (!peerAvailable(program))
    return `${SKIPPED[program]}: the Rust ${program} is not built (npm run build:${program}).`;
  if (!isIsolated()) return `${SKIPPED[program]}: it runs only in a network namespace with nothing but a loopback.`;
  return undefined;
}
