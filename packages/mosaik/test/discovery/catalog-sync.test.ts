import { describe, expect, it } from "vitest";
import { CatalogCore } from "../../src/discovery/index.js";
import { Exchanges } from "../../src/discovery/exchanges.js";
import { serveSync, syncCatalogs, type SyncContext } from "../../src/discovery/sync.js";
import { CatalogView } from "../../src/discovery/catalog-view.js";
import {
  ALPN,
  DEFAULT_FRAME_LIMIT_BYTES,
  LocalNode,
  PeerEntry,
  Router,
  signEntry,
  type SignedPeerEntry,
} from "../../src/network/index.js";
import { Metrics } from "../../src/metrics/index.js";
import { Digest, PeerId } from "../../src/primitives/index.js";
import type { Runtime } from "../../src/runtime/index.js";
import { Simulator } from "../../src/testing/index.js";
import { testNetwork } from "./entries.js";

/** A node that does nothing but serve syncs. */
interface Syncer extends SyncContext {
  readonly view: CatalogView;
  /** How often the watchers of the catalog were told. */
  notifications: number;
}

async function join(runtime: Runtime, networkId = testNetwork, entriesMax = 100_000): Promise<Syncer> {
  const secretKey = runtime.random.bytes(32);
  const endpoint = await runtime.transport.bind({ secretKey, alpns: [ALPN.sync] });
  const metrics = new Metrics();
  const node = new LocalNode({
    runtime,
    metrics,
    networkId,
    secretKey,
    endpoint,
    frameLimitBytes: DEFAULT_FRAME_LIMIT_BYTES,
  });
  const local = signEntry(node, PeerEntry.create("0.4.2", networkId, node.address(), runtime.wallMs()));
  const config = { networkId, localId: node.id, purgeAfterMs: 300_000, maxRttMs: undefined, entriesMax };
  const catalog = new CatalogCore(config, local, () => undefined);
  const view = new CatalogView(catalog, runtime);
  const merge = (entries: readonly SignedPeerEntry[]): void => {
    for (const signed of entries) if (catalog.upsert(signed, runtime.wallMs()) === "new") view.changed();
  };
  const syncer: Syncer = { node, catalog, exchanges: new Exchanges(), merge, view, notifications: 0 };
  view.subscribe(() => syncer.notifications++);
  const router = new Router(node);
  router.handle(ALPN.sync, 64, (connection) => serveSync(syncer, connection));
  void router.run();
  return syncer;
}

/** Puts made-up peers into a catalog. */
function fill({ catalog, node: { runtime } }: Syncer, from: number, count: number): void {
  for (let number = from; number < from + count; number++) {
    const secretKey = new Uint8Array(32);
    new DataView(secretKey.buffer).setUint32(0, number);
    const id = PeerId.fromBytes(runtime.publicKey(secretKey));
    const entry = PeerEntry.create("0.4.2", catalog.local.entry.network, { id, addrs: [] }, runtime.wallMs());
    const signer = { id, sign: (digest: Digest) => runtime.sign(secretKey, digest.bytes) };
    catalog.upsert(signEntry(signer, entry), runtime.wallMs());
  }
}

/** Spends time with each entry that is hashed to be verified, as a real node does; virtual time stands still meanwhile. */
function paced(runtime: Runtime): { readonly runtime: Runtime; longestTurnMs(): number } {
  let spentMs = 0;
  let turnMs = 0;
  let longestTurnMs = 0;
  const runtimeProxy = new Proxy(runtime, {
    get(target, name) {
      if (name === "monoMs") return () => target.monoMs() + spentMs;
      if (name === "soon") {
        return (task: () => void) =>
          target.soon(() => {
            turnMs = 0;
            task();
          });
      }
      if (name === "hash") {
        return (...args: Parameters<Runtime["hash"]>) => {
          spentMs += 0.1;
          turnMs += 0.1;
          longestTurnMs = Math.max(longestTurnMs, turnMs);
          return target.hash(...args);
        };
      }
      const value: unknown = Reflect.get(target, name);
      return typeof value === "function" ? (value.bind(target) as unknown) : value;
    },
  });
  return { runtime: runtimeProxy, longestTurnMs: () => longestTurnMs };
}

function sync(sim: Simulator, from: Syncer, to: Syncer): Promise<void> {
  from.node.addresses.add(to.node.address());
  return sim.within(60_000, syncCatalogs(from, to.node.id, "everything"), "a sync");
}

const idsOf = ({ catalog, node }: Syncer): PeerId[] =>
  catalog.snapshot(node.runtime.wallMs()).map(({ entry }) => entry.id);

describe("a sync of catalogs", () => {
  it("of 10 000 entries gives both sides all of them, in slices of less than 10 ms", async () => {
    const sim = new Simulator({ seed: 1 });
    const [paceA, paceB] = [paced(sim.runtime("a")), paced(sim.runtime("b"))];
    const [a, b] = [await join(paceA.runtime), await join(paceB.runtime)];
    fill(a, 1, 10_000);
    fill(b, 10_001, 10_000);
    await sync(sim, a, b);
    await sim.until(() => b.view.signedPeersCount() === 20_001, { what: "b to know everybody" });
    expect(a.view.signedPeersCount()).toBe(20_001);
    expect(idsOf(a)).toEqual(idsOf(b));
    expect(paceA.longestTurnMs()).toBeLessThan(10);
    expect(paceB.longestTurnMs()).toBeLessThan(10);
    await sim.advance(1);
    expect([a.notifications, b.notifications]).toEqual([1, 1]);
    expect(sim.reports).toEqual([]);
    await sim.close();
  });

  it("between nodes that know the same changes nothing, and verifies nothing", async () => {
    const sim = new Simulator({ seed: 2 });
    const [paceA, paceB] = [paced(sim.runtime("a")), paced(sim.runtime("b"))];
    const [a, b] = [await join(paceA.runtime), await join(paceB.runtime)];
    fill(a, 1, 100);
    await sync(sim, a, b);
    await sim.until(() => b.view.signedPeersCount() === 101, { what: "b to know everybody" });
    const before = [paceA.runtime.monoMs() - sim.nowMs, paceB.runtime.monoMs() - sim.nowMs];
    await sync(sim, b, a);
    await sim.advance(100);
    const after = [paceA.runtime.monoMs() - sim.nowMs, paceB.runtime.monoMs() - sim.nowMs];
    expect(after.map((ms, i) => Math.abs(ms - before[i]!) < 0.01)).toEqual([true, true]);
    await sim.close();
  });

  it("tells a stranger of another network nothing but ourselves", async () => {
    const sim = new Simulator({ seed: 3 });
    const ours = await join(sim.runtime("ours"));
    const stranger = await join(sim.runtime("stranger"), Digest.from("other"));
    fill(ours, 1, 50);
    fill(stranger, 51, 50);
    const offered: PeerId[] = [];
    const merge = (entries: readonly SignedPeerEntry[]): void =>
      void offered.push(...entries.map(({ entry }) => entry.id));
    await sync(sim, { ...stranger, merge }, ours);
    expect(offered).toEqual([ours.node.id]);
    expect(ours.view.peersCount()).toBe(50);
    await sim.close();
  });

  it("counts what it has no room for, and keeps whom it knows", async () => {
    const sim = new Simulator({ seed: 4 });
    const [a, b] = [await join(sim.runtime("a")), await join(sim.runtime("b"), testNetwork, 150)];
    fill(a, 1, 200);
    fill(b, 501, 100);
    const known = idsOf(b);
    await sync(sim, b, a);
    expect(b.view.signedPeersCount()).toBe(150);
    expect(idsOf(b)).toEqual(expect.arrayContaining(known));
    expect(b.node.metrics.counter("mosaik.discovery.entries.refused").value).toBe(151);
    await sim.close();
  });
});
