import type { Network } from "mosaik";
import { once } from "node:events";
import { addressOf } from "./join.js";
import { report } from "./parent.js";

/** A node that only is there: the others come in by it and learn of each other. */
export async function runBootstrap(network: Network, stop: AbortSignal): Promise<void> {
  report({ kind: "joined", address: addressOf(network) });
  if (!stop.aborted) await once(stop, "abort");
}
