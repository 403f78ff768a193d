import { once } from "node:events";
import type { Invocation } from "../action.js";
import { BenchServer } from "../bench/server.js";
import type { NetworkFlags } from "../session/flags.js";
import { Session } from "../session/session.js";

/** Is the other side of measurements, until it is interrupted. */
export async function serveBench(invocation: Invocation<NetworkFlags>): Promise<void> {
  await Session.run(
    invocation,
    async ({ network, output, signal, address }) => {
      await using _server = new BenchServer(network);
      output.result({ id: network.local.id.hex, address }, `address  ${address}`);
      output.note(
        "measure with `mosaik bench stream`, call, group or map, --bootstrap and this address; Ctrl-C ends it",
      );
      const interrupted = signal.aborted ? undefined : once(signal, "abort");
      // Whoever started it with a channel is gone when that ends.
      await (process.connected ? Promise.race([interrupted, once(process, "disconnect")]) : interrupted);
      if (process.connected) process.disconnect();
    },
    "nobody",
  );
}
