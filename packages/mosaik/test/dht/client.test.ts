import { blake3, isPublicKey, publicKey, sign, verify } from "@mosaik/iroh";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { decodeBencode, encodeBencode, type Bencoded } from "../../src/dht/bencode.js";
import { DhtClient, type DhtOptions } from "../../src/dht/client.js";
import { compareDistance } from "../../src/dht/node-id.js";
import { signPacket, targetOf, type SignedPacket } from "../../src/dht/signed-packet.js";
import { MemoryUdp, Simulator } from "../../src/testing/index.js";
import type { Runtime } from "../../src/runtime/index.js";
import { startTestnet, type TestNode } from "./testnet.js";

const realSignatures = { sign, verify, publicKey, isPublicKey, hash: blake3 };
const secret = new Uint8Array(32).fill(7);
const key = publicKey(secret);
const item = (seq: bigint, text = `value ${seq}`): SignedPacket =>
  signPacket({ sign, publicKey }, secret, seq, new TextEncoder().encode(text));

describe("a client of the DHT", () => {
  let sim: Simulator;
  let runtime: Runtime;
  let udp: MemoryUdp;
  let nodes: TestNode[];
  const clients: DhtClient[] = [];

  beforeEach(() => {
    udp = new MemoryUdp();
    sim = new Simulator({ seed: expect.getState().currentTestName ?? "", udp, crypto: realSignatures });
    runtime = sim.runtime("dht");
    udp.names.set("router.test", ["10.0.0.0"]);
    nodes = startTestnet(udp, runtime, 60);
  });

  afterEach(async () => {
    for (const client of clients.splice(0)) client.close();
    expect(sim.reports).toEqual([]);
    await sim.close();
  });

  const open = async (options: DhtOptions = {}): Promise<DhtClient> => {
    const client = await DhtClient.open(runtime, { routers: ["router.test:7000"], port: 0, ...options });
    clients.push(client);
    return client;
  };

  it("put_get_mutable", async () => {
    const [a, b] = [await open(), await open()];
    const empty = await sim.within(30_000, a.get(key));
    expect(empty.packet).toBeUndefined();
    expect(empty.responders).toHaveLength(20);
    expect(await sim.within(30_000, a.put(item(1n), empty))).toEqual({ kind: "stored", count: 20 });
    expect((await sim.within(30_000, b.get(key))).packet).toEqual(item(1n));
    const target = targetOf(key);
    const holders = nodes.filter(({ stored }) => stored.size > 0);
    const nearest = [...nodes].sort((x, y) => compareDistance(target, x.node.id, y.node.id)).slice(0, 20);
    expect(new Set(holders)).toEqual(new Set(nearest));
  });

  it("get_mutable_most_recent_prefers_highest_seq", async () => {
    const client = await open();
    const found = await sim.within(30_000, client.get(key));
    const [first, ...others] = found.responders;
    await sim.within(30_000, client.put(item(5n), { ...found, responders: others }));
    await sim.within(30_000, client.put(item(6n), { ...found, responders: [first!] }));
    expect((await sim.within(30_000, client.get(key))).packet?.seq).toBe(6n);
  });

  it("conflict_302_seq_less_than_current", async () => {
    const client = await open();
    const found = await sim.within(30_000, client.get(key));
    await sim.within(30_000, client.put(item(5n), found));
    expect(await sim.within(30_000, client.put(item(4n), found))).toEqual({ kind: "notMostRecent" });
  });

  it("conflict_301_cas", async () => {
    const client = await open();
    const found = await sim.within(30_000, client.get(key));
    await sim.within(30_000, client.put(item(5n), found));
    expect(await sim.within(30_000, client.put(item(7n), found, 4n))).toEqual({ kind: "notMostRecent" });
    expect(await sim.within(30_000, client.put(item(7n), found, 5n))).toMatchObject({ kind: "stored" });
  });

  it("mutable_majority_cas_failure_wins_over_completed_success", async () => {
    const client = await open();
    const found = await sim.within(30_000, client.get(key));
    await sim.within(30_000, client.put(item(5n), { ...found, responders: found.responders.slice(0, 11) }));
    expect(await sim.within(30_000, client.put(item(4n), found))).toEqual({ kind: "notMostRecent" });
  });

  it("goes on without nodes that do not answer", async () => {
    const client = await open();
    for (const [i, node] of nodes.entries()) node.isSilent = i % 3 === 1;
    const found = await sim.within(60_000, client.get(key));
    expect(found.responders.length).toBeGreaterThan(10);
    const silent = new Set(nodes.filter(({ isSilent }) => isSilent).map(({ node }) => node.port));
    expect(found.responders.filter(({ node }) => silent.has(node.port))).toEqual([]);
  });

  it("tells of an item as soon as it comes, and keeps to itself what the listener throws", async () => {
    const client = await open();
    const found = await sim.within(30_000, client.get(key));
    await sim.within(30_000, client.put(item(1n), found));
    for (const [i, node] of nodes.entries()) node.isSilent = i % 3 === 1;
    const told: { seq: bigint; afterMs: number }[] = [];
    const startMs = runtime.monoMs();
    const lookup = client.get(key, ({ seq }) => {
      told.push({ seq, afterMs: runtime.monoMs() - startMs });
      throw new Error("from the listener");
    });
    expect((await sim.within(60_000, lookup)).packet?.seq).toBe(1n);
    expect(runtime.monoMs() - startMs).toBeGreaterThanOrEqual(5000);
    expect(told.map(({ seq }) => seq)).toEqual([1n]);
    expect(told[0]!.afterMs).toBeLessThan(1000);
    expect(sim.reports.splice(0).map(({ error }) => String(error))).toEqual(["Error: from the listener"]);
  });

  it("waits for no router that is gone where another leads to all nodes that are wanted", async () => {
    const client = await open({ routers: ["10.9.9.9:1", "router.test:7000", "unknown.test:1"] });
    const found = await sim.within(1000, client.get(key));
    expect(found.responders).toHaveLength(20);
  });

  it("takes no forged item, and none of another key", async () => {
    const client = await open();
    const found = await sim.within(30_000, client.get(key));
    await sim.within(30_000, client.put(item(1n), found));
    const at = Buffer.from(targetOf(key)).toString("hex");
    const forged = item(9n);
    for (const node of nodes.filter(({ stored }) => stored.size > 0).slice(0, 10)) {
      const fields = new Map(node.stored.get(at)!.fields).set("seq", 99n).set("sig", forged.signature);
      node.stored.set(at, { seq: 99n, fields });
    }
    expect((await sim.within(30_000, client.get(key))).packet?.seq).toBe(1n);
  });

  it("knows nothing where nobody answers", async () => {
    const client = await open({ routers: ["unknown.test:1", "10.9.9.9:1"] });
    const found = await sim.within(30_000, client.get(key));
    expect(found).toEqual({ packet: undefined, responders: [], answers: 0 });
    expect(await sim.within(30_000, client.put(item(1n), found))).toEqual({ kind: "failed", errors: [] });
  });

  it("asks the routers no more once it knows enough nodes", async () => {
    const client = await open();
    await sim.within(30_000, client.get(key));
    udp.sent.length = 0;
    nodes[0]!.isSilent = true;
    const again = await sim.within(30_000, client.get(publicKey(new Uint8Array(32).fill(8))));
    expect(again.responders).toHaveLength(20);
  });

  it("takes another port where its own is taken", async () => {
    await open({ port: 6881 });
    const second = await open({ port: 6881 });
    expect((await sim.within(30_000, second.get(key))).answers).toBeGreaterThan(0);
  });

  it("ends what is under way when it is closed", async () => {
    const client = await open();
    const lookup = client.get(key);
    await sim.advance(12);
    client.close();
    expect((await sim.within(100, lookup)).packet).toBeUndefined();
  });

  it.each(["", "host", "host:0", "host:70000", "::1:6881", "[::1]"])("refuses the router %j", async (router) => {
    await expect(open({ routers: [router] })).rejects.toThrow(TypeError);
  });

  it("asks nodes of both families where it is told to, and stores with both", async () => {
    const six = startTestnet(udp, runtime, 60, 6);
    udp.names.set("both.test", ["10.0.0.0", "2001:db8:d::0"]);
    const client = await open({ routers: ["both.test:7000"], families: [4, 6] });
    const found = await sim.within(30_000, client.get(key));
    expect(await sim.within(30_000, client.put(item(1n), found))).toEqual({ kind: "stored", count: 40 });
    for (const family of [nodes, six]) expect(family.filter(({ stored }) => stored.size > 0)).toHaveLength(20);
    const only6 = await open({ routers: ["both.test:7000"], families: [6] });
    expect((await sim.within(30_000, only6.get(key))).packet).toEqual(item(1n));
  });

  it("goes by IPv6 alone", async () => {
    startTestnet(udp, runtime, 30, 6);
    const client = await open({ routers: ["[2001:db8:d::0]:7000"], families: [6] });
    const found = await sim.within(30_000, client.get(key));
    expect(await sim.within(30_000, client.put(item(1n), found))).toEqual({ kind: "stored", count: 20 });
    expect((await sim.within(30_000, client.get(key))).packet).toEqual(item(1n));
    expect(udp.sent.filter(({ to }) => !to.host.includes(":"))).toHaveLength(0);
  });

  it("ignore_response_from_wrong_address", async () => {
    const client = await open();
    for (const node of nodes.slice(1)) node.isSilent = true;
    const lookup = client.get(key);
    await sim.advance(20);
    const liar = udp.bindAt(runtime, { host: "10.8.8.8", port: 1 }, () => {});
    const asked = udp.sent.filter(({ from, to }) => from.host.startsWith("100.64.") && to.port !== 7000);
    expect(asked.length).toBeGreaterThan(10);
    for (const { from, to, datagram } of asked) {
      const { id } = nodes.find(({ node }) => node.port === to.port)!.node;
      const transaction = (decodeBencode(datagram) as ReadonlyMap<string, Bencoded>).get("t")!;
      const response = new Map<string, Bencoded>([
        ["id", id],
        ["token", Uint8Array.of(1)],
      ]);
      const reply = new Map<string, Bencoded>([
        ["r", response],
        ["t", transaction],
        ["y", Buffer.from("r")],
      ]);
      liar.send(encodeBencode(reply), from);
    }
    const { responders } = await sim.within(60_000, lookup);
    expect(responders.map(({ node }) => node.port)).toEqual([7000]);
  });
});
