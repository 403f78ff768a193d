import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { checkHistory, GroupRecorder, Simulator, type GroupRecord } from "../../src/testing/index.js";
import { Counter, increment, type CounterCommand } from "../groups/counter.js";
import { simulatedMembers } from "../groups/group-world.js";

let sim: Simulator;

beforeEach(() => {
  sim = new Simulator({ seed: expect.getState().currentTestName ?? "" });
});

afterEach(() => sim.close());

/** What a counter answers that has applied these. */
const sumOf = (applied: readonly (string | number)[]): number =>
  applied.reduce<number>((sum, by) => sum + Number(by), 0);

describe("GroupRecorder", () => {
  it("writes a history of a group that falls apart and meets again, which checkHistory understands", async () => {
    const history: GroupRecord[] = [];
    const recorders = [0, 1, 2].map(
      (i) => new GroupRecorder<CounterCommand>({ member: `n${i}`, name: ({ value }) => value, write: (record) => history.push(record) }), // prettier-ignore
    );
    const members = await simulatedMembers(sim, 3, (i) => ({ machine: recorders[i]!.machine(new Counter()) }));
    const recorderOf = (name: string): GroupRecorder<CounterCommand> => recorders[Number(name.slice(1))]!;
    for (const { name, group } of members) void recorderOf(name).follow(group);
    const [old, follower] = members;
    const execute = (member: typeof old, by: number): Promise<number> =>
      sim.within(10_000, recorderOf(member.name).execute(member.group, [increment(by)]));

    expect(await execute(follower!, 1)).toBe(1);
    sim.faults.isolate(old.name);
    const elected = members.slice(1).map(({ group }) => group.when().leaderChanged().toPromise());
    await sim.within(10_000, Promise.all(elected), "another leader");
    await sim.until(() => old.group.bonds.size === 0, { withinMs: 10_000, what: "the old leader to be alone" });
    expect(await execute(old, 100)).toBe(2);
    await execute(follower!, 2);
    await execute(follower!, 3);
    sim.faults.rejoin(old.name);
    await sim.until(() => members.every(({ group }) => group.committed === 3 && group.isOnline), {
      withinMs: 30_000,
      what: "all to have the same",
    });
    const { result, position } = await sim.within(5000, old.group.query(undefined, "strong"));
    recorderOf(old.name).note({ kind: "answered", consistency: "strong", position, result: Number(result) });
    await sim.within(2000, follower!.group.leave());
    await expect(recorderOf(follower!.name).execute(follower!.group, [increment(4)])).rejects.toThrow("given up");
    recorderOf(follower!.name).note({ kind: "ended", how: "left" });

    const { problems, lost, order } = checkHistory(history, { answer: sumOf });
    expect(problems).toEqual([]);
    expect(order).toEqual([1, 2, 3]);
    expect(lost).toEqual([{ member: old.name, index: 2, commands: [100], told: "diverged" }]);
    const kinds = new Set(history.filter(({ member }) => member === old.name).map(({ kind }) => kind));
    expect(kinds).toEqual(
      new Set(["joined", "applied", "proposed", "settled", "reset", "diverged", "possiblyReverted", "answered"]),
    );
    expect(history.at(-2)).toMatchObject({ kind: "settled", outcome: "outcomeUnknown" });
  });
});
