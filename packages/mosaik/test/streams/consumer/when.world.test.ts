import { describe, expect, it } from "vitest";
import { Digest } from "../../../src/primitives/index.js";
import { useNodes } from "../../nodes.js";
import { Data1 } from "../data.js";

describe("tests/streams/consumer/when.rs", () => {
  const context = useNodes();

  it("smoke", async () => {
    const { nodes } = context;
    const [n0, n1, n2] = await nodes.joinMany(3);
    for (const node of [n1!, n2!]) await nodes.within(5000, node.discovery.dial(n0!.local.address()));
    const consumer = n1!.streams.consume(Data1);
    const one = consumer.when().subscribed();
    const two = consumer.when().subscribed().minimumOf(2);
    const notTwo = two.unmet();
    const none = consumer.when().unsubscribed();
    const met = (): boolean[] => [one, two, notTwo, none].map(({ isMet }) => isMet);
    expect(met()).toEqual([false, false, true, true]);

    n0!.streams.produce(Data1);
    await nodes.within(5000, one, "one producer");
    expect(met()).toEqual([true, false, true, false]);

    n2!.streams.produce(Data1);
    await nodes.within(5000, two, "two producers");
    expect(met()).toEqual([true, true, false, false]);

    await nodes.within(5000, n2!.close(), "a node to close");
    await nodes.within(5000, notTwo, "one producer again");
    expect(met()).toEqual([true, false, true, false]);

    const n3 = await nodes.join("n3");
    await nodes.within(5000, n3.discovery.dial(n0!.local.address()));
    n3.streams.produce(Data1);
    await nodes.within(5000, two, "two producers again");
    expect(met()).toEqual([true, true, false, false]);
  });

  it("online_when", async () => {
    const { nodes } = context;
    const n0 = await nodes.join("n0");
    const tags = ["t1", "t2"];
    const n1 = await nodes.join("n1", "test", { discovery: { tags } });
    const n2 = await nodes.join("n2", "test", { discovery: { tags } });
    const consumer = n0.streams.consume(Data1, { onlineWhen: (c) => c.minimumOf(2).withTags(...tags) });
    expect(consumer.isOnline).toBe(false);
    await nodes.discoverAll(n0, n1, n2);
    n1.streams.produce(Data1);
    await nodes.within(5000, consumer.when().subscribed());
    expect(consumer.isOnline).toBe(false);
    n2.streams.produce(Data1);
    await nodes.within(5000, consumer.when().online());
    await nodes.within(5000, n2.close());
    await nodes.within(5000, consumer.when().offline());
    expect(consumer.isOnline).toBe(false);
  });

  it("online_when_catalog_removal", async () => {
    const { nodes } = context;
    const n0 = await nodes.join("n0");
    const n1 = await nodes.join("n1", "test", { discovery: { tags: ["trusted"] } });
    const n2 = await nodes.join("n2", "test", { discovery: { tags: ["trusted"] } });
    const consumer = n0.streams.consume(Data1, {
      requireProducer: ({ entry }) => entry.tags.has(Digest.from("trusted")),
      onlineWhen: (c) => c.minimumOf(2),
    });
    for (const node of [n1, n2]) node.streams.produce(Data1);
    await nodes.discoverAll(n0, n1, n2);
    await nodes.within(5000, consumer.when().online());
    n1.discovery.removeTags("trusted");
    n0.discovery.feed(n1.discovery.me());
    await nodes.within(3000, consumer.when().offline());
    expect(consumer.producers().map(({ producerId }) => producerId)).toEqual([n2.local.id]);
  });

  it("online_when_default_is_immediate", async () => {
    const node = await context.nodes.join("n0");
    const consumer = node.streams.consume(Data1);
    expect(consumer.isOnline).toBe(true);
    await context.nodes.within(1000, consumer.when().online());
    expect(consumer.producers()).toEqual([]);
  });
});
