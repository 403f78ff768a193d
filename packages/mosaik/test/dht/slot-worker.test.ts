import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { DhtClient } from "../../src/dht/client.js";
import { decodeSlotRecord } from "../../src/dht/slot-record.js";
import { SlotWorker } from "../../src/dht/slot-worker.js";
import { slotSeeds } from "../../src/dht/slots.js";
import { Metrics } from "../../src/metrics/index.js";
import { parseAddress, type EndpointAddress } from "../../src/network/index.js";
import { Digest, PeerId } from "../../src/primitives/index.js";
import type { Runtime } from "../../src/runtime/index.js";
import { MemoryUdp, Simulator } from "../../src/testing/index.js";
import { startTestnet, type TestNode } from "./testnet.js";

const network = Digest.from("slots");

/** A member of the network that does nothing else than look for others. */
interface Member {
  readonly worker: SlotWorker;
  readonly found: Set<PeerId>;
  address: EndpointAddress;
  isAlive: boolean;
  /** Beside those that it found. */
  neighbors: number;
}

describe("the slots of a network", () => {
  let sim: Simulator;
  let udp: MemoryUdp;
  let nodes: TestNode[];
  let runtime: Runtime;
  let members: Member[];
  let keys: Uint8Array[];

  beforeEach(() => {
    udp = new MemoryUdp();
    sim = new Simulator({ seed: expect.getState().currentTestName ?? "", udp });
    runtime = sim.runtime("dht");
    keys = slotSeeds(network).map((seed) => runtime.publicKey(seed));
    nodes = startTestnet(udp, runtime, 24);
    members = [];
  });

  afterEach(async () => {
    await sim.within(60_000, Promise.all(members.map(({ worker }) => worker.close())));
    expect(sim.reports).toEqual([]);
    await sim.close();
  });

  const join = async (): Promise<Member> => {
    const number = members.length + 1;
    const id = PeerId.fromBytes(runtime.publicKey(new Uint8Array(32).fill(number)));
    const client = await DhtClient.open(runtime, { routers: ["10.0.0.0:7000"], port: 0 });
    const found = new Set<PeerId>();
    const member: Member = {
      address: parseAddress({ id, directAddrs: [`192.0.2.${number}:1000`] }),
      isAlive: true,
      neighbors: 0,
      found,
      worker: new SlotWorker({
        runtime,
        metrics: new Metrics(),
        client,
        network,
        self: () => member.address,
        ping: (address) => {
          const isThere = members.some((other) => other.address.id === address.id && other.isAlive);
          if (isThere) found.add(address.id);
          return Promise.resolve(isThere);
        },
        neighborCount: () => found.size + member.neighbors,
      }),
    };
    members.push(member);
    member.worker.start();
    return member;
  };

  /** Who is in the slots, as anybody sees it. */
  const occupants = async (): Promise<(EndpointAddress | undefined)[]> => {
    const client = await DhtClient.open(runtime, { routers: ["10.0.0.0:7000"], port: 0 });
    const found = await sim.within(60_000, Promise.all(keys.map((key) => client.get(key))));
    client.close();
    return found.map(
      ({ packet }, i) => packet && decodeSlotRecord(keys[i]!, packet.value, (key) => runtime.isPublicKey(key)),
    );
  };
  const ids = async (): Promise<PeerId[]> => (await occupants()).flatMap((one) => (one === undefined ? [] : [one.id]));

  it.each([2, 3, 5, 10, 15])("let %i nodes that know nothing but the network find each other", async (count) => {
    for (let i = 0; i < count; i++) await join();
    await sim.advance(count * 10_000);
    const there = await ids();
    expect(new Set(there).size).toBe(there.length);
    expect(there).toHaveLength(count);
    // By and by each has seen all the others, or is seen by them: who comes into a slot late is found at the next look.
    await sim.advance(90_000);
    for (const { found, address } of members)
      expect([address.id.short(), found.size]).toEqual([address.id.short(), count - 1]);
  });

  it("are sixteen: those who find them taken find those who are there", async () => {
    for (let i = 0; i < 35; i++) await join();
    await sim.advance(200_000);
    const there = await ids();
    expect(there).toHaveLength(16);
    expect(new Set(there).size).toBe(16);
    for (const { found, address } of members) {
      expect(there.filter((id) => id !== address.id && !found.has(id))).toEqual([]);
    }
  });

  it("are each soon held by one of those who took them at once, even where all have neighbours", async () => {
    for (let i = 0; i < 12; i++) (await join()).neighbors = 1;
    await sim.advance(30_000);
    const there = await ids();
    expect(there).toHaveLength(12);
    expect(new Set(there).size).toBe(12);
  });

  it("lead to their peers at once, though nodes of the DHT are gone", async () => {
    const [one] = [await join()];
    await sim.advance(20_000);
    for (const [i, node] of nodes.entries()) node.isSilent = i % 4 === 1;
    const other = await join();
    await sim.advance(1000);
    expect([...other.found]).toEqual([one.address.id]);
  });

  it("of peers that are dead are taken by others, with a greater number", async () => {
    const dead = await join();
    await sim.advance(20_000);
    expect(await ids()).toEqual([dead.address.id]);
    dead.isAlive = false;
    for (let i = 0; i < 16; i++) await join();
    await sim.advance(800_000);
    const there = await ids();
    expect(there).toHaveLength(16);
    // The dead one's worker still writes, so that it may stand there again; its slot was taken at least once.
    expect(members.slice(1).some(({ address }) => there.includes(address.id))).toBe(true);
  });

  it("have the new addresses of a node soon", async () => {
    const member = await join();
    await sim.advance(20_000);
    member.address = parseAddress({ id: member.address.id, directAddrs: ["198.51.100.7:7"] });
    await sim.advance(90_000);
    const there = (await occupants()).filter((one) => one !== undefined);
    expect(there.map(({ addrs }) => addrs)).toEqual([[{ kind: "ip", value: "198.51.100.7:7" }]]);
  });

  it("are left in order", async () => {
    const [one, other] = [await join(), await join()];
    await sim.advance(40_000);
    expect(await ids()).toHaveLength(2);
    await sim.within(1000, one.worker.close());
    expect(await ids()).toEqual([other.address.id]);
  });

  it("are kept: a record is written again before nodes forget it", async () => {
    const member = await join();
    member.neighbors = 1;
    await sim.advance(20_000);
    const before = udp.sent.length;
    await sim.advance(2 * 3_600_000);
    expect(udp.sent.length).toBeGreaterThan(before);
    const numbers = nodes.flatMap(({ stored }) => [...stored.values()].map(({ seq }) => seq));
    const ageUs = BigInt(Math.floor(runtime.wallMs() * 1000)) - numbers.reduce((a, b) => (a > b ? a : b));
    expect(ageUs).toBeLessThan(3_700_000_000n);
    expect(await ids()).toEqual([member.address.id]);
  });

  it("are not written to while no node answers", async () => {
    for (const node of nodes) node.isSilent = true;
    await join();
    await sim.advance(60_000);
    expect(nodes.flatMap(({ stored }) => [...stored])).toEqual([]);
    for (const node of nodes) node.isSilent = false;
    await sim.advance(30_000);
    expect(await ids()).toHaveLength(1);
  });
});
