import { t } from "@mosaik/postcard";
import { describe, expect, it } from "vitest";
import { Digest } from "../../src/primitives/index.js";
import { useNodes } from "../nodes.js";

const ticketClass = Digest.from("my-app.auth");
const ticket = (text: string): { class: Digest; data: Uint8Array } => ({
  class: ticketClass,
  data: new TextEncoder().encode(text),
});

describe("the discovery API", () => {
  const context = useNodes();

  it("tickets reach every peer, are replaced and removed", async () => {
    const { nodes } = context;
    const [a, b] = await nodes.joinMany(2);
    await nodes.discoverAll(a!, b!);
    const seen = (): string[] =>
      b!.discovery.catalog
        .get(a!.local.id)!
        .entry.ticketsOf(ticketClass)
        .map(({ data }) => new TextDecoder().decode(data));
    a!.discovery.addTicket(ticket("one"));
    await nodes.until(() => seen().join() === "one", 5000, "the ticket");
    a!.discovery.replaceTicket(ticket("two"));
    await nodes.until(() => seen().join() === "two", 5000, "the new ticket");
    a!.discovery.removeTicketsOf("my-app.auth");
    await nodes.until(() => seen().length === 0, 5000, "the ticket to be gone");
  });

  it("an entry too large for gossip reaches everybody whole", async () => {
    const { nodes } = context;
    const bootstrap = await nodes.join("bootstrap");
    const discovery = { bootstrap: [bootstrap.local.address()] };
    const others = [await nodes.join("a", "test", { discovery }), await nodes.join("b", "test", { discovery })];
    const all = [bootstrap, ...others];
    const known = (): boolean => all.every(({ discovery }) => discovery.catalog.signedPeersCount() === 2);
    await nodes.until(known, 10_000, "all to meet");
    const large = { class: ticketClass, data: new Uint8Array(6000).fill(7) };
    bootstrap.discovery.addTicket(large);
    const hasIt = (): boolean =>
      others.every(({ discovery }) => discovery.catalog.get(bootstrap.local.id)?.entry.tickets.size === 1);
    await nodes.until(hasIt, 5000, "the large ticket");
    const late = await nodes.join("late", "test", { discovery: { bootstrap: [others[0]!.local.address()] } });
    const lateHasIt = (): boolean => late.discovery.catalog.get(bootstrap.local.id)?.entry.tickets.size === 1;
    await nodes.until(lateHasIt, 10_000, "the large ticket at the latecomer");
  });

  it("meets a bootstrap peer whose address came out of a file", async () => {
    const { nodes } = context;
    const bootstrap = await nodes.join("bootstrap");
    const { addrs } = bootstrap.local.address();
    const peer = { id: bootstrap.local.id.hex, addrs };
    const node = await nodes.join("a", "test", { discovery: { bootstrap: [peer] } });
    await nodes.until(() => node.discovery.catalog.get(peer.id) !== undefined, 5000, "the two to meet");
    await nodes.within(5000, node.discovery.syncWith(peer), "a sync");
  });

  it("feed takes signed entries that are valid and newer", async () => {
    const { nodes } = context;
    const [a, b] = await nodes.joinMany(2);
    expect(a!.discovery.feed(b!.discovery.me())).toBe(true);
    expect(a!.discovery.feed(b!.discovery.me())).toBe(false);
    expect(a!.discovery.catalog.getSigned(b!.local.id)).toBeDefined();
  });

  it("draws the topology", async () => {
    const { nodes } = context;
    const [a, b] = await nodes.joinMany(2);
    const { streamId } = b!.streams.produce(t.u64);
    await nodes.discoverAll(a!, b!);
    const topology = a!.discovery.topology();
    expect(topology.peers.map(({ id, isLocal }) => [id, isLocal])).toEqual([
      [a!.local.id, true],
      [b!.local.id, false],
    ]);
    expect(topology.streams).toEqual(new Map([[streamId, [b!.local.id]]]));
  });

  it("diagnoses a peer in words", async () => {
    const { nodes } = context;
    const [a, b] = await nodes.joinMany(2);
    const [stranger] = await nodes.joinMany(1, "other");
    await nodes.discoverAll(a!, b!);
    const healthy = await nodes.within(10_000, a!.discovery.diagnose(b!.local.id));
    expect(healthy.isHealthy).toBe(true);
    expect(healthy.findings.join(" ")).toContain("Its network and clock agree with ours.");
    const foreign = await nodes.within(10_000, a!.discovery.diagnose(stranger!.local.address()));
    expect(foreign.isHealthy).toBe(false);
    expect(foreign.findings.join(" ")).toContain("the network ids differ");
    await nodes.within(5000, b!.close());
    const gone = await nodes.within(20_000, a!.discovery.diagnose(b!.local.id));
    expect(gone.isHealthy).toBe(false);
    expect(gone.findings.join(" ")).toContain("It does not answer a ping");
  });
});
