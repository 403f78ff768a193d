import { describe, expect, it } from "vitest";
import { useNodes } from "../../nodes.js";
import { Data1 } from "../data.js";
import { happeningsAt } from "./happenings.js";

describe("datums that nobody gets", () => {
  const context = useNodes();

  it("go to `onUndelivered` as they are, and are counted", async () => {
    const { nodes } = context;
    const [n0, n1] = await nodes.joinMany(2);
    const undelivered: string[] = [];
    const producer = n0!.streams.producer(Data1, {
      onlineWhen: (subscribed) => subscribed.minimumOf(0),
      onUndelivered: (datum) => undelivered.push(datum),
    });
    const happenings = happeningsAt(producer);
    await nodes.within(1000, producer.send("one"));
    await nodes.within(1000, producer.send("two"));
    await nodes.until(() => undelivered.length === 2, 1000, "the datums to come back");
    expect(undelivered).toEqual(["one", "two"]);
    // What cannot be encoded is told to its sender, not to the sink.
    await expect(nodes.within(1000, producer.send(3 as unknown as string))).rejects.toMatchObject({ code: "encoding" });

    const consumer = n1!.streams.consume(Data1);
    await nodes.discoverAll(n0!, n1!);
    await nodes.within(5000, producer.when().subscribed(), "a consumer");
    await nodes.within(1000, producer.send("three"));
    expect(await nodes.within(5000, consumer.recv())).toBe("three");
    await consumer.close();
    await nodes.within(5000, producer.when().unsubscribed(), "it to leave");
    await nodes.within(1000, producer.send("four"));
    await nodes.until(() => undelivered.length === 3, 1000, "the last datum to come back");
    expect(undelivered).toEqual(["one", "two", "four"]);
    expect(producer.stats()).toMatchObject({ sent: 4, undelivered: 3, datums: 1, dropped: 0 });
    expect(happenings.of("undelivered").reduce((sum, { count }) => sum + count, 0)).toBe(3);
  });
});
