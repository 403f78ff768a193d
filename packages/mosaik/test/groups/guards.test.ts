import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { consensusConfig, groupId, logReplaySync, NoOp, type GuardOptions } from "../../src/groups/index.js";
import { Simulator } from "../../src/testing/index.js";
import { increment } from "./counter.js";
import { joinCounter, KEY, recordedEvents } from "./group-nodes.js";
import { simulatedMembers, simulatedNodes } from "./group-world.js";

describe("the options of guards", () => {
  it("are checked", () => {
    const wrong: [GuardOptions, RegExp][] = [
      [{ members: -1 }, /members must be a whole number from 0 to 1024, not -1/],
      [{ members: 2.5 }, /members must be/],
      [{ members: 1025 }, /members must be/],
      [{ minGrants: 1024 }, /minGrants must be a whole number from 0 to 1023/],
      [{ members: 3, minGrants: 3 }, /minGrants of 3 is never reached: a member of 3 has 2 others/],
      [{ members: 3, minAcknowledgements: 5 }, /minAcknowledgements of 5 is never reached/],
    ];
    for (const [guards, message] of wrong) {
      expect(() => consensusConfig({ guards }), JSON.stringify(guards)).toThrow(message);
    }
    expect(() => consensusConfig({ sticky: 1 as never })).toThrow("sticky must be true or false, not 1");
    expect(consensusConfig()).toMatchObject({ guards: { members: 0, minAcknowledgements: 0, minGrants: 0 }, sticky: false }); // prettier-ignore
  });

  it("are no part of the group's id", () => {
    const machine = { signature: new NoOp().signature, sync: logReplaySync({ typeName: "x" }) };
    const idOf = (consensus: Parameters<typeof consensusConfig>[0]) =>
      groupId({ key: KEY, consensus: consensusConfig(consensus), machine, tickets: [] });
    expect(idOf({ guards: { members: 3, minGrants: 2 }, sticky: true })).toBe(idOf({}));
  });
});

describe("a group with guards", () => {
  let sim: Simulator;
  const consensus = { guards: { members: 3 } };

  beforeEach(() => {
    sim = new Simulator({ seed: expect.getState().currentTestName ?? "" });
  });

  afterEach(() => sim.close());

  it("is not had twice at one node, with others", async () => {
    const { network } = (await simulatedNodes(sim, 1))[0]!;
    joinCounter(network, { consensus });
    joinCounter(network, { consensus });
    expect(() => joinCounter(network, { consensus: { guards: { members: 5 } } })).toThrow("another members");
    expect(() => joinCounter(network, { consensus: { sticky: true } })).toThrow("another sticky");
  });

  it("does not begin with a single member, which says what it waits for", async () => {
    const { network } = (await simulatedNodes(sim, 1))[0]!;
    const group = joinCounter(network, { consensus });
    await sim.within(10_000, group.when().waitingForQuorum());
    await sim.advance(20_000);
    expect([group.leader, group.role, group.term]).toEqual([undefined, "follower", 0]);
    await expect(sim.within(1000, group.execute(increment(1)))).rejects.toMatchObject({ code: "notSent" });
    const sample = network.metrics.samples().find(({ name }) => name === "mosaik.groups.raft.waiting_for_quorum");
    expect(sample?.value).toBe(1);
  });

  it("goes on in the part that has a majority: the other neither leads nor commits, and nothing confirmed is lost", async () => {
    const members = await simulatedMembers(sim, 3, () => ({ consensus }));
    const events = members.map(({ group }) => recordedEvents(group));
    const [old, ...others] = members;
    await sim.within(3000, old.group.execute(increment(1)));
    sim.faults.isolate(old.name);
    const refused = old.group.execute(increment(100)).catch((error: unknown) => error);
    const elected = others.map(({ group }) => group.when().leaderChanged().toPromise());
    await sim.within(10_000, Promise.all(elected), "another leader");
    const { group } = others.find((member) => member.group.isLeader)!;
    await sim.within(10_000, group.executeMany([increment(2), increment(3)]));
    await sim.within(10_000, old.group.when().waitingForQuorum(), "the old leader to see that it is alone");
    expect([old.group.isLeader, old.group.committed]).toEqual([false, 1]);
    await expect(sim.within(1000, old.group.query(undefined, "strong"))).rejects.toMatchObject({ code: "notSent" });
    expect(await sim.within(20_000, refused)).toMatchObject({ code: "outcomeUnknown" });

    sim.faults.rejoin(old.name);
    await sim.within(30_000, old.group.when().committed().reaches(3), "the old leader to catch up");
    await sim.within(10_000, old.group.when().waitingForQuorum().unmet());
    expect((await old.group.query(undefined, "weak")).result).toBe(6n);
    expect(events[0]!.map(({ kind }) => kind)).toEqual(expect.arrayContaining(["waitingForQuorum", "quorumReached"]));
    for (const kinds of events) {
      expect(kinds.some(({ kind }) => kind === "diverged" || kind === "possiblyReverted")).toBe(false);
    }
    expect(sim.reports).toEqual([]);
  });
});
