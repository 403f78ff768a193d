import { describe, expect, it } from "vitest";
import { useNodes } from "../nodes.js";
import { Data1 } from "./data.js";
import { recorded } from "./recorded.js";

describe("the codes with which streams end when a node leaves", () => {
  const context = useNodes();

  async function subscribed() {
    const { nodes } = context;
    const [producing, consuming] = await nodes.joinMany(2);
    const producer = producing!.streams.produce(Data1);
    const consumer = consuming!.streams.consume(Data1);
    const events = { ofProducer: recorded(producer.events()), ofConsumer: recorded(consumer.events()) };
    await nodes.discoverAll(producing!, consuming!);
    await nodes.within(5000, consumer.when().subscribed(), "the subscription");
    await nodes.within(5000, producer.send("before"));
    return { nodes, producing: producing!, consuming: consuming!, consumer, events };
  }

  it("of a producer: 204 behind the last datum, no gap on either side", async () => {
    const { nodes, producing, consumer, events } = await subscribed();
    await nodes.within(5000, producing.close(), "the producer's node to close");
    expect(await nodes.within(5000, consumer.recv())).toBe("before");
    await nodes.until(
      () => events.ofConsumer.some(({ kind }) => kind === "disconnected"),
      5000,
      "the consumer to hear",
    );
    expect(events.ofConsumer).toContainEqual(expect.objectContaining({ kind: "disconnected", code: 204 }));
    expect(events.ofProducer).toContainEqual(expect.objectContaining({ kind: "disconnected", code: 204 }));
    for (const all of Object.values(events)) expect(all.some(({ kind }) => kind === "gap")).toBe(false);
  });

  it("of a consumer: 102, and its producer is offline", async () => {
    const { nodes, consuming, consumer, events } = await subscribed();
    await nodes.within(5000, consumer.recv());
    await nodes.within(5000, consuming.close(), "the consumer's node to close");
    await nodes.until(
      () => events.ofProducer.some(({ kind }) => kind === "disconnected"),
      5000,
      "the producer to hear",
    );
    expect(events.ofProducer).toContainEqual(expect.objectContaining({ kind: "disconnected", code: 102 }));
    expect(events.ofProducer.some(({ kind }) => kind === "gap")).toBe(false);
  });
});
