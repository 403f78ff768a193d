import { t } from "@mosaik/postcard";
import { describe, expect, it } from "vitest";
import { Network } from "../../src/node/index.js";
import { useNodes } from "../nodes.js";

describe("Network", () => {
  const context = useNodes();

  it("has the identity of its secret key: a seed, a digest's text, or a random one", async () => {
    const { nodes } = context;
    const seed = new Uint8Array(32).fill(7);
    const bySeed = await nodes.join("a", "test", { secretKey: seed });
    const byHex = await nodes.join("b", "other", { secretKey: "07".repeat(32) });
    const random = await nodes.join("c", "test");
    expect(byHex.local.id).toBe(bySeed.local.id);
    expect(random.local.id).not.toBe(bySeed.local.id);
  });

  it("says what is wrong with an option, and leaves nothing open", async () => {
    const { nodes } = context;
    const runtime = await nodes.world.runtime("a");
    const join = (options: object): Promise<Network> => Network.join("test", { runtime, relay: "none", ...options });
    await expect(join({ secretKey: new Uint8Array(31) })).rejects.toMatchObject({ code: "invalidOption" });
    await expect(join({ frameLimitBytes: 10 })).rejects.toMatchObject({ code: "invalidOption" });
    await expect(join({ discovery: { pingIntervalMs: 0 } })).rejects.toMatchObject({ code: "invalidOption" });
    const id = "ab".repeat(32);
    for (const peer of ["nobody", { id: "nobody", addrs: [] }, { id, addrs: ["192.0.2.7:4433"] }, { id, addrs: 5 }]) {
      await expect(join({ discovery: { bootstrap: [peer] } })).rejects.toThrow(TypeError);
    }
    await expect(join({ signal: AbortSignal.abort(new Error("no")) })).rejects.toThrow("no");
    await expect(Network.join(5 as unknown as string, { runtime })).rejects.toThrow(TypeError);
  });

  it("closes once, within two seconds, and says that the program did", async () => {
    const { nodes } = context;
    const [a, b] = await nodes.joinMany(2);
    await nodes.discoverAll(a!, b!);
    const closing = Promise.all([a!.close(), a!.close(), a!.closed]);
    const [, , cause] = await nodes.within(2000, closing, "the network to close");
    expect(cause).toEqual({ by: "program" });
    await expect(a!.discovery.syncWith(b!.local.address())).rejects.toMatchObject({ code: "syncFailed" });
    expect(() => a!.streams.consume(t.u64)).toThrow(expect.objectContaining({ code: "closed" }) as Error);
    expect(() => a!.streams.produce(t.u64)).toThrow(expect.objectContaining({ code: "closed" }) as Error);
  });

  it("ends every wait when it is closed", async () => {
    const { nodes } = context;
    const [a] = await nodes.joinMany(1);
    const producer = a!.streams.produce(t.u64);
    const consumer = a!.streams.consume(t.u64, { streamId: "elsewhere" });
    const waits = [
      producer.send(1n).catch((error: { code: string }) => error.code),
      producer
        .when()
        .subscribed()
        .toPromise()
        .catch((error: { code: string }) => error.code),
      consumer
        .when()
        .subscribed()
        .toPromise()
        .catch((error: { code: string }) => error.code),
      consumer.recv(),
      (async () => {
        for await (const _ of a!.discovery.events()) void _;
        return "ended";
      })(),
    ];
    await nodes.within(2000, a!.close());
    expect(await nodes.within(1000, Promise.all(waits))).toEqual(["closed", "closed", "closed", undefined, "ended"]);
  });

  it("counts what it does, under the network's short id", async () => {
    const { nodes } = context;
    const [a, b] = await nodes.joinMany(2);
    await nodes.discoverAll(a!, b!);
    const samples = new Map(a!.metrics.samples().map((sample) => [sample.name, sample]));
    expect(samples.get("mosaik.network.connections.opened")!.value).toBeGreaterThanOrEqual(2);
    expect(samples.get("mosaik.network.ingress.bytes")!.value).toBeGreaterThan(200);
    expect(samples.get("mosaik.network.egress.bytes")!.value).toBeGreaterThan(200);
    expect(samples.get("mosaik.discovery.catalog.size")).toMatchObject({ kind: "gauge", value: 1 });
    expect(samples.get("mosaik.discovery.peers.discovered")!.value).toBe(1);
    expect(samples.get("mosaik.discovery.catalog.syncs")!.labels).toEqual({ network: a!.id.short() });
  });
});
