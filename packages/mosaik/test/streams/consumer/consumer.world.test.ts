import { describe, expect, it } from "vitest";
import { useNodes } from "../../nodes.js";
import { Data1 } from "../data.js";

describe("tests/streams/consumer", () => {
  const context = useNodes();

  it("when.rs online_when_default_is_immediate", async () => {
    const node = await context.nodes.join("n0");
    const consumer = node.streams.consume(Data1);
    expect(consumer.isOnline).toBe(true);
    await consumer.when().online();
    expect(consumer.producers()).toEqual([]);
  });

  it("is online when its condition holds, and offline when it no longer does", async () => {
    const { nodes } = context;
    const [n0, n1, n2] = await nodes.joinMany(3);
    const consumer = n0!.streams.consume(Data1, { onlineWhen: (subscribed) => subscribed.minimumOf(2) });
    expect(consumer.isOnline).toBe(false);
    const producers = [n1!, n2!].map((node) => node.streams.produce(Data1));
    await nodes.discoverAll(n0!, n1!, n2!);
    await nodes.within(5000, consumer.when().online(), "the consumer to be online");
    expect(consumer.when().subscribed().minimumOf(3).isMet).toBe(false);
    await nodes.within(5000, producers[0]!.close(), "a producer to close");
    await nodes.within(5000, consumer.when().offline(), "the consumer to be offline");
    expect(consumer.when().subscribed().isMet).toBe(true);
  });

  it("finds a producer that comes later, and one that comes back with the same key", async () => {
    const { nodes } = context;
    const bootstrap = await nodes.join("bootstrap");
    const discovery = { bootstrap: [bootstrap.local.address()] };
    const consuming = await nodes.join("consuming", "test", { discovery });
    const consumer = consuming.streams.consume(Data1);
    const secretKey = "the producer's key";
    for (const life of ["first", "second"]) {
      const producing = await nodes.join(`producing-${life}`, "test", { discovery, secretKey });
      await nodes.within(10_000, producing.streams.produce(Data1).send(`${life} life`), "the datum to be sent");
      expect(await nodes.within(5000, consumer.recv())).toBe(`${life} life`);
      await nodes.within(5000, producing.close(), "the producer to close");
    }
  });

  it("ends its iteration when the network is closed, after what was received", async () => {
    const { nodes } = context;
    const [n0, n1] = await nodes.joinMany(2);
    const producer = n0!.streams.produce(Data1);
    const consumer = n1!.streams.consume(Data1);
    await nodes.discoverAll(n0!, n1!);
    for (const text of ["a", "b", "c"]) await nodes.within(5000, producer.send(text));
    await nodes.until(() => consumer.producers()[0]!.stats.datums === 3, 5000, "three datums to arrive");
    await nodes.within(5000, n1!.close(), "the consumer's node to close");
    const taken: string[] = [];
    for await (const text of consumer) taken.push(text);
    expect(taken).toEqual(["a", "b", "c"]);
    expect(await consumer.recv()).toBeUndefined();
  });

  it("does not lose a datum to an aborted wait", async () => {
    const { nodes } = context;
    const [n0, n1] = await nodes.joinMany(2);
    const producer = n0!.streams.produce(Data1);
    const consumer = n1!.streams.consume(Data1);
    await nodes.discoverAll(n0!, n1!);
    const controller = new AbortController();
    const waiting = consumer.recv({ signal: controller.signal });
    controller.abort(new Error("enough"));
    await expect(waiting).rejects.toThrow("enough");
    await nodes.within(5000, producer.send("kept"));
    expect(await nodes.within(5000, consumer.recv())).toBe("kept");
  });

  it("closes when a `for await` loop over it is left", async () => {
    const { nodes } = context;
    const [n0, n1] = await nodes.joinMany(2);
    const producer = n0!.streams.produce(Data1);
    const consumer = n1!.streams.consume(Data1);
    await nodes.discoverAll(n0!, n1!);
    await nodes.within(5000, producer.send("one"));
    const first = (async () => {
      for await (const text of consumer) return text;
      return undefined;
    })();
    expect(await nodes.within(5000, first)).toBe("one");
    await nodes.within(5000, producer.when().unsubscribed(), "the producer to have no consumer");
  });
});
