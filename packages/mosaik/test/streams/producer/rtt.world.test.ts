import { describe, expect, it } from "vitest";
import { useNodes } from "../../nodes.js";
import { Data1 } from "../data.js";
import { happeningsAt } from "./happenings.js";

describe("tests/streams/producer/rtt.rs", () => {
  const context = useNodes();

  it("require_rtt_accepts_fast_peers", async () => {
    const { nodes } = context;
    const [n0, n1] = await nodes.joinMany(2);
    const producer = n0!.streams.producer(Data1, { requireConsumer: (peer) => peer.rttBelow(5000) });
    const consumer = n1!.streams.consume(Data1);
    await nodes.discoverAll(n0!, n1!);
    await nodes.within(5000, producer.when().subscribed(), "the consumer");
    await nodes.within(5000, producer.send("rtt-ok"));
    expect(await nodes.within(5000, consumer.recv())).toBe("rtt-ok");
  });

  it("require_rtt_rejects_slow_peers", async () => {
    const { nodes } = context;
    const [n0, n1] = await nodes.joinMany(2);
    const seen: (number | undefined)[] = [];
    const producer = n0!.streams.producer(Data1, {
      requireConsumer: (peer) => {
        seen.push(peer.rttMs);
        return peer.rttBelow(1e-6);
      },
    });
    const happenings = happeningsAt(producer);
    n1!.streams.consume(Data1);
    await nodes.discoverAll(n0!, n1!);
    await nodes.until(() => happenings.refusals(n1!.local.id).length > 0, 10_000, "the refusal");
    expect(producer.consumers()).toHaveLength(0);
    // It was measured at admission: nobody is let in because it is not known yet.
    expect(seen[0]).toBeGreaterThan(0);
    expect(happenings.refusals(n1!.local.id)[0]).toBe(10403);
  });
});
