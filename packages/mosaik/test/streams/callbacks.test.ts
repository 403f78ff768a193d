import { t } from "@mosaik/postcard";
import { describe, expect, it } from "vitest";
import { Nodes } from "../nodes.js";
import { createWorld } from "../../src/testing/index.js";

/** Every callback that the program gives is made to throw: it is reported, and the node goes on. */
describe("callbacks of the program that throw", () => {
  const boom = (): never => {
    throw new Error("boom");
  };

  async function withNodes(test: (nodes: Nodes) => Promise<void>): Promise<unknown[]> {
    const nodes = new Nodes(createWorld("simulated", { seed: 1 }));
    await test(nodes);
    await nodes.close();
    return nodes.world.reports.map(({ error }) => (error as Error).message);
  }

  it("a predicate of a stream condition", async () => {
    const reports = await withNodes(async (nodes) => {
      const [a, b] = await nodes.joinMany(2);
      const producer = a!.streams.produce(t.u64, { onlineWhen: (c) => c.minimumOf(0) });
      const isMet = producer.when().subscribed().withPredicate(boom);
      const consumer = b!.streams.consume(t.u64);
      await nodes.discoverAll(a!, b!);
      await nodes.within(5000, producer.when().subscribed(), "the consumer");
      expect(isMet.isMet).toBe(false);
      await producer.send(1n);
      expect(await nodes.within(5000, consumer.recv())).toBe(1n);
    });
    expect(reports.length).toBeGreaterThan(0);
  });

  it("a predicate on producers: none is subscribed to, and other consumers are", async () => {
    const reports = await withNodes(async (nodes) => {
      const [a, b] = await nodes.joinMany(2);
      const producer = a!.streams.produce(t.u64);
      const picky = b!.streams.consume(t.u64, { requireProducer: boom });
      const easy = b!.streams.consume(t.u64);
      await nodes.discoverAll(a!, b!);
      await nodes.within(5000, producer.send(1n));
      expect(await nodes.within(5000, easy.recv())).toBe(1n);
      expect(picky.producers()).toEqual([]);
    });
    expect(reports).toContain("boom");
  });

  it("a listener of the catalog", async () => {
    const reports = await withNodes(async (nodes) => {
      const [a, b] = await nodes.joinMany(2);
      a!.discovery.catalog.subscribe(boom);
      let calls = 0;
      a!.discovery.catalog.subscribe(() => calls++);
      await nodes.discoverAll(a!, b!);
      await nodes.until(() => calls > 0, 5000, "the other listener to be called");
    });
    expect(reports).toContain("boom");
  });

  it("a condition on the catalog rejects, and harms nobody", async () => {
    const reports = await withNodes(async (nodes) => {
      const [a, b] = await nodes.joinMany(2);
      let calls = 0;
      const waiting = a!.discovery.catalog.when(() => (calls++ === 0 ? false : boom())).toPromise();
      const outcome = expect(waiting).rejects.toThrow("boom");
      await nodes.discoverAll(a!, b!);
      await nodes.within(5000, outcome);
    });
    expect(reports).toEqual([]);
  });

  it("a codec that throws something else than a decode error", async () => {
    const reports = await withNodes(async (nodes) => {
      const [a, b] = await nodes.joinMany(2);
      const codec = t.custom<number>({ encode: () => new Uint8Array(1), decode: boom });
      const producer = a!.streams.produce(codec, { streamId: "bad" });
      b!.streams.consume(codec, { streamId: "bad" });
      const good = b!.streams.consume(t.u64);
      await nodes.discoverAll(a!, b!);
      await nodes.within(5000, producer.send(1));
      await nodes.within(5000, producer.when().unsubscribed(), "the consumer to refuse the datum");
      const other = a!.streams.produce(t.u64);
      await nodes.within(5000, other.send(2n));
      expect(await nodes.within(5000, good.recv())).toBe(2n);
    });
    expect(reports).toEqual([]);
  });

  it("a codec that throws while encoding gives the datum back", async () => {
    await withNodes(async (nodes) => {
      const [a, b] = await nodes.joinMany(2);
      const codec = t.custom<number>({ encode: boom, decode: () => 1 });
      const producer = a!.streams.produce(codec, { streamId: "bad" });
      b!.streams.consume(codec, { streamId: "bad" });
      await nodes.discoverAll(a!, b!);
      await nodes.within(5000, producer.when().online());
      await expect(producer.send(1)).rejects.toMatchObject({ code: "encoding", datum: 1 });
    });
  });
});
