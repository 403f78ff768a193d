import { describe, expect, it } from "vitest";
import type { DiscoveryEvent } from "../../src/discovery/index.js";
import type { Network } from "../../src/node/index.js";
import type { Lagged } from "../../src/primitives/index.js";
import { useNodes } from "../nodes.js";

/** The events of a node, gathered as they come. */
function record(network: Network): (DiscoveryEvent | Lagged)[] {
  const seen: (DiscoveryEvent | Lagged)[] = [];
  void (async () => {
    for await (const event of network.discovery.events()) seen.push(event);
  })();
  return seen;
}

describe("tests/discovery/depart.rs", () => {
  const context = useNodes();

  it("stale_peers_are_purged", async () => {
    const { nodes } = context;
    // Pings renew entries here, which Rust's do not: they are as rare as announcements in this test.
    const common = { announceJitter: 0, pingIntervalMs: 100_000, purgeAfterMs: 4000 };
    const frequent = await nodes.join("frequent", "test", { discovery: { ...common, announceIntervalMs: 2000 } });
    const seldom = await nodes.join("seldom", "test", { discovery: { ...common, announceIntervalMs: 10_000 } });
    const events = record(frequent);
    await nodes.within(5000, frequent.discovery.syncWith(seldom.local.address()));
    await nodes.until(() => events.length > 0, 5000, "the discovery");
    expect(events[0]).toMatchObject({ kind: "peerDiscovered", entry: { id: seldom.local.id } });
    await nodes.until(() => events.some(({ kind }) => kind === "peerDeparted"), 10_000, "the purge");
    expect(events.at(-1)).toEqual({ kind: "peerDeparted", peer: seldom.local.id, reason: "purged" });
    expect(seldom.discovery.catalog.getSigned(frequent.local.id)).toBeDefined();
    const known = (): boolean => frequent.discovery.catalog.getSigned(seldom.local.id) !== undefined;
    await nodes.until(known, 15_000, "the announcement to bring it back");
    expect(events.at(-1)).toMatchObject({ kind: "peerDiscovered" });
  });

  it("graceful_departure", async () => {
    const { nodes } = context;
    const [a, b, c] = await nodes.joinMany(3);
    const events = [record(a!), record(b!)];
    await nodes.discoverAll(a!, b!, c!);
    const neighbors = (network: Network): number =>
      network.discovery.topology().peers.filter(({ isNeighbor }) => isNeighbor).length;
    await nodes.until(() => [a!, b!, c!].every((node) => neighbors(node) > 0), 10_000, "gossip to be joined");
    for (const seen of events) expect(seen.filter(({ kind }) => kind === "peerDiscovered")).toHaveLength(2);
    await nodes.within(5000, c!.close(), "c to close");
    const departed = { kind: "peerDeparted", peer: c!.local.id, reason: "left" };
    const isTold = (): boolean => events.every((seen) => seen.at(-1)?.kind === "peerDeparted");
    await nodes.until(isTold, 2000, "the farewell");
    for (const seen of events) expect(seen.at(-1)).toEqual(departed);
  });
});
