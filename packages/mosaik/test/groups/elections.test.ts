import { describe, expect, it } from "vitest";
import type { Network } from "../../src/node/index.js";
import type { SimulatedWorld } from "../../src/testing/index.js";
import { useNodes, type Nodes } from "../nodes.js";
import { ELECTION_MS, joinCounter, ledByFirst, type CounterGroup } from "./group-nodes.js";

const nowMs = ({ world }: Nodes): number => (world as SimulatedWorld).simulator.nowMs;

const isLed = (groups: readonly CounterGroup[]): boolean =>
  groups[0]!.leader !== undefined && groups.every((group) => group.isOnline && group.leader === groups[0]!.leader);

describe("elections", () => {
  const context = useNodes();

  it("a lone node does not elect itself before Rust would: bootstrap delay and election timeout", async () => {
    const { nodes } = context;
    const network = await nodes.join("n0");
    const group = joinCounter(network);
    const startMs = nowMs(nodes);
    await nodes.within(ELECTION_MS, group.when().isLeader(), "the lone node to lead");
    expect(nowMs(nodes) - startMs).toBeGreaterThanOrEqual(5000);
    expect(nowMs(nodes) - startMs).toBeLessThanOrEqual(5600);
  });

  it.each([0, 300])("three members have a leader 1.5 s after they have met; joined %i ms apart", async (apartMs) => {
    const { nodes } = context;
    const networks: Network[] = await nodes.joinMany(3);
    await nodes.discoverAll(...networks);
    const groups: CounterGroup[] = [];
    for (const network of networks) {
      groups.push(joinCounter(network));
      await (nodes.world as SimulatedWorld).simulator.advance(apartMs);
    }
    await nodes.until(() => groups.every(({ bonds }) => bonds.size === 2), 5000, "all bonds");
    await nodes.until(() => isLed(groups), 1500, "a leader that all follow");
  });

  it("another leads one second after the leader has left", async () => {
    const { nodes } = context;
    const { groups } = await ledByFirst(nodes, 2);
    const others = groups.slice(1);
    const before = groups[0]!.leader;
    await nodes.until(() => groups.every(({ bonds }) => bonds.size === 2), 5000, "all bonds");
    void groups[0]!.leave();
    await nodes.until(() => isLed(others) && others[0]!.leader !== before, 1000, "another leader");
  });
});
