import { t } from "@mosaik/postcard";
import { describe, expect, it } from "vitest";
import { StreamError } from "../../../src/streams/index.js";
import { useNodes } from "../../nodes.js";
import { Data1 } from "../data.js";

function errorOf(action: () => unknown): StreamError {
  try {
    action();
  } catch (error) {
    if (error instanceof StreamError) return error;
    throw error;
  }
  throw new Error("nothing was thrown");
}

describe("tests/streams/producer", () => {
  const context = useNodes();

  it("builder.rs multiple_producers_one_stream", async () => {
    const node = await context.nodes.join("n0");
    const producer = node.streams.producer(Data1);
    const error = errorOf(() => node.streams.producer(Data1));
    expect(error.code).toBe("alreadyExists");
    expect(error.existing).toBe(producer);
    expect(node.streams.produce(Data1).streamId).toBe(producer.streamId);
    expect(node.discovery.me().entry.streams).toEqual(new Set([producer.streamId]));
    expect(errorOf(() => node.streams.produce(t.u64, { streamId: producer.streamId })).code).toBe("codecMismatch");
  });

  it("when.rs send_fails_if_offline", async () => {
    const { nodes } = context;
    const [n0, n1] = await nodes.joinMany(2);
    const producer = n0!.streams.produce(Data1);
    expect(producer.isOnline).toBe(false);
    const offline = errorOf(() => producer.trySend("nobody is there"));
    expect([offline.code, offline.datum]).toEqual(["offline", "nobody is there"]);
    let isSent = false;
    const waiting = producer.send("waits").then(() => (isSent = true));

    const consumer = n1!.streams.consume(Data1);
    await nodes.discoverAll(n0!, n1!);
    await nodes.within(5000, producer.when().online(), "the producer to be online");
    await nodes.within(5000, waiting, "the waiting datum");
    expect(isSent).toBe(true);
    expect(await nodes.within(5000, consumer.recv())).toBe("waits");
    producer.trySend("at once");
    expect(await nodes.within(5000, consumer.recv())).toBe("at once");

    await consumer.close();
    await nodes.within(5000, producer.when().offline(), "the producer to be offline");
    expect(errorOf(() => producer.trySend("too late")).code).toBe("offline");
  });

  it("closes: no longer advertised, everything delivered, waiting sends fail", async () => {
    const { nodes } = context;
    const [n0, n1] = await nodes.joinMany(2);
    const producer = n0!.streams.produce(Data1);
    const consumer = n1!.streams.consume(Data1);
    await nodes.discoverAll(n0!, n1!);
    await nodes.within(5000, producer.when().online(), "the producer to be online");
    for (let i = 0; i < 1000; i++) await producer.send(`datum ${i}`);
    await nodes.within(5000, producer.close(), "the producer to close");
    for (let i = 0; i < 1000; i++) expect(await nodes.within(5000, consumer.recv())).toBe(`datum ${i}`);
    expect(n0!.discovery.me().entry.streams.size).toBe(0);
    await expect(nodes.within(1000, producer.send("after"))).rejects.toMatchObject({ code: "closed", datum: "after" });
    await nodes.within(5000, consumer.when().unsubscribed(), "the consumer to have no producer");
    // The stream can be produced anew, and is found again.
    const again = n0!.streams.produce(Data1);
    await nodes.within(10_000, again.send("again"), "the new producer to have its consumer");
    expect(await nodes.within(5000, consumer.recv())).toBe("again");
  });

  it("refuses a datum that is none, and one over the frame limit, and goes on", async () => {
    const { nodes } = context;
    const [n0, n1] = await nodes.joinMany(2, "test", { frameLimitBytes: 2000 });
    const producer = n0!.streams.produce(Data1);
    const consumer = n1!.streams.consume(Data1);
    await nodes.discoverAll(n0!, n1!);
    await nodes.within(5000, producer.when().online(), "the producer to be online");
    await expect(producer.send(5 as unknown as string)).rejects.toMatchObject({ code: "encoding", datum: 5 });
    await expect(producer.send("x".repeat(2000))).rejects.toMatchObject({ code: "tooLarge" });
    await producer.send("fits");
    expect(await nodes.within(5000, consumer.recv())).toBe("fits");
  });

  it("holds `send` back while a consumer does not take, and loses nothing", async () => {
    const { nodes } = context;
    const [n0, n1] = await nodes.joinMany(2);
    const producer = n0!.streams.produce(t.bytes);
    const consumer = n1!.streams.consume(t.bytes);
    await nodes.discoverAll(n0!, n1!);
    await nodes.within(5000, producer.when().online(), "the producer to be online");
    const total = 400;
    let sent = 0;
    const sending = (async () => {
      for (; sent < total; sent++) await producer.send(new Uint8Array(64 * 1024).fill(sent));
    })();
    // 25 MB do not fit into the queue, the windows of the transport and the consumer's window together.
    await nodes.until(() => sent > 20, 5000, "the first datums to be sent");
    for (let i = 0; i < total; i++) {
      const datum = await nodes.within(10_000, consumer.recv(), `datum ${i}`);
      if (i === 0) expect(sent).toBeLessThan(total);
      expect(datum![0]).toBe(i % 256);
    }
    await sending;
  });

  it("closes a consumer that makes no progress with 10413, and serves the others on", async () => {
    const { nodes } = context;
    const [n0, n1, n2] = await nodes.joinMany(3);
    const producer = n0!.streams.produce(t.bytes);
    const stuck = n1!.streams.consume(t.bytes);
    const lively = n2!.streams.consume(t.bytes);
    await nodes.discoverAll(n0!, n1!, n2!);
    await nodes.within(5000, producer.when().subscribed().minimumOf(2), "both consumers");
    const total = 400;
    const sending = (async () => {
      for (let i = 0; i < total; i++) await producer.send(new Uint8Array(64 * 1024).fill(i));
    })();
    for (let i = 0; i < total; i++) {
      expect((await nodes.within(20_000, lively.recv(), `datum ${i}`))![0]).toBe(i % 256);
    }
    await nodes.within(20_000, sending, "all to be sent");
    expect(stuck.stats().datums).toBe(0);
    const dropped = n0!.metrics.samples().find(({ name }) => name === "mosaik.streams.producer.items.dropped");
    expect(dropped?.value).toBeGreaterThan(0);
  });
});
