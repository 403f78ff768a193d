import { describe, expect, it } from "vitest";
import { Digest } from "../../../src/primitives/index.js";
import { useNodes } from "../../nodes.js";
import { Data1 } from "../data.js";
import { FakeProducer } from "../fake-producer.js";
import { recorded } from "../recorded.js";

describe("the places that a consumer has for producers", () => {
  const context = useNodes();

  it("are no more than maxProducers, and who leaves makes room", async () => {
    const { nodes } = context;
    const [consuming, ...producing] = await nodes.joinMany(5);
    const consumer = consuming!.streams.consume(Data1, { maxProducers: 2 });
    const events = recorded(consumer.events());
    const producers = producing.map((node) => node.streams.produce(Data1));
    await nodes.discoverAll(consuming!, ...producing);
    await nodes.within(5000, consumer.when().subscribed().minimumOf(2));
    const turnedAway = (): number => events.filter(({ kind }) => kind === "refused").length;
    await nodes.until(() => turnedAway() === 2, 5000, "two to be turned away");
    expect(consumer.producers()).toHaveLength(2);
    const first = consumer.producers()[0]!.producerId;
    const leaving = producing.findIndex(({ local }) => local.id === first);
    await nodes.within(5000, producers[leaving]!.close());
    const isReplaced = (): boolean => {
      const now = consumer.producers().filter(({ isConnected }) => isConnected);
      return now.length === 2 && now.every(({ producerId }) => producerId !== first);
    };
    await nodes.until(isReplaced, 5000, "another in its place");
  });

  it("are given up by who cannot be reached, when others wait", async () => {
    const { nodes } = context;
    const streamId = Digest.from("places");
    // It never says whether it admits us.
    const silent = await FakeProducer.start(nodes, "silent", streamId, () => {});
    const [consuming, producing] = await nodes.joinMany(2);
    const consumer = consuming!.streams.consume(Data1, { streamId, maxProducers: 1 });
    consuming!.discovery.insert(silent.entry);
    await nodes.until(() => silent.attemptsAtMs.length === 1, 5000, "the silent one to be tried");
    producing!.streams.produce(Data1, { streamId });
    await nodes.discoverAll(consuming!, producing!);
    await nodes.within(15_000, consumer.when().subscribed(), "the other to get the place");
    expect(consumer.producers().map(({ producerId }) => producerId)).toEqual([producing!.local.id]);
  });
});

describe("the producer of the same node", () => {
  const context = useNodes();

  it("is a source like any other with `loopback`, and none without", async () => {
    const { nodes } = context;
    const [n0, n1] = await nodes.joinMany(2);
    const looped = n0!.streams.consume(Data1, { loopback: true });
    const plain = n0!.streams.consume(Data1);
    const remote = n1!.streams.consume(Data1);
    const producer = n0!.streams.produce(Data1);
    await nodes.discoverAll(n0!, n1!);
    await nodes.within(5000, producer.when().subscribed().minimumOf(2), "the local consumer and the remote one");
    await nodes.within(5000, looped.when().subscribed());
    for (let i = 0; i < 1000; i++) await nodes.within(5000, producer.send(`datum ${i}`));
    for (const consumer of [looped, remote]) {
      for (let i = 0; i < 1000; i++) expect(await nodes.within(5000, consumer.recv())).toBe(`datum ${i}`);
    }
    expect(plain.producers()).toEqual([]);
    expect(looped.producers()[0]).toMatchObject({ producerId: n0!.local.id, isConnected: true });

    const events = recorded(looped.events());
    await nodes.within(5000, producer.send("last"));
    await nodes.within(5000, producer.close());
    expect(await nodes.within(5000, looped.recv())).toBe("last");
    await nodes.within(5000, looped.when().unsubscribed());
    expect(events.filter(({ kind }) => kind === "gap")).toEqual([]);
    const again = n0!.streams.produce(Data1);
    await nodes.within(10_000, looped.when().subscribed(), "the new producer");
    await nodes.within(5000, again.send("again"));
    expect(await nodes.within(5000, looped.recv())).toBe("again");
  });

  it("is held back by a consumer that does not take", async () => {
    const { nodes } = context;
    const node = await nodes.join("n0");
    const producer = node.streams.produce(Data1);
    const consumer = node.streams.consume(Data1, { loopback: true });
    await nodes.within(5000, producer.when().online());
    const text = "x".repeat(10_000);
    let sent = 0;
    const sending = (async () => {
      for (; sent < 1000; sent++) await producer.send(text);
    })();
    await nodes.until(() => producer.stats().queuedBytes > 1_000_000, 5000, "the producer to wait");
    expect(sent).toBeLessThan(500);
    for (let i = 0; i < 1000; i++) expect(await nodes.within(5000, consumer.recv())).toBe(text);
    await nodes.within(5000, sending);
  });
});
