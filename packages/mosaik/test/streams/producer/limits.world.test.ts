import { describe, expect, it } from "vitest";
import { useNodes } from "../../nodes.js";
import { Data1, Data2 } from "../data.js";
import { happeningsAt } from "./happenings.js";

describe("tests/streams/producer/limits.rs", () => {
  const context = useNodes();

  it("max_subs", async () => {
    const { nodes } = context;
    const capacity = 3;
    const producing = await nodes.join("producing");
    const consuming = await nodes.joinMany(7);
    const producer = producing.streams.producer(Data1, { maxConsumers: capacity });
    const happenings = happeningsAt(producer);
    for (const node of consuming) node.streams.consume(Data1);
    await nodes.discoverAll(producing, ...consuming);
    const condition = producer.when().subscribed().minimumOf(capacity);
    const refused = (): number => new Set(happenings.of("refused").map(({ consumer }) => consumer)).size;
    await nodes.within(5000, condition, "the producer to be full");
    await nodes.until(() => refused() === consuming.length - capacity, 5000, "all others to be refused");
    expect(new Set(happenings.of("refused").map(({ code }) => code))).toEqual(new Set([10509]));
    const before = producer.consumers().map(({ consumerId }) => consumerId);
    expect(before).toHaveLength(capacity);

    const leaving = consuming.find(({ local }) => local.id === before[0])!;
    // Another may take the place as soon as it is free.
    const isFree = condition.unmet().toPromise();
    await nodes.within(5000, leaving.close(), "a consumer to leave");
    await nodes.within(5000, isFree, "its place to be free");
    await nodes.within(10_000, condition, "another to take it");
    const after = producer.consumers().map(({ consumerId }) => consumerId);
    expect(after.filter((id) => before.includes(id))).toHaveLength(capacity - 1);
    const newcomer = after.find((id) => !before.includes(id));
    expect(consuming.map(({ local }) => local.id)).toContain(newcomer);
  });

  it("online_when", async () => {
    const { nodes } = context;
    const [n0, n1, n2] = await nodes.joinMany(3);
    const p01 = n0!.streams.producer(Data1, { onlineWhen: (subscribed) => subscribed.minimumOf(2) });
    const p02 = n0!.streams.produce(Data2);
    const p11 = n1!.streams.producer(Data1, { onlineWhen: (subscribed) => subscribed.withTags("tag2").minimumOf(2) });
    await nodes.discoverAll(n0!, n1!, n2!);
    n2!.streams.consume(Data1);
    n2!.streams.consume(Data2);
    await nodes.within(5000, p01.when().subscribed(), "a consumer of the first");
    await nodes.within(5000, p02.when().online(), "the default to be online");
    await nodes.within(5000, p11.when().subscribed(), "a consumer of the third");
    expect([p01.isOnline, p11.isOnline]).toEqual([false, false]);

    const bootstrap = [n0!.local.address(), n1!.local.address()];
    const join = async (name: string, tags: string[]): ReturnType<typeof nodes.join> => {
      const node = await nodes.join(name, "test", { discovery: { tags, bootstrap } });
      node.streams.consume(Data1);
      return node;
    };
    await join("n3", []);
    await nodes.within(10_000, p01.when().online(), "two consumers of the first");
    await nodes.within(10_000, p11.when().subscribed().minimumOf(2), "two consumers of the third");
    expect(p11.isOnline).toBe(false);
    await join("n4", ["tag2"]);
    await nodes.within(10_000, p11.when().subscribed().minimumOf(3), "three consumers of the third");
    expect(p11.isOnline).toBe(false);
    const n5 = await join("n5", ["tag2"]);
    await nodes.within(10_000, p11.when().online(), "two that carry the label");
    await nodes.within(5000, n5.close(), "one of them to leave");
    await nodes.within(5000, p11.when().offline(), "the producer to be offline");
  });
});

describe("limits of a producer", () => {
  const context = useNodes();

  it("gives one peer no more than its share of subscriptions", async () => {
    const { nodes } = context;
    const [n0, n1, n2] = await nodes.joinMany(3);
    const producer = n0!.streams.produce(Data1, { maxConsumersPerPeer: 16 });
    const happenings = happeningsAt(producer);
    for (let i = 0; i < 20; i++) n1!.streams.consume(Data1);
    await nodes.discoverAll(n0!, n1!, n2!);
    await nodes.within(10_000, producer.when().subscribed().minimumOf(16), "sixteen consumers");
    await nodes.until(() => happenings.of("refused").length >= 4, 10_000, "the others to be refused");
    expect(producer.consumers()).toHaveLength(16);
    n2!.streams.consume(Data1);
    await nodes.within(5000, producer.when().subscribed().minimumOf(17), "a consumer of another peer");
  });

  it("refuses unusable options", async () => {
    const node = await context.nodes.join("n0");
    for (const options of [
      { maxConsumers: -1 },
      { bufferItems: 0 },
      { bufferBytes: Number.NaN },
      { noProgressLimitMs: 0 },
      { lag: "sometimes" as "wait" },
      { lag: "dropOldest" as const, resume: {} },
    ]) {
      expect(() => node.streams.producer(Data1, options)).toThrow(expect.objectContaining({ code: "invalidOption" }));
    }
    expect(node.discovery.me().entry.streams.size).toBe(0);
  });
});
