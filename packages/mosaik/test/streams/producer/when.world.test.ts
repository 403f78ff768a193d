import { describe, expect, it } from "vitest";
import { useNodes } from "../../nodes.js";
import { Data1 } from "../data.js";

describe("tests/streams/producer/when.rs", () => {
  const context = useNodes();

  it("smoke", async () => {
    const { nodes } = context;
    const [n0, n1, n2] = await nodes.joinMany(3);
    const producer = n1!.streams.produce(Data1);
    await nodes.discoverAll(n0!, n1!, n2!);
    const one = producer.when().subscribed();
    const two = producer.when().subscribed().minimumOf(2);
    const notTwo = two.unmet();
    const none = producer.when().unsubscribed();
    const met = (): boolean[] => [one, two, notTwo, none].map((condition) => condition.isMet);
    expect(met()).toEqual([false, false, true, true]);

    n0!.streams.consume(Data1);
    await nodes.within(5000, one, "a consumer");
    expect(met()).toEqual([true, false, true, false]);

    n2!.streams.consume(Data1);
    await nodes.within(5000, two, "two consumers");
    expect(met()).toEqual([true, true, false, false]);

    await nodes.within(5000, n2!.close(), "a consumer's node to close");
    await nodes.within(5000, notTwo, "the producer to notice");
    expect(met()).toEqual([true, false, true, false]);

    const n3 = await nodes.join("n3");
    await nodes.discoverAll(n0!, n1!, n3);
    n3.streams.consume(Data1);
    await nodes.within(5000, two, "two consumers again");
    expect(met()).toEqual([true, true, false, false]);
  });

  it("tells every transition to who iterates", async () => {
    const { nodes } = context;
    const [n0, n1] = await nodes.joinMany(2);
    const producer = n0!.streams.produce(Data1);
    const seen: boolean[] = [];
    const watching = (async () => {
      for await (const isMet of producer.when().subscribed()) {
        seen.push(isMet);
        if (seen.length === 3) break;
      }
    })();
    const consumer = n1!.streams.consume(Data1);
    await nodes.discoverAll(n0!, n1!);
    await nodes.within(5000, producer.when().subscribed(), "a consumer");
    await consumer.close();
    await nodes.within(5000, watching, "three transitions");
    expect(seen).toEqual([false, true, false]);
  });

  it("rejects what can no longer be met when the producer has closed", async () => {
    const { nodes } = context;
    const [n0] = await nodes.joinMany(1);
    const producer = n0!.streams.produce(Data1);
    const waiting = expect(producer.when().subscribed().toPromise()).rejects.toMatchObject({ code: "closed" });
    await nodes.within(5000, producer.close());
    await nodes.within(5000, waiting);
  });
});
