import { LoopDelay } from "../harness/loop-delay.js";
import { serve } from "../harness/role.js";
import { QUIET } from "./made-up.js";
import { join, type NodeAddress } from "./node.js";

const loopDelay = new LoopDelay();

const commands = {
  /** Swaps catalogs with a peer as a new node. @returns how long that took, and the event loop was held up, in ms */
  async sync({ network: networkId, peer, count }: { network: string; peer: NodeAddress; count: number }) {
    const network = await join(networkId, [], QUIET);
    try {
      loopDelay.reset();
      const startMs = performance.now();
      await network.discovery.syncWith(peer);
      const tookMs = performance.now() - startMs;
      const known = network.discovery.catalog.signedPeersCount();
      if (known <= count) throw new Error(`${known} entries arrived, not ${count + 1}`);
      return { tookMs, loopDelayMs: loopDelay.maxMs() };
    } finally {
      await network.close();
    }
  },
};
export type Syncer = typeof commands;
serve(commands);
