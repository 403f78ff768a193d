import { describe, expect, it } from "vitest";
import { useNodes } from "../../nodes.js";
import { Data1 } from "../data.js";
import { recorded } from "../recorded.js";

describe("tests/streams/consumer/rtt.rs", () => {
  const context = useNodes();

  it("require_rtt_accepts_fast_peers", async () => {
    const { nodes } = context;
    const [n0, n1] = await nodes.joinMany(2);
    const producer = n0!.streams.produce(Data1);
    const consumer = n1!.streams.consume(Data1, { requireProducer: (peer) => peer.rttBelow(5000) });
    await nodes.discoverAll(n0!, n1!);
    await nodes.within(5000, consumer.when().subscribed());
    expect(n1!.discovery.rtt.rttMs(n0!.local.id)).toBeGreaterThan(0);
    await nodes.within(5000, producer.send("rtt-ok"));
    expect(await nodes.within(5000, consumer.recv())).toBe("rtt-ok");
  });

  it("require_rtt_rejects_slow_peers", async () => {
    const { nodes } = context;
    const [n0, n1] = await nodes.joinMany(2);
    n0!.streams.produce(Data1);
    const consumer = n1!.streams.consume(Data1, { requireProducer: (peer) => peer.rttBelow(1e-6) });
    const events = recorded(consumer.events());
    await nodes.discoverAll(n0!, n1!);
    await nodes.until(() => events.length > 0, 5000, "the producer to be measured and turned away");
    expect(events.map(({ kind }) => kind)).toEqual(["refused"]);
    expect(consumer.producers()).toEqual([]);
  });
});
