import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { Simulator } from "../../src/testing/index.js";
import { Counter, increment } from "./counter.js";
import { recordedEvents } from "./group-nodes.js";
import { simulatedMembers, type SimulatedMember } from "./group-world.js";

let sim: Simulator;

beforeEach(() => {
  sim = new Simulator({ seed: expect.getState().currentTestName ?? "" });
});

afterEach(() => sim.close());

/** Three members whose leader was cut off: it went on alone, as did the other two under another leader, and all meet again. */
async function meetAgain(members: readonly SimulatedMember[]): Promise<void> {
  const [old, ...others] = members as [SimulatedMember, ...SimulatedMember[]];
  await sim.within(3000, old.group.execute(increment(1)));
  await Promise.all(others.map(({ group }) => sim.within(3000, group.when().committed().reaches(1))));
  sim.faults.isolate(old.name);
  const elected = others.map(({ group }) => group.when().leaderChanged().toPromise());
  const leader = await sim.within(
    10_000,
    Promise.all(elected).then(([id]) => id),
    "another leader",
  );
  await sim.until(() => old.group.bonds.size === 0, { withinMs: 10_000, what: "the old leader to be alone" });
  expect(old.group.isLeader).toBe(true);
  await sim.within(3000, old.group.execute(increment(100)));
  const { group } = others.find(({ network }) => network.local.id === leader)!;
  await sim.within(10_000, group.executeMany([increment(2), increment(3)]));
  sim.faults.rejoin(old.name);
}

describe("a group that falls apart and meets again", () => {
  it("agrees in the end: who committed something else says so, and begins anew", async () => {
    const members = await simulatedMembers(sim, 3);
    const events = members.map(({ group }) => recordedEvents(group));
    await meetAgain(members);
    const values = (): string[] => members.map(({ group }) => `${group.committed} ${group.leader?.short()}`);
    await sim.until(() => new Set(values()).size === 1 && members[0].group.committed === 3, {
      withinMs: 30_000,
      what: "all to have the same",
    });
    for (const { group } of members) {
      await sim.within(10_000, group.when().online());
      expect((await group.query(undefined, "weak")).result).toBe(6n);
    }
    const [ofOld, ...ofOthers] = events;
    expect(ofOld!.map(({ kind }) => kind)).toEqual(
      expect.arrayContaining(["diverged", "caughtUp", "possiblyReverted"]),
    );
    for (const kinds of ofOthers) expect(kinds.some(({ kind }) => kind === "diverged")).toBe(false);
    const samples = members[0].network.metrics.samples();
    expect(samples.find(({ name }) => name === "mosaik.groups.raft.diverged")?.value).toBe(1);
    expect(sim.reports).toEqual([]);
  });

  it("goes on without the one that cannot begin anew", async () => {
    class Unreset extends Counter {
      override readonly reset = undefined as never;
    }
    const members = await simulatedMembers(sim, 3, () => ({ machine: new Unreset() }));
    const events = recordedEvents(members[0].group);
    await meetAgain(members);
    await sim.until(() => events.at(-1)?.kind === "closed", { withinMs: 30_000, what: "the member to end" });
    await expect(members[0].group.execute(increment(1))).rejects.toMatchObject({ code: "machineFailed" });
    for (const { group } of members.slice(1)) await sim.within(10_000, group.when().online());
    expect(await sim.within(5000, members[1]!.group.execute(increment(1)))).toBe(4);
  });
});
