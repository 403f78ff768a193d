import { t } from "@mosaik/postcard";
import { describe, expect, it } from "vitest";
import { Network } from "../../src/node/index.js";
import { Simulator } from "../../src/testing/index.js";

/** What CI runs; MOSAIK_SEEDS sets another number. */
const seeds = Number(process.env["MOSAIK_SEEDS"] ?? 100);

/** One producer and three consumers, far from each other. */
async function fanOut(sim: Simulator): Promise<{ nodes: Network[]; close: () => Promise<void> }> {
  const nodes: Network[] = [];
  for (let i = 0; i < 4; i++) {
    const bootstrap = nodes.slice(0, 1).map(({ local }) => local.id);
    const runtime = sim.runtime(`node-${i}`);
    // Frequent pings tell consumers of every change at once: nobody may leave before it has everything.
    const discovery = { bootstrap, pingIntervalMs: 20 };
    nodes.push(await sim.within(5000, Network.join("lossless", { runtime, relay: "none", discovery })));
  }
  const close = async (): Promise<void> => {
    await sim.within(5000, Promise.all(nodes.map((node) => node.close())), "the nodes to close");
    expect(sim.reports).toEqual([]);
  };
  return { nodes, close };
}

describe(`streams far apart, ${seeds} seeds`, () => {
  it("everything that was sent before a producer closed is delivered, in order", { timeout: 3_600_000 }, async () => {
    for (let seed = 0; seed < seeds; seed++) {
      const sim = new Simulator({ seed, latency: { minMs: 1, maxMs: 120, jitterMs: 30 } });
      const { nodes, close } = await fanOut(sim);
      const producer = nodes[0]!.streams.produce(t.bytes);
      const consumers = nodes.slice(1).map((node) => node.streams.consume(t.bytes));
      await sim.within(20_000, producer.when().subscribed().minimumOf(3), "three consumers");
      // More than the windows hold: it takes several round trips to get it across.
      const total = 300;
      const sending = (async () => {
        for (let i = 0; i < total; i++) await producer.send(new Uint8Array(8192).fill(i));
        await producer.close();
      })();
      const taking = consumers.map(async (consumer) => {
        const taken: number[] = [];
        while (taken.length < total) taken.push((await consumer.recv())![0]!);
        return taken;
      });
      const all = await sim.within(20_000, Promise.all(taking), "all to arrive");
      for (const taken of all) expect(taken).toEqual(Array.from({ length: total }, (_, i) => i % 256));
      await sim.within(3000, sending, "the producer to close");
      await close();
    }
  });
});
