import { describe, expect, it } from "vitest";
import type { SimulatedWorld } from "../../../src/testing/simulated-world.js";
import { createWorld } from "../../../src/testing/index.js";
import { Nodes } from "../../nodes.js";
import { Data1 } from "../data.js";
import { recorded } from "../recorded.js";

describe("a consumer whose connection is lost", () => {
  async function pair(run: (nodes: Nodes, world: SimulatedWorld) => Promise<void>): Promise<void> {
    const world = createWorld("simulated", { seed: 3 }) as SimulatedWorld;
    const nodes = new Nodes(world);
    await run(nodes, world);
    await nodes.close();
    expect(world.reports).toEqual([]);
  }

  it("connects again by itself, keeps the channel's counts, and tells of the gap", async () => {
    await pair(async (nodes, world) => {
      const [n0, n1] = [await nodes.join("a"), await nodes.join("b")];
      const producer = n0.streams.produce(Data1);
      const consumer = n1.streams.consume(Data1);
      const events = recorded(consumer.events());
      await nodes.discoverAll(n0, n1);
      await nodes.within(5000, producer.send("before"));
      expect(await nodes.within(5000, consumer.recv())).toBe("before");
      world.simulator.faults.dropConnections("a", "b");
      await nodes.within(5000, consumer.when().unsubscribed(), "the loss to be seen");
      expect(consumer.producers()[0]).toMatchObject({ state: "connecting", stats: { uptimeMs: undefined } });
      await nodes.within(5000, consumer.when().subscribed(), "the connection to be made again");
      await nodes.within(5000, producer.send("after"));
      expect(await nodes.within(5000, consumer.recv())).toBe("after");
      expect(consumer.producers()[0]!.stats.datums).toBe(2);
      expect(events.map(({ kind }) => kind)).toEqual(["connected", "gap", "disconnected", "connected"]);
      expect(events[2]).toMatchObject({ code: undefined });
    });
  });

  it("tries again by its backoff, for as long as the producer is known", async () => {
    await pair(async (nodes, world) => {
      const [n0, n1] = [await nodes.join("a"), await nodes.join("b")];
      n0.streams.produce(Data1);
      const backoff = { initialMs: 100, factor: 2, maxMs: 800, jitter: 0 };
      const consumer = n1.streams.consume(Data1, { backoff });
      await nodes.discoverAll(n0, n1);
      await nodes.within(5000, consumer.when().subscribed());
      world.simulator.faults.setDialPolicy("a", "refuse");
      world.simulator.faults.dropConnections("a", "b");
      await nodes.within(5000, consumer.when().unsubscribed());
      const lostAtMs = world.simulator.nowMs;
      await world.simulator.advance(2000);
      expect(consumer.producers()[0]!.state).toBe("connecting");
      world.simulator.faults.setDialPolicy("a", "accept");
      await nodes.within(2000, consumer.when().subscribed());
      expect(world.simulator.nowMs - lostAtMs).toBeLessThan(2000 + 800 + 200);
    });
  });

  it("begins with a short delay behind a subscription that lasted, though nothing was sent on it", async () => {
    await pair(async (nodes, world) => {
      const [n0, n1] = [await nodes.join("a"), await nodes.join("b")];
      n0.streams.produce(Data1);
      const backoff = { initialMs: 100, factor: 10, maxMs: 10_000, jitter: 0 };
      const consumer = n1.streams.consume(Data1, { backoff });
      await nodes.discoverAll(n0, n1);
      const returnsAfter = async (lastedMs: number): Promise<number> => {
        await nodes.within(20_000, consumer.when().subscribed());
        await world.simulator.advance(lastedMs);
        world.simulator.faults.dropConnections("a", "b");
        await nodes.within(5000, consumer.when().unsubscribed());
        const lostAtMs = world.simulator.nowMs;
        await nodes.within(20_000, consumer.when().subscribed());
        return world.simulator.nowMs - lostAtMs;
      };
      expect(await returnsAfter(100)).toBeLessThan(400);
      // A producer that lets us in and out again is not asked all the time.
      expect(await returnsAfter(100)).toBeGreaterThan(1000);
      expect(await returnsAfter(6000)).toBeLessThan(400);
    });
  });

  it("lets go of a producer that has left the catalog, and finds it again", async () => {
    await pair(async (nodes, world) => {
      const [n0, n1] = [await nodes.join("a"), await nodes.join("b")];
      const producer = n0.streams.produce(Data1, { onlineWhen: (c) => c.minimumOf(0), resume: {} });
      const consumer = n1.streams.consume(Data1, { resume: true });
      const events = recorded(consumer.events());
      await nodes.discoverAll(n0, n1);
      await nodes.within(5000, consumer.when().subscribed());
      await nodes.within(5000, producer.send("first"));
      expect(await nodes.within(5000, consumer.recv())).toBe("first");
      world.simulator.faults.partition("a", "b");
      await nodes.until(() => consumer.producers().length === 0, 60_000, "the producer to depart");
      await nodes.within(5000, producer.send("meanwhile"));
      world.simulator.faults.heal("a", "b");
      await nodes.within(60_000, consumer.when().subscribed(), "the producer to be found again");
      // Though it was another subscription: what it was to get is kept for a minute.
      expect(await nodes.within(5000, consumer.recv())).toBe("meanwhile");
      expect(events.filter(({ kind }) => kind === "gap")).toEqual([]);
    });
  });
});
