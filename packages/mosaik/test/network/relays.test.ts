import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { parseAddress, RelayPolicy, type TransportAddr } from "../../src/network/index.js";
import { Network, type NetworkOptions } from "../../src/node/index.js";
import type { PeerId } from "../../src/primitives/index.js";
import { Simulator } from "../../src/testing/index.js";

const OURS = "https://ours.example/";
const THEIRS = "https://theirs.example/";
const N0 = "https://euc1-1.relay.n0.iroh.link./";
const relay = (value: string): TransportAddr => ({ kind: "relay", value });
const ip: TransportAddr = { kind: "ip", value: "192.0.2.1:1" };

describe("which relays are followed that others name", () => {
  it.each([
    ["our own ones", { urls: [OURS] }, false, [OURS]],
    ["our own ones, however they are spelled", { urls: ["HTTPS://ours.example"] }, false, [OURS]],
    ["n0's, where we use those", "default", false, [N0]],
    ["none, where we use none", "none", true, []],
    ["any, where the program says so", { urls: [OURS] }, true, [OURS, THEIRS, N0]],
    ["any, beside n0's", "default", true, [OURS, THEIRS, N0]],
  ] as const)("%s", (_what, option, allowsForeign, followed) => {
    const policy = new RelayPolicy(option, allowsForeign);
    const usable = policy.usable([relay(OURS), relay(THEIRS), relay(N0), ip]);
    expect(usable).toEqual([...followed.map(relay), ip]);
  });

  it("is not a host that only looks like n0's", () => {
    const policy = new RelayPolicy("default", false);
    const lures = ["https://relay.n0.iroh.link.evil.example/", "http://euc1-1.relay.n0.iroh.link./"];
    expect(policy.usable(lures.map(relay))).toEqual([]);
  });
});

describe("nodes that find nobody by an id alone", () => {
  let sim: Simulator;
  const nodes: Network[] = [];

  beforeEach(() => {
    sim = new Simulator({ seed: expect.getState().currentTestName ?? "", resolvesBareIds: false });
  });

  afterEach(async () => {
    await sim.within(10_000, Promise.all(nodes.splice(0).map((node) => node.close())));
    expect(sim.reports).toEqual([]);
    await sim.close();
  });

  const join = async (name: string, options: NetworkOptions): Promise<Network> => {
    const node = await sim.within(1000, Network.join("relays", { runtime: sim.runtime(name), ...options }));
    nodes.push(node);
    return node;
  };
  const ping = (from: Network, peer: PeerId | ReturnType<typeof parseAddress>): Promise<unknown> =>
    sim.within(20_000, from.discovery.ping(peer)).then(
      () => "answered",
      (error: { code: string }) => error.code,
    );

  it("reach a peer by its id at a relay that both use, and at no other", async () => {
    const a = await join("a", { relay: { urls: [OURS, THEIRS] } });
    const b = await join("b", { relay: { urls: [THEIRS] } });
    const c = await join("c", { relay: { urls: ["https://third.example"] } });
    expect(await ping(a, b.local.id)).toBe("answered");
    expect(await ping(a, c.local.id)).toBe("pingFailed");
  });

  it("reach a peer at a relay that the program names, whoever's it is", async () => {
    const a = await join("a", { relay: { urls: [OURS] } });
    const b = await join("b", { relay: { urls: [THEIRS] } });
    expect(await ping(a, b.local.id)).toBe("pingFailed");
    expect(await ping(a, parseAddress({ id: b.local.id, relayUrls: [THEIRS] }))).toBe("answered");
  });

  it.each([true, false])("follow a relay that somebody's entry names only if they may: %s", async (foreignRelays) => {
    const a = await join("a", { relay: { urls: [OURS] }, foreignRelays });
    const b = await join("b", { relay: { urls: [OURS] } });
    const c = await join("c", { relay: { urls: [THEIRS] } });
    expect(await ping(b, parseAddress({ id: c.local.id, relayUrls: [THEIRS] }))).toBe("answered");
    // What b knows of c comes to a: its entry, without an address that a could use but the relay.
    const relayed = b.discovery.catalog.get(c.local.id)!.entry.address.addrs.filter(({ kind }) => kind === "relay");
    a.discovery.insert(b.discovery.catalog.get(c.local.id)!.entry.withAddress({ id: c.local.id, addrs: relayed }, 0));
    expect(await ping(a, c.local.id)).toBe(foreignRelays ? "answered" : "pingFailed");
  });
});
