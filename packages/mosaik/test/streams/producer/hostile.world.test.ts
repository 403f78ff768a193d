import { describe, expect, it } from "vitest";
import { ALPN } from "../../../src/network/index.js";
import type { TicketValidator } from "../../../src/tickets/index.js";
import { Attacker } from "../../hostile/attacker.js";
import { Nodes, useNodes } from "../../nodes.js";
import { createWorld } from "../../../src/testing/index.js";
import { validatorOf } from "../../tickets/validators.js";
import { Data1 } from "../data.js";
import { happeningsAt } from "./happenings.js";

describe("a producer among hostile peers", () => {
  const context = useNodes();

  it("admits consumers while a peer holds silent connections", { timeout: 60_000 }, async () => {
    const { nodes } = context;
    const [n0, n1] = await nodes.joinMany(2);
    const producer = n0!.streams.produce(Data1);
    await nodes.discoverAll(n0!, n1!);
    const attacker = await nodes.within(5000, Attacker.bind(await nodes.world.runtime("attacker")), "the attacker");
    const dials = Array.from({ length: 300 }, () => attacker.dial(n0!, ALPN.streams));
    const connections = await nodes.within(9000, Promise.all(dials), "the attacker's connections");
    const rejected = n0!.metrics.counter("mosaik.streams.connections.rejected");
    await nodes.until(() => rejected.value >= 44, 5000, "those beyond the limit to be closed");
    const consumer = n1!.streams.consume(Data1);
    await nodes.within(4000, consumer.when().subscribed(), "the honest consumer");
    await nodes.within(1000, producer.send("hello"));
    expect(await nodes.within(2000, consumer.recv())).toBe("hello");
    // The attacker gave up a place for it.
    expect(connections.filter((connection) => connection.closeInfo() === undefined).length).toBeLessThan(256);
    await nodes.within(5000, attacker.close());
  });
});

describe("callbacks of a producer that throw", () => {
  const boom = (): never => {
    throw new Error("boom");
  };

  it.each<[string, object, boolean]>([
    ["a predicate refuses", { requireConsumer: boom }, false],
    ["a validator refuses", { requireConsumerTicket: throwing(boom) }, false],
    ["the sink of undelivered datums is left", { onUndelivered: boom, onlineWhen: minimumOfNone }, true],
  ])("%s, are reported, and harm nobody", async (_, options, isAdmitted) => {
    const nodes = new Nodes(createWorld("simulated", { seed: 1 }));
    const [n0, n1] = await nodes.joinMany(2);
    const validator = throwing(boom);
    n1!.discovery.addTicket({ class: validator.class, data: new Uint8Array(1) });
    const producer = n0!.streams.producer(Data1, { ...options, streamId: "guarded" });
    const other = n0!.streams.produce(Data1);
    const happenings = happeningsAt(producer);
    if (isAdmitted) {
      for (const text of ["one", "two"]) await nodes.within(1000, producer.send(text));
    }
    n1!.streams.consume(Data1, { streamId: "guarded" });
    const consumer = n1!.streams.consume(Data1);
    await nodes.discoverAll(n0!, n1!);
    const isJudged = (): boolean => happenings.of(isAdmitted ? "connected" : "refused").length > 0;
    await nodes.until(isJudged, 5000, "the verdict");
    await nodes.within(5000, other.send("goes on"));
    expect(await nodes.within(5000, consumer.recv())).toBe("goes on");
    await nodes.close();
    const messages = nodes.world.reports.map(({ error }) => (error as Error).message);
    expect(messages.length).toBeGreaterThan(0);
    expect(new Set(messages)).toEqual(new Set(["boom"]));
  });
});

function minimumOfNone<C extends { minimumOf(count: number): C }>(subscribed: C): C {
  return subscribed.minimumOf(0);
}

function throwing(validate: () => never): TicketValidator {
  return validatorOf("throwing", validate);
}
