import { isDeepStrictEqual } from "node:util";
import { decodeSlotRecord, openDht, slotSeeds, type DhtClient } from "mosaik/dht";
import { Digest, PeerId, type Network } from "mosaik";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { createNodeRuntime, type Runtime } from "../../packages/mosaik/src/runtime/index.js";
import { DhtTestnet, ROUTERS, type PeerAddr, type RustSlot } from "../src/index.js";
import { allKnowAll, counted, occupants, rustKnows, useDhtWorld } from "./dht-fixture.js";
import { addrOf, obstacle, until } from "./setup.js";

const SEQ_MAX = 2n ** 63n - 1n;
/** Rust scans every five to seven seconds while it is alone, and takes five more to see that a peer is dead. */
const SETTLED_WITHIN_MS = 60_000;

describe.skipIf(obstacle !== undefined)("the slots of a network, in a DHT in Rust", () => {
  const context = useDhtWorld();
  let runtime: Runtime;
  let client: DhtClient;

  beforeAll(async () => {
    if (obstacle !== undefined) return;
    runtime = await createNodeRuntime();
    client = await openDht({ routers: ROUTERS, port: 0, requestTimeoutMs: 1000 });
  });
  afterAll(() => client?.close());

  /** The DHT is new for this file. */
  const networkId = (): string => Digest.from(expect.getState().currentTestName!).hex;
  /** A peer that nobody has ever been. */
  const deadPeer = (): PeerAddr => ({
    id: PeerId.fromBytes(runtime.publicKey(runtime.random.bytes(32))).hex,
    relayUrls: [],
    directAddrs: ["127.0.0.1:9"],
  });
  const idsOf = (slots: readonly RustSlot[]): string[] => Object.values(occupants(slots)).sort();
  /** What anybody may put in a slot who knows the network's id. */
  const write = async (network: string, slot: number, seq: bigint, value: Uint8Array): Promise<void> => {
    const seed = slotSeeds(Digest.from(network))[slot]!;
    const outcome = await client.put(client.sign(seed, seq, value), await client.get(runtime.publicKey(seed)));
    expect(outcome.kind).toBe("stored");
  };

  it("each has one, where it can be reached, in both languages' reading", async () => {
    const { world } = context;
    const id = networkId();
    const ts = await world.ts(id);
    const isCurrent = (slots: readonly RustSlot[]): boolean =>
      slots.some(({ peer }) => isDeepStrictEqual(peer, addrOf(ts)));
    await world.slots(SETTLED_WITHIN_MS, id, isCurrent, "our record with our addresses");
    const rust = await world.rustNode(id);
    const slots = await world.slots(SETTLED_WITHIN_MS, id, (read) => idsOf(read).length === 2, "both records");
    await allKnowAll(SETTLED_WITHIN_MS, [ts], [rust]);

    for (const { peer, value, publicKey } of slots.filter((slot) => slot.peer)) {
      const read = decodeSlotRecord(bytesOf(publicKey), bytesOf(value!), (key) => runtime.isPublicKey(key));
      expect(read?.id.hex).toBe(peer!.id);
      expect(read?.addrs.map((addr) => addr.kind !== "custom" && addr.value)).toEqual([
        ...peer!.relayUrls,
        ...peer!.directAddrs,
      ]);
    }
    const theirs = slots.find(({ peer }) => peer?.id === rust.id);
    expect(theirs?.peer).toEqual(await rust.currentAddr());
  });

  it("are taken once by every node that starts with others", async () => {
    const { world } = context;
    const id = networkId();
    const networks = await Promise.all(Array.from({ length: 8 }, () => world.ts(id)));
    const ids = networks.map(({ local }) => local.id.hex).sort();
    await world.slots(SETTLED_WITHIN_MS, id, (slots) => isDeepStrictEqual(idsOf(slots), ids), "one slot for each");
  });

  it("are left to others by a node that goes", async () => {
    const { world } = context;
    const id = networkId();
    const ts = await world.ts(id);
    await world.slots(SETTLED_WITHIN_MS, id, (slots) => idsOf(slots).length === 1, "our record");
    await ts.close();
    const slots = await world.dht.slots(id);
    expect(idsOf(slots)).toEqual([]);
    expect(slots.filter(({ seq }) => seq !== undefined)).toMatchObject([{ peer: null }]);
  });

  it("are taken from dead peers where all are, with a greater number", async () => {
    const { world } = context;
    const id = networkId();
    const peers = Array.from({ length: 16 }, deadPeer);
    const seq = Date.now() * 1000;
    await Promise.all(peers.map((peer, slot) => world.dht.publish(id, { slot, peer, seq })));
    const ts = await world.ts(id);
    const isOurs = ({ peer }: RustSlot): boolean => peer?.id === ts.local.id.hex;
    const slots = await world.slots(SETTLED_WITHIN_MS, id, (read) => read.some(isOurs), "our record");
    const ours = slots.findIndex(isOurs);
    expect(Number(slots[ours]!.seq)).toBeGreaterThan(seq);
    const others = peers.filter((_, slot) => slot !== ours).map((peer) => peer.id);
    expect(idsOf(slots)).toEqual([...others, ts.local.id.hex].sort());
  });

  it("are taken from dead peers by Rust, which finds ours among them", async () => {
    const { world } = context;
    const id = networkId();
    const ts = await world.ts(id);
    const taken = await world.slots(SETTLED_WITHIN_MS, id, (read) => idsOf(read).length === 1, "our record");
    const [ours] = Object.keys(occupants(taken)).map(Number);
    const dead = [0, 1, 2].filter((slot) => slot !== ours);
    await Promise.all(dead.map((slot) => world.dht.publish(id, { slot, peer: deadPeer() })));
    const rust = await world.rustNode(id);
    await rustKnows(rust, ts.local.id.hex, SETTLED_WITHIN_MS);
    await allKnowAll(SETTLED_WITHIN_MS, [ts], [rust]);
  });

  it("are searched past what names nobody, lies, or blocks its slot for ever", async () => {
    const { world } = context;
    const id = networkId();
    const garbage = Buffer.from("no DNS message");
    const seqNow = BigInt(Date.now()) * 1000n;
    for (const slot of [0, 1, 2]) await write(id, slot, SEQ_MAX, garbage);
    for (const slot of [3, 4]) await write(id, slot, seqNow, garbage);
    await world.dht.publish(id, { slot: 5, txt: [["_id", "0OIl"]] });
    await world.dht.publish(id, { slot: 6, txt: [["_ip", "127.0.0.1:9"]] });
    const liar = { ...deadPeer(), relayUrls: ["http://127.0.0.1:9/"] };
    await world.dht.publish(id, { slot: 7, peer: liar, txt: [["_ip", "everywhere"]], seq: String(SEQ_MAX) });
    const [a, b] = [await world.ts(id), await world.ts(id)];
    const rust = await world.rustNode(id);
    await allKnowAll(SETTLED_WITHIN_MS, [a, b], [rust]);
    const slots = await world.dht.slots(id);
    expect(slots[0]?.error).toContain("is not a valid signed packet");
    // We leave it alone; Rust takes a dead peer's slot under the same number, and nodes of mainline let it.
    expect(slots[7]?.seq).toBe(String(SEQ_MAX));
    expect([liar.id, rust.id]).toContain(slots[7]?.peer?.id);
  });

  it("have one record of ours after we moved, in the same slot", async () => {
    const { world } = context;
    const id = networkId();
    const secretKey = runtime.random.bytes(32);
    const moved = { ...deadPeer(), id: PeerId.fromBytes(runtime.publicKey(secretKey)).hex };
    await world.dht.publish(id, { slot: 11, peer: moved });
    const ts = await world.ts(id, { secretKey });
    const slots = await world.slots(
      SETTLED_WITHIN_MS,
      id,
      (read) => isDeepStrictEqual(read[11]?.peer, addrOf(ts)),
      "our addresses",
    );
    expect(occupants(slots)).toEqual({ 11: moved.id });
  });

  it("are found when the routers that were dead at the start are back", async () => {
    const { world } = context;
    const id = networkId();
    await using failing = await DhtTestnet.start({ count: 6 });
    await Promise.all([0, 1].map((index) => failing.stopNode(index)));
    const enter = (from: number, to: number): Promise<Network> =>
      world.ts(id, { discovery: { dht: { routers: failing.bootstrap.slice(from, to) } } });
    const [lost, found] = [await enter(0, 2), await enter(2, 4)];
    const unknown = (): number => counted(lost, "mosaik.discovery.dht.slots", { kind: "unknown" });
    await until(SETTLED_WITHIN_MS, () => unknown() === 16, "a scan that nobody answers");
    expect(lost.discovery.catalog.signedPeersCount()).toBe(0);
    await failing.startNode(1);
    await allKnowAll(SETTLED_WITHIN_MS, [lost, found]);
  });
});

function bytesOf(hex: string): Uint8Array {
  return Uint8Array.from(Buffer.from(hex, "hex"));
}
