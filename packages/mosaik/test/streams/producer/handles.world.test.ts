import { describe, expect, it } from "vitest";
import { useNodes } from "../../nodes.js";
import { Data1 } from "../data.js";

describe("several producers of one stream in a process", () => {
  const context = useNodes();

  it("share its consumers, and the stream ends with the last of them", async () => {
    const { nodes } = context;
    const [n0, n1] = await nodes.joinMany(2);
    const first = n0!.streams.producer(Data1, { maxConsumers: 1 });
    // The options are those of the first.
    const second = n0!.streams.produce(Data1, { maxConsumers: 0 });
    const consumer = n1!.streams.consume(Data1);
    await nodes.discoverAll(n0!, n1!);
    await nodes.within(5000, first.send("by the first"));
    await nodes.within(5000, second.send("by the second"));
    for (const text of ["by the first", "by the second"]) {
      expect(await nodes.within(5000, consumer.recv())).toBe(text);
    }
    const stats = { sent: 2, datums: 2, dropped: 0, queued: 0 };
    expect([first.stats(), second.stats()]).toMatchObject([stats, stats]);

    expect(await nodes.within(1000, first.close())).toEqual({ confirmed: [], unconfirmed: [] });
    await expect(nodes.within(1000, first.send("late"))).rejects.toMatchObject({ code: "closed", datum: "late" });
    expect(() => first.trySend("late")).toThrow(expect.objectContaining({ code: "closed" }));
    expect([first.isOnline, second.isOnline]).toEqual([false, true]);
    expect(n0!.discovery.me().entry.streams.size).toBe(1);
    await nodes.within(5000, second.send("goes on"));
    expect(await nodes.within(5000, consumer.recv())).toBe("goes on");

    expect(await nodes.within(5000, second.close())).toEqual({ confirmed: [n1!.local.id], unconfirmed: [] });
    expect(n0!.discovery.me().entry.streams.size).toBe(0);
    expect(n0!.metrics.gauge("mosaik.streams.producers.active").value).toBe(0);
  });

  it("closing one ends its own waits only", async () => {
    const { nodes } = context;
    const [n0, n1] = await nodes.joinMany(2);
    const first = n0!.streams.produce(Data1);
    const second = n0!.streams.produce(Data1);
    const ended = expect(first.send("of the first")).rejects.toMatchObject({ code: "closed", datum: "of the first" });
    const sending = second.send("of the second");
    await first.close();
    await nodes.within(1000, ended);
    const consumer = n1!.streams.consume(Data1);
    await nodes.discoverAll(n0!, n1!);
    await nodes.within(5000, sending, "the other to be sent");
    expect(await nodes.within(5000, consumer.recv())).toBe("of the second");
  });

  it("is closed with its network", async () => {
    const { nodes } = context;
    const [n0] = await nodes.joinMany(1);
    const producer = n0!.streams.produce(Data1);
    const reading = (async () => {
      for await (const event of producer.events()) return event;
      return "ended";
    })();
    const waiting = expect(producer.send("never")).rejects.toMatchObject({ code: "closed" });
    await nodes.within(5000, n0!.close());
    await nodes.within(1000, waiting);
    expect(await nodes.within(1000, reading, "the events to end")).toBe("ended");
    expect(() => producer.trySend("late")).toThrow(expect.objectContaining({ code: "closed" }));
    await nodes.within(1000, producer.close());
    expect(() => n0!.streams.produce(Data1)).toThrow(expect.objectContaining({ code: "closed" }));
  });
});
