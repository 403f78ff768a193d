import { Digest, type Network } from "mosaik";
import { describe, expect, it } from "vitest";
import { DhtTestnet, type RustNode, type RustSlot } from "../src/index.js";
import { allKnowAll, counted, occupants, useDhtWorld } from "./dht-fixture.js";
import { obstacle, until } from "./setup.js";

/** The test of the Rust crate waits 10 s for each node. */
const withinMs = (nodes: number): number => 10_000 * nodes;

const isTaken = (slots: readonly RustSlot[]): boolean => Object.keys(occupants(slots)).length > 0;

describe.skipIf(obstacle !== undefined)("nodes that are given nothing but a network's id, and a DHT in Rust", () => {
  const context = useDhtWorld();
  /** The DHT is new for this file. */
  const networkId = (): string => Digest.from(expect.getState().currentTestName!).hex;
  const times = <T>(many: number, make: (index: number) => Promise<T>): Promise<T[]> =>
    Promise.all(Array.from({ length: many }, (_, i) => make(i)));

  it.each([2, 3, 5, 10, 15, 35])(
    "auto_bootstrap: %i nodes find each other",
    async (many) => {
      const { world } = context;
      const id = networkId();
      const nodes = await times(many, () => world.ts(id));
      await allKnowAll(withinMs(many), nodes);
    },
    withinMs(36),
  );

  it("auto_bootstrap: 3 nodes in Rust find each other", async () => {
    const { world } = context;
    const id = networkId();
    const nodes = await times(3, (i) => world.rustNode(id, `${i}`));
    await allKnowAll(withinMs(3), [], nodes);
  });

  it.each([
    [1, 1],
    [2, 2],
    [5, 5],
  ])("auto_bootstrap: %i nodes in TypeScript and %i in Rust find each other", async (ts, rust) => {
    const { world } = context;
    const id = networkId();
    const starting: [Promise<Network[]>, Promise<RustNode[]>] = [
      times(ts, () => world.ts(id)),
      times(rust, (i) => world.rustNode(id, `${i}`)),
    ];
    const [networks, nodes] = await Promise.all(starting);
    await allKnowAll(withinMs(ts + rust), networks, nodes);
  });

  it("a node finds one at once in a DHT of which a quarter is gone", async () => {
    const { world } = context;
    const id = networkId();
    await using failing = await DhtTestnet.start({ count: 20 });
    await Promise.all([1, 6, 9, 12, 18].map((index) => failing.stopNode(index)));
    const discovery = { dht: { routers: failing.bootstrap.slice(0, 4) } };
    const first = await world.ts(id, { discovery });
    const isPublished = (): boolean =>
      counted(first, "mosaik.discovery.dht.writes", { kind: "publish", outcome: "stored" }) > 0;
    await until(30_000, isPublished, "the record of the first");
    const startMs = performance.now();
    const second = await world.ts(id, { discovery });
    await allKnowAll(30_000, [first, second]);
    // A node of the DHT that is gone is waited for five seconds.
    expect(performance.now() - startMs).toBeLessThan(5000);
  });

  it("a node finds one in Rust that was there before", async () => {
    const { world } = context;
    const id = networkId();
    const rust = await world.rustNode(id);
    const slots = await world.slots(20_000, id, isTaken, "the record of Rust");
    expect(Object.values(occupants(slots))).toEqual([rust.id]);
    const ts = await world.ts(id);
    await allKnowAll(20_000, [ts], [rust]);
  });

  it("a node in Rust finds one that was there before", async () => {
    const { world } = context;
    const id = networkId();
    const ts = await world.ts(id);
    await world.slots(20_000, id, isTaken, "the node's record");
    const rust = await world.rustNode(id);
    await allKnowAll(20_000, [ts], [rust]);
  });
});
