import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import {
  DhtClient,
  decodeSlotRecord,
  encodeSlotRecord,
  slotSeeds,
  type LookupResult,
  type SignedPacket,
} from "mosaik/dht";
import { Digest, PeerId } from "mosaik";
import { createNodeRuntime, type Runtime } from "../../packages/mosaik/src/runtime/index.js";
import { DhtTestnet } from "../src/index.js";
import { obstacle } from "./setup.js";

const NODES = 12;
/** All nodes are on this machine. */
const REQUEST_TIMEOUT_MS = 1000;

describe.skipIf(obstacle !== undefined)("a client of the DHT, with nodes in Rust", () => {
  let runtime: Runtime;
  let dht: DhtTestnet;
  let client: DhtClient;
  let seed: Uint8Array;
  let publicKey: Uint8Array;
  const clients: DhtClient[] = [];

  const open = async (routers: readonly string[], options: { families?: (4 | 6)[] } = {}): Promise<DhtClient> => {
    const opened = await DhtClient.open(runtime, {
      routers,
      port: 0,
      requestTimeoutMs: REQUEST_TIMEOUT_MS,
      ...options,
    });
    clients.push(opened);
    return opened;
  };
  const item = (seq: bigint, text = `value ${seq}`): SignedPacket => client.sign(seed, seq, Buffer.from(text));
  const hex = (bytes: Uint8Array): string => Buffer.from(bytes).toString("hex");
  const read = async (by = client): Promise<string | undefined> => {
    const { packet } = await by.get(publicKey);
    return packet === undefined ? undefined : `${packet.seq} ${Buffer.from(packet.value).toString()}`;
  };
  const readByRust = async (): Promise<string | undefined> => {
    const found = await dht.get(hex(publicKey));
    return found === null ? undefined : `${found.seq} ${Buffer.from(found.value, "hex").toString()}`;
  };
  const only = (found: LookupResult, from: number, to: number): LookupResult => ({
    ...found,
    responders: found.responders.slice(from, to),
  });

  beforeAll(async () => {
    if (obstacle !== undefined) return;
    runtime = await createNodeRuntime();
    dht = await DhtTestnet.start({ count: NODES });
    client = await open(dht.bootstrap.slice(0, 2));
  });

  afterAll(async () => {
    for (const one of clients) one.close();
    await dht?.close();
  });

  beforeEach(() => {
    if (obstacle !== undefined) return;
    seed = runtime.random.bytes(32);
    publicKey = runtime.publicKey(seed);
  });

  it("finds every node of a small DHT, and nothing where nothing is stored", async () => {
    const found = await client.get(publicKey);
    expect(found).toMatchObject({ packet: undefined, answers: NODES });
    const places = found.responders.map(({ node }) => `${node.host}:${node.port}`);
    expect(places.sort()).toEqual([...dht.bootstrap].sort());
  });

  it("stores what Rust reads, and reads what Rust stored", async () => {
    expect(await client.put(item(1n), await client.get(publicKey))).toEqual({ kind: "stored", count: NODES });
    expect(await readByRust()).toBe("1 value 1");
    expect(await dht.put(hex(seed), { seq: 2, value: hex(Buffer.from("of Rust")) })).toBe(NODES);
    expect(await read()).toBe("2 of Rust");
  });

  it("carries values of a thousand bytes, and of none", async () => {
    const longest = "x".repeat(1000);
    await client.put(item(1n, longest), await client.get(publicKey));
    expect(await readByRust()).toBe(`1 ${longest}`);
    await dht.put(hex(seed), { seq: 2, value: hex(Buffer.from(longest.replaceAll("x", "y"))) });
    expect(await read()).toBe(`2 ${"y".repeat(1000)}`);
    await client.put(item(3n, ""), await client.get(publicKey));
    expect(await readByRust()).toBe("3 ");
    expect(await read()).toBe("3 ");
  });

  it("is told that a value is too long, and that a signature is wrong", async () => {
    const found = await client.get(publicKey);
    const long = { ...item(1n), value: new Uint8Array(1001) };
    expect(await client.put(long, found)).toMatchObject({ kind: "failed", errors: [expect.stringMatching(/^205 /)] });
    const forged = { ...item(1n), value: Buffer.from("another") };
    expect(await client.put(forged, found)).toMatchObject({ kind: "failed", errors: [expect.stringMatching(/^206 /)] });
    expect(await readByRust()).toBeUndefined();
  });

  it("is refused with a token of another node, or of nobody", async () => {
    const found = await client.get(publicKey);
    const tokens = found.responders.map(({ token }) => token);
    const swapped = found.responders.map((responder, i) => ({ ...responder, token: tokens[(i + 1) % NODES]! }));
    const refused = { kind: "failed", errors: [expect.stringMatching(/^203 /)] };
    expect(await client.put(item(1n), { ...found, responders: swapped })).toMatchObject(refused);
    const invented = found.responders.map((responder) => ({ ...responder, token: new Uint8Array(4) }));
    expect(await client.put(item(1n), { ...found, responders: invented })).toMatchObject(refused);
    expect(await client.put(item(1n), found)).toMatchObject({ kind: "stored" });
  });

  it("replaces no greater number; an equal one, as nodes in Rust do", async () => {
    const found = await client.get(publicKey);
    await client.put(item(5n), found);
    expect(await client.put(item(4n), found)).toEqual({ kind: "notMostRecent" });
    expect(await client.put(item(5n, "another"), found)).toEqual({ kind: "stored", count: NODES });
    expect(await readByRust()).toBe("5 another");
    await expect(dht.put(hex(seed), { seq: 4, value: "00" })).rejects.toThrow("not the most recent");
  });

  it("stores only in place of what it says", async () => {
    const found = await client.get(publicKey);
    expect(await client.put(item(5n), found, 1n)).toMatchObject({ kind: "stored" }); // nothing was there
    expect(await client.put(item(7n), found, 4n)).toEqual({ kind: "notMostRecent" });
    expect(await client.put(item(7n), found, 5n)).toEqual({ kind: "stored", count: NODES });
    await expect(dht.put(hex(seed), { seq: 9, value: "00" }, 5)).rejects.toThrow("CAS check failed");
    await dht.put(hex(seed), { seq: 9, value: hex(Buffer.from("of Rust")) }, 7);
    expect(await read()).toBe("9 of Rust");
  });

  it("reads the greatest number of several, and of one number the greatest value", async () => {
    const found = await client.get(publicKey);
    await client.put(item(5n, "b"), only(found, 0, 10));
    await client.put(item(5n, "c"), only(found, 10, 11));
    expect([await read(), await readByRust()]).toEqual(["5 c", "5 c"]);
    await client.put(item(6n, "a"), only(found, 11, 12));
    expect([await read(), await readByRust()]).toEqual(["6 a", "6 a"]);
  });

  it("tells as Rust whether most nodes had something newer", async () => {
    const found = await client.get(publicKey);
    await client.put(item(9n), only(found, 0, 7));
    expect(await client.put(item(8n), found)).toEqual({ kind: "notMostRecent" });
    await expect(dht.put(hex(seed), { seq: 7, value: "00" })).rejects.toThrow("not the most recent");
  });

  it("counts as stored what fewer than most had something newer than", async () => {
    const found = await client.get(publicKey);
    await client.put(item(9n), only(found, 0, 3));
    expect(await client.put(item(8n), found)).toEqual({ kind: "stored", count: NODES - 3 });
  });

  it("asks for both families those who know one", async () => {
    const both = await open(dht.bootstrap.slice(0, 1), { families: [4, 6] });
    expect((await both.get(publicKey)).answers).toBe(NODES);
  });

  it("enters by a name", async () => {
    const port = dht.bootstrap[0]!.split(":")[1];
    const named = await open([`localhost:${port}`]);
    expect((await named.get(publicKey)).answers).toBe(NODES);
  });

  it("is no node that others are sent to", async () => {
    await client.get(publicKey);
    const found = await (await open(dht.bootstrap.slice(0, 1))).get(publicKey);
    expect(found.answers).toBe(NODES);
    expect(found.responders).toHaveLength(NODES);
  });

  it("writes slots that Rust reads, and reads those that Rust writes", async () => {
    const network = Digest.hash(seed);
    const [first, second] = slotSeeds(network);
    const [firstKey, secondKey] = [runtime.publicKey(first!), runtime.publicKey(second!)];
    const addrs = [
      { kind: "relay", value: "https://relay.test./" },
      { kind: "ip", value: "192.0.2.7:4433" },
      { kind: "ip", value: "[2001:db8::7]:4433" },
    ] as const;
    const id = PeerId.fromBytes(publicKey);
    const peer = {
      id: id.hex,
      relayUrls: [addrs[0].value],
      directAddrs: [addrs[1].value, addrs[2].value],
    };

    const record = encodeSlotRecord(firstKey, { id, addrs });
    await client.put(client.sign(first!, 17n, record), await client.get(firstKey));
    await dht.publish(network.hex, { slot: 1, peer, seq: 18 });
    const slots = await dht.slots(network.hex);
    expect(slots).toHaveLength(16);
    expect(slots[0]).toEqual({ publicKey: hex(firstKey), seq: 17, value: hex(record), peer });
    expect(slots[1]).toMatchObject({ publicKey: hex(secondKey), seq: 18, peer });
    expect(slots.slice(2).map(({ seq }) => seq)).toEqual(Array(14).fill(undefined));

    const { packet } = await client.get(secondKey);
    expect(packet?.seq).toBe(18n);
    expect(decodeSlotRecord(secondKey, packet!.value, (key) => runtime.isPublicKey(key))).toEqual({ id, addrs });
    expect(hex(packet!.value)).toBe(hex(encodeSlotRecord(secondKey, { id, addrs })));
  });

  it("goes on without nodes that are gone, known ones and routers", async () => {
    await using failing = await DhtTestnet.start({ count: 10 });
    const old = await open(failing.bootstrap.slice(0, 3));
    expect((await old.get(publicKey)).answers).toBe(10);
    await Promise.all([0, 4, 5].map((index) => failing.stopNode(index)));
    const fresh = await open(failing.bootstrap.slice(0, 3));
    for (const one of [old, fresh]) {
      const found = await one.get(publicKey);
      expect(found).toMatchObject({ answers: 7, responders: { length: 7 } });
      expect(await one.put(item(BigInt(clients.indexOf(one))), found)).toEqual({ kind: "stored", count: 7 });
    }
    expect(await read(old)).toBe(await read(fresh));
  });

  it("enters when routers that were dead are back", async () => {
    await using failing = await DhtTestnet.start({ count: 6 });
    await Promise.all([0, 1].map((index) => failing.stopNode(index)));
    const one = await open(failing.bootstrap.slice(0, 2));
    expect(await one.get(publicKey)).toEqual({ packet: undefined, responders: [], answers: 0 });
    await failing.startNode(1);
    const found = await one.get(publicKey);
    expect(found.answers).toBe(5);
    expect(await one.put(item(1n), found)).toEqual({ kind: "stored", count: 5 });
  });

  it("says what became of an item whose holders went", async () => {
    await using failing = await DhtTestnet.start({ count: 4 });
    const one = await open(failing.bootstrap);
    const found = await one.get(publicKey);
    await Promise.all([0, 1, 2, 3].map((index) => failing.stopNode(index)));
    expect(await one.put(item(1n), found)).toEqual({ kind: "failed", errors: ["no answer in time"] });
    expect(await one.get(publicKey)).toMatchObject({ answers: 0 });
  });
});
