import { writeSync } from "node:fs";
import { createInterface } from "node:readline";
import type { NodeCommand, NodeConfig, NodeReport } from "./messages.js";

const STDOUT = 1;

/**
 * Tells the parent something. It is out when this returns, however the process ends right after: the account of a killed sensor
 * rests on that. `process.stdout` would switch the pipe to asynchronous writes.
 */
export function report(message: NodeReport): void {
  writeSync(STDOUT, `${JSON.stringify(message)}\n`);
}

/** What the parent says: the configuration, and then to stop. */
export interface Orders {
  readonly config: NodeConfig;
  /** Aborts when this process shall end in order. */
  readonly stop: AbortSignal;
}

/** Waits for the configuration. Without a parent the process ends at once: nothing outlives a demo that was killed. */
export function ordersFromParent(): Promise<Orders> {
  // Ctrl-C on a terminal reaches every process; the parent ends them in order.
  process.on("SIGINT", () => {});
  const stopper = new AbortController();
  return new Promise((resolve) => {
    let isConfigured = false;
    const lines = createInterface({ input: process.stdin });
    lines.on("line", (line) => {
      if (!isConfigured) resolve({ config: JSON.parse(line) as NodeConfig, stop: stopper.signal });
      else if ((JSON.parse(line) as NodeCommand).kind === "stop") stopper.abort();
      isConfigured = true;
    });
    lines.on("close", () => process.exit(1));
  });
}

/** Lets the parent go, so that the process can end by itself. */
export function leaveParent(): void {
  process.stdin.removeAllListeners();
  process.stdin.unref();
}
