import { serve } from "../harness/role.js";
import { datumsOf } from "./datums.js";
import { join, type NodeAddress } from "./node.js";

const commands = {
  /** Joins, waits for the first item of a stream, and leaves. @returns how long the first two took, in ms */
  async firstItem({ network: networkId, bootstrap }: { network: string; bootstrap: NodeAddress }): Promise<number> {
    const startMs = performance.now();
    const network = await join(networkId, [bootstrap]);
    try {
      const item = await datumsOf("readings").stream.consumer(network).recv();
      const tookMs = performance.now() - startMs;
      if (item === undefined) throw new Error("the stream ended before its first item");
      return tookMs;
    } finally {
      await network.close();
    }
  },
};
export type Joiner = typeof commands;
serve(commands);
