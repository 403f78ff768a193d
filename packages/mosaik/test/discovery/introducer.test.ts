import { describe, expect, it } from "vitest";
import { CatalogCore } from "../../src/discovery/index.js";
import { Exchanges } from "../../src/discovery/exchanges.js";
import { Introducer } from "../../src/discovery/introducer.js";
import { Metrics } from "../../src/metrics/index.js";
import { ALPN, DEFAULT_FRAME_LIMIT_BYTES, LocalNode, PeerEntry, signEntry } from "../../src/network/index.js";
import { PeerId } from "../../src/primitives/index.js";
import { Simulator } from "../../src/testing/index.js";
import { entryOf, testNetwork, unchecked } from "./entries.js";

interface Created {
  readonly introducer: Introducer;
  readonly catalog: CatalogCore;
  readonly exchanges: Exchanges;
  readonly failed: () => number;
}

async function create(sim: Simulator): Promise<Created> {
  const runtime = sim.runtime("node");
  const secretKey = runtime.random.bytes(32);
  const endpoint = await sim.within(1000, runtime.transport.bind({ secretKey, alpns: [ALPN.sync] }));
  const metrics = new Metrics();
  const frameLimitBytes = DEFAULT_FRAME_LIMIT_BYTES;
  const node = new LocalNode({ runtime, metrics, networkId: testNetwork, secretKey, endpoint, frameLimitBytes });
  const local = signEntry(node, PeerEntry.create("0.4.2", testNetwork, node.address(), runtime.wallMs()));
  const limits = { purgeAfterMs: 300_000, maxRttMs: undefined, entriesMax: 1000 };
  const catalog = new CatalogCore({ networkId: testNetwork, localId: node.id, ...limits }, local, () => undefined);
  const exchanges = new Exchanges();
  const introducer = new Introducer({ node, catalog, exchanges, merge: () => {} });
  return {
    introducer,
    catalog,
    exchanges,
    failed: () => metrics.counter("mosaik.discovery.introductions.failed").value,
  };
}

/** A peer that nobody can reach. */
const stranger = (number: number): PeerId => PeerId.fromBytes(new Uint8Array(32).fill(number));

describe("Introducer", () => {
  it("greets the new peers of a merge when that is over, 64 in a second", async () => {
    const sim = new Simulator({ seed: 1 });
    const { introducer, catalog, failed } = await create(sim);
    const endMerge = catalog.beginMerge();
    for (let number = 1; number <= 200; number++) introducer.welcome(stranger(number));
    await sim.advance(500);
    expect(failed()).toBe(0);
    endMerge();
    await sim.until(() => failed() === 64, { what: "64 attempts" });
    introducer.welcome(stranger(201));
    await sim.advance(60_000);
    expect(failed()).toBe(64);
    introducer.welcome(stranger(201));
    await sim.until(() => failed() === 65, { what: "another attempt" });
    await sim.close();
  });

  it("greets 64 new peers of a merge that takes many seconds", async () => {
    const sim = new Simulator({ seed: 3 });
    const { introducer, catalog, failed } = await create(sim);
    const endMerge = catalog.beginMerge();
    for (let number = 1; number <= 200; number++) {
      introducer.welcome(stranger(number));
      await sim.advance(50);
    }
    expect(failed()).toBe(0);
    endMerge();
    await sim.advance(60_000);
    expect(failed()).toBe(64);
    await sim.close();
  });

  it("greets nobody who departed before the merge was over", async () => {
    const sim = new Simulator({ seed: 2 });
    const { introducer, catalog, failed } = await create(sim);
    const endMerge = catalog.beginMerge();
    introducer.welcome(stranger(1));
    introducer.welcome(stranger(2));
    introducer.forget(stranger(1));
    endMerge();
    await sim.advance(60_000);
    expect(failed()).toBe(1);
    await sim.close();
  });

  it("greets a new peer that an exchange does not tell of us, if it is known still", async () => {
    const sim = new Simulator({ seed: 4 });
    const { introducer, catalog, exchanges, failed } = await create(sim);
    const ends = [1, 2, 3].map((number) => exchanges.begin(stranger(number)));
    catalog.upsert(unchecked(entryOf(1, sim.runtime("node").wallMs())), sim.runtime("node").wallMs());
    catalog.upsert(unchecked(entryOf(2, sim.runtime("node").wallMs())), sim.runtime("node").wallMs());
    for (const number of [1, 2, 3]) introducer.welcome(stranger(number));
    ends[0]!(true);
    await sim.advance(60_000);
    expect(failed()).toBe(0);
    ends[1]!(false);
    ends[2]!(false);
    await sim.advance(60_000);
    expect(failed()).toBe(1);
    await sim.close();
  });
});
