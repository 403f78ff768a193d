import { t } from "@mosaik/postcard";
import { describe, expect, it } from "vitest";
import { Digest } from "../../src/primitives/index.js";
import { stream } from "../../src/streams/index.js";
import { useNodes } from "../nodes.js";
import { Data1 } from "./data.js";

describe("tests/streams/smoke.rs", () => {
  const context = useNodes();

  it("send_recv", async () => {
    const { nodes } = context;
    const [n0, n1, n2] = await nodes.joinMany(3);
    const producer = n0!.streams.produce(Data1);
    const consumers = [n1!.streams.consume(Data1), n2!.streams.consume(Data1)];
    await nodes.discoverAll(n0!, n1!, n2!);
    await nodes.within(5000, producer.when().subscribed().minimumOf(2), "two consumers");
    const sending = (async () => {
      for (let i = 0; i < 100; i++) await producer.send(`message ${i}`);
    })();
    for (const consumer of consumers) {
      for (let i = 0; i < 100; i++) {
        expect(await nodes.within(5000, consumer.recv(), `message ${i}`)).toBe(`message ${i}`);
      }
      expect(consumer.stats().datums).toBe(100);
    }
    await sending;
  });

  it("subscription_triggers_catalog_sync", async () => {
    const { nodes } = context;
    const producing = await nodes.join("producing", "test", { discovery: { tags: ["tag1", "tag2"] } });
    const consuming = await nodes.join("consuming", "test", { discovery: { tags: ["tag3"] } });
    const producer = producing.streams.produce(Data1);
    // The consumer knows the producer by an unsigned entry that only it has: it is refused as unknown, and syncs.
    consuming.discovery.insert(producing.discovery.me().entry);
    const consumer = consuming.streams.consume(Data1);
    await nodes.within(5000, consumer.when().subscribed(), "the subscription");
    await nodes.within(5000, producer.when().online(), "the producer to be online");
    expect(consuming.discovery.catalog.getSigned(producing.local.id)?.entry.tags).toEqual(
      new Set([Digest.from("tag1"), Digest.from("tag2")].sort(Digest.compare)),
    );
    expect(producing.discovery.catalog.getSigned(consuming.local.id)?.entry.tags.has(Digest.from("tag3"))).toBe(true);
    await producer.send("hello");
    expect(await nodes.within(5000, consumer.recv())).toBe("hello");
  });

  it("custom_stream_id", async () => {
    const { nodes } = context;
    const [n0, n1] = await nodes.joinMany(2);
    const ids = ["stream1234", "stream5678"];
    const producers = ids.map((streamId) => n0!.streams.producer(Data1, { streamId }));
    const consumers = ids.map((streamId) => n1!.streams.consume(Data1, { streamId }));
    await nodes.discoverAll(n0!, n1!);
    for (const producer of producers) await nodes.within(5000, producer.when().online(), "a producer to be online");
    await producers[0]!.send("to the first");
    await producers[1]!.send("to the second");
    expect(await nodes.within(5000, consumers[0]!.recv())).toBe("to the first");
    expect(await nodes.within(5000, consumers[1]!.recv())).toBe("to the second");
    for (const consumer of consumers) expect(consumer.tryRecv()).toBeUndefined();
  });

  it("custom_datum_encoding", async () => {
    const { nodes } = context;
    const [n0, n1] = await nodes.joinMany(2);
    const utf8 = new TextEncoder();
    const CustomData = t.custom<string>({
      rustName: "all::streams::smoke::custom_datum_encoding::{{closure}}::CustomData",
      encode: (text) => utf8.encode(text),
      decode: (bytes) => new TextDecoder().decode(bytes),
    });
    const producer = n0!.streams.produce(CustomData);
    const consumer = n1!.streams.consume(CustomData);
    await nodes.discoverAll(n0!, n1!);
    await nodes.within(5000, producer.send("raw bytes, no length"), "the datum to be sent");
    expect(await nodes.within(5000, consumer.recv())).toBe("raw bytes, no length");
    expect(consumer.stats().bytes).toBe("raw bytes, no length".length);
  });

  it("stream_def", async () => {
    const { nodes } = context;
    const [n0, n1] = await nodes.joinMany(2);
    const definition = stream("my-stream1", Data1);
    const producer = definition.producer(n0!);
    const consumer = definition.consumer(n1!);
    expect(producer.streamId).toBe(Digest.from("my-stream1"));
    expect(consumer.streamId).toBe(Digest.from("my-stream1"));
    await nodes.discoverAll(n0!, n1!);
    await nodes.within(5000, producer.send("by definition"), "the datum to be sent");
    expect(await nodes.within(5000, consumer.recv())).toBe("by definition");
  });
});
