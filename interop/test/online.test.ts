import { Network, type NetworkOptions } from "mosaik";
import { afterEach, describe, expect, it } from "vitest";
import { startRelay, startSecureRelay } from "../src/index.js";
import { obstacle } from "./setup.js";

/** iroh looks for its relay again after a while that grows to 16 s. */
const RECONNECTED_MS = 60_000;

describe.skipIf(obstacle !== undefined)("a node is online", () => {
  const nodes: Network[] = [];
  afterEach(async () => {
    await Promise.all(nodes.splice(0).map((node) => node.close()));
  });

  const join = async (options: NetworkOptions): Promise<Network> => {
    const node = await Network.join("online", { discovery: { dht: false }, bindAddrs: ["127.0.0.1:0"], ...options });
    nodes.push(node);
    return node;
  };
  const online = (node: Network, ms = 20_000): Promise<void> =>
    node.online().toPromise({ signal: AbortSignal.timeout(ms) });
  const offline = (node: Network, ms = 20_000): Promise<void> =>
    node
      .online()
      .unmet()
      .toPromise({ signal: AbortSignal.timeout(ms) });

  it("at once where it uses no relay, and never after it was closed", async () => {
    const node = await join({ relay: "none" });
    expect(node.online().isMet).toBe(true);
    await node.close();
    expect(node.online().isMet).toBe(false);
    await expect(online(node)).rejects.toMatchObject({ code: "closed" });
  });

  it("when it is connected to a relay whose certificate it was given", async () => {
    await using relay = await startSecureRelay(["127.0.0.1"]);
    const { certificate, quicPort, url } = relay;
    const node = await join({ relay: { urls: [url], certificates: [certificate], quicPort } });
    await online(node);
    expect(node.local.address().addrs).toContainEqual({ kind: "relay", value: url });
  });

  it("not where nobody whom it trusts has signed the relay's certificate, though it has joined", async () => {
    await using relay = await startSecureRelay(["127.0.0.1"]);
    await using other = await startSecureRelay(["127.0.0.1"]);
    const wary = await join({ relay: { urls: [relay.url] } });
    const misled = await join({ relay: { urls: [relay.url], certificates: [other.certificate] } });
    await expect(online(wary, 3000)).rejects.toThrow();
    expect(misled.online().isMet).toBe(false);
    // In reach by its addresses all the same.
    await wary.discovery.ping(misled.local.address());
  });

  it("no longer when its relay is gone, and again when that is back", async () => {
    const relay = await startRelay();
    const node = await join({ relay: { urls: [relay.url] } });
    await online(node);
    await relay.close();
    await offline(node);
    await using _back = await startRelay(Number(new URL(relay.url).port));
    await online(node, RECONNECTED_MS);
  }, 90_000);

  it("and reached by its id alone, at the relay that both use", async () => {
    await using relay = await startRelay();
    const options = { relay: { urls: [relay.url] } };
    const [a, b] = [await join(options), await join(options)];
    await Promise.all([online(a), online(b)]);
    await a.discovery.ping(b.local.id);
    expect(a.discovery.catalog.get(b.local.id)).toBeDefined();
  });

  it("and led to a relay of others only where it may be", async () => {
    await using ours = await startRelay();
    await using theirs = await startRelay();
    const [strict, open] = [
      await join({ relay: { urls: [ours.url] } }),
      await join({ relay: { urls: [ours.url] }, foreignRelays: true }),
    ];
    const stranger = await join({ relay: { urls: [theirs.url] } });
    await online(stranger);
    const byRelay = { id: stranger.local.id, addrs: [{ kind: "relay", value: theirs.url } as const] };
    const hearsay = stranger.discovery.me().entry.withAddress(byRelay, Date.now());
    for (const node of [strict, open]) node.discovery.insert(hearsay);
    await expect(strict.discovery.ping(stranger.local.id, { timeoutMs: 3000 })).rejects.toMatchObject({
      code: "pingFailed",
    });
    await open.discovery.ping(stranger.local.id);
  });
});
