import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { GroupError, MemoryLog, reluctant, type LogStorage } from "../../src/groups/index.js";
import type { Network } from "../../src/node/index.js";
import { Simulator } from "../../src/testing/index.js";
import { Counter, increment } from "./counter.js";
import { joinCounter, recordedEvents } from "./group-nodes.js";
import { simulatedMembers, simulatedNodes } from "./group-world.js";

let sim: Simulator;

beforeEach(() => {
  sim = new Simulator({ seed: expect.getState().currentTestName ?? "" });
});

afterEach(() => sim.close());

async function alone(): Promise<Network> {
  const [node] = await simulatedNodes(sim, 1);
  return node!.network;
}

/** The error that something throws or rejects with. */
async function errorOf(what: () => unknown): Promise<GroupError> {
  try {
    await what();
  } catch (error) {
    if (error instanceof GroupError) return error;
    throw error;
  }
  throw new Error("there was no error");
}

describe("handles of one group at one node", () => {
  it("share the membership, which ends with the last of them", async () => {
    const [one, other] = await simulatedMembers(sim, 2);
    const second = joinCounter(one.network);
    expect(second.id).toBe(one.group.id);
    expect(second.isLeader).toBe(true);
    const events = recordedEvents(other!.group);
    const knows = (): boolean =>
      other!.network.discovery.catalog.get(one.network.local.id)?.entry.groups.has(one.group.id) === true;
    await sim.within(1000, one.group.leave());
    expect(await sim.within(1000, second.execute(increment(2)))).toBe(1);
    expect((await errorOf(() => one.group.execute(increment(1)))).code).toBe("closed");
    expect(knows()).toBe(true);
    const [leaving, startMs] = [second.leave(), sim.nowMs];
    await sim.until(() => other!.group.bonds.size === 0, { withinMs: 500, what: "the other to hear of it" });
    await sim.within(1000, leaving);
    expect(sim.nowMs - startMs).toBeLessThanOrEqual(500);
    expect(events).toContainEqual(expect.objectContaining({ kind: "unbonded", peer: one.network.local.id }));
    expect(one.network.discovery.me().entry.groups.size).toBe(0);
    await sim.until(() => !knows(), { withinMs: 5000, what: "the entry to be known without the group" });
    expect(sim.reports).toEqual([]);
  });

  it("begin anew after the last one was given up", async () => {
    const [one, other] = await simulatedMembers(sim, 2);
    await sim.within(2000, one.group.execute(increment(5)));
    await sim.within(1000, one.group[Symbol.asyncDispose]());
    const again = joinCounter(one.network);
    await sim.within(15_000, again.when().online(), "the member that came back to be online");
    await sim.within(2000, again.when().committed().reaches(1));
    const areLed = (): boolean => again.leader !== undefined && again.leader === other!.group.leader;
    await sim.until(areLed, { withinMs: 1000, what: "one leader" });
    expect((await again.query(undefined, "weak")).result).toBe(5n);
  });

  it("must be alike", async () => {
    const network = await alone();
    const storage = new MemoryLog();
    joinCounter(network, { storage, consensus: { electionTimeoutMs: 3000 } });
    class OtherCounter extends Counter {}
    for (const [what, options] of [
      ["machine", { machine: new OtherCounter() }],
      ["storage", { storage: new MemoryLog() }],
      ["electionTimeoutMs", { consensus: { electionTimeoutMs: 2500 } }],
    ] as const) {
      const error = await errorOf(() => joinCounter(network, options));
      expect([error.code, error.message.endsWith(what)]).toEqual(["mismatch", true]);
    }
    expect(() => joinCounter(network, { storage, consensus: { electionTimeoutMs: 3000 } })).not.toThrow();
    // What enters the id makes another group of it.
    const id = joinCounter(network).id;
    expect(joinCounter(network, { consensus: { heartbeatIntervalMs: 400 } }).id).not.toBe(id);
  });

  it("are refused with unusable options, and after the network was closed", async () => {
    const network = await alone();
    const preference = { ...reluctant(), factor: 0 };
    const unusable = [
      () => joinCounter(network, { machine: new Counter({ preference }) }),
      () => joinCounter(network, { consensus: { heartbeatJitterMs: 0 } }),
    ];
    for (const join of unusable) expect((await errorOf(join)).code).toBe("invalidOption");
    expect(network.discovery.me().entry.groups.size).toBe(0);
    await sim.within(3000, network.close());
    expect((await errorOf(() => joinCounter(network))).code).toBe("closed");
  });
});

describe("a network that closes", () => {
  it("takes leave of its groups: what waits rejects, the others hear of it at once", async () => {
    const [leader, follower] = await simulatedMembers(sim, 2);
    const events = recordedEvents(follower!.group);
    const condition = errorOf(() => follower!.group.when().committed().reaches(99).toPromise());
    const command = errorOf(() => follower!.group.execute(increment(1)));
    await sim.within(3000, follower!.network.close());
    expect((await condition).code).toBe("closed");
    expect((await command).commands).toEqual([increment(1)]);
    expect(events.at(-1)).toEqual({ kind: "closed" });
    expect(leader.group.bonds.size).toBe(0);
    expect((await errorOf(() => follower!.group.query(undefined, "weak"))).code).toBe("closed");
    await sim.within(1000, follower!.group.leave());
  });
});

describe("commands", () => {
  it("are not sent while there is no leader, and come back with the error", async () => {
    const group = joinCounter(await alone());
    const error = await sim.within(
      1000,
      errorOf(() => group.execute(increment(7))),
    );
    expect([error.code, error.commands]).toEqual(["notSent", [increment(7)]]);
    const query = await sim.within(
      1000,
      errorOf(() => group.query(undefined, "strong")),
    );
    expect(query.code).toBe("notSent");
    expect((await errorOf(() => group.executeMany([]))).code).toBe("noCommands");
  });

  it("that do not encode, or do not go into a frame, are not sent", async () => {
    const [{ group }] = await simulatedMembers(sim, 1);
    const wrong = await errorOf(() => group.executeMany([increment(1), increment(-1)]));
    expect([wrong.code, wrong.commands]).toEqual(["encoding", [increment(1), increment(-1)]]);
    const many = Array.from({ length: 2 ** 20 + 1 }, () => increment(1));
    expect((await errorOf(() => group.feedMany(many))).code).toBe("encoding");
    expect(group.logPosition.index).toBe(0);
  });

  it("of one turn get their places in the order of the calls", async () => {
    const [leader, follower] = await simulatedMembers(sim, 2);
    for (const { group } of [leader, follower!]) {
      const first = leader.group.logPosition.index + 1;
      const places = [
        group.feed(increment(1)),
        group.executeMany([increment(2), increment(3)]),
        group.feed(increment(4)),
      ];
      const expected = [first, { start: first + 1, end: first + 2 }, first + 3];
      expect(await sim.within(2000, Promise.all(places))).toEqual(expected);
    }
  });

  it("whose fate nobody knows say so: the leader that they were sent to is gone", async () => {
    const [leader, follower] = await simulatedMembers(sim, 3);
    sim.faults.isolate(leader.name);
    const startMs = sim.nowMs;
    const execute = errorOf(() => follower!.group.execute(increment(1)));
    const query = errorOf(() => follower!.group.query(undefined, "strong"));
    expect((await sim.within(5000, execute)).code).toBe("outcomeUnknown");
    expect((await sim.within(5000, query)).code).toBe("outcomeUnknown");
    expect(sim.nowMs - startMs).toBeLessThan(2600);
    sim.faults.rejoin(leader.name);
  });

  it("whose places another leader gave to others are superseded", async () => {
    const [leader, ...followers] = await simulatedMembers(sim, 3);
    await sim.within(2000, leader.group.execute(increment(1)));
    const events = recordedEvents(leader.group);
    sim.faults.isolate(leader.name);
    const lost = errorOf(() => leader.group.execute(increment(100)));
    const elected = Promise.all(followers.map(({ group }) => group.when().leaderChanged().toPromise()));
    await sim.within(3400, elected, "another leader");
    const { group } = followers.find((member) => member.group.isLeader)!;
    const replacing = group.execute(increment(2));
    await sim.advance(100);
    sim.faults.rejoin(leader.name);
    expect(await sim.within(10_000, replacing)).toBe(2);
    const error = await sim.within(15_000, lost);
    expect([error.code, error.commands, error.range]).toEqual(["superseded", [increment(100)], { start: 2, end: 2 }]);
    expect(events).toContainEqual({ kind: "reverted", range: { start: 2, end: 2 } });
    for (const member of [leader, ...followers]) {
      await sim.within(10_000, member.group.when().online());
      expect((await member.group.query(undefined, "weak")).result).toBe(3n);
    }
  });

  it("are waited for as long as they may take, or until they are given up", async () => {
    const [leader, follower] = await simulatedMembers(sim, 2);
    sim.faults.isolate(follower!.name);
    await sim.advance(100);
    const startMs = sim.nowMs;
    const late = await sim.within(
      1000,
      errorOf(() => follower!.group.execute(increment(1), { timeoutMs: 300 })),
    );
    expect([late.code, late.commands]).toEqual(["timeout", [increment(1)]]);
    expect(sim.nowMs - startMs).toBeCloseTo(300, 0);
    const query = await sim.within(
      1000,
      errorOf(() => follower!.group.query(undefined, "strong", { timeoutMs: 300 })),
    );
    expect(query.code).toBe("timeout");
    const aborting = new AbortController();
    const givenUp = follower!.group.execute(increment(1), { signal: aborting.signal, timeoutMs: 5000 });
    const reason = new Error("enough");
    aborting.abort(reason);
    await expect(sim.within(100, givenUp)).rejects.toBe(reason);
    sim.faults.rejoin(follower!.name);
    await sim.within(
      1000,
      errorOf(() => leader.group.execute(increment(1), { timeoutMs: -1 })),
    );
  });

  it("that were given up before the turn was over are not sent", async () => {
    const [{ group }] = await simulatedMembers(sim, 1);
    await expect(group.execute(increment(1), { signal: AbortSignal.abort(new Error("no")) })).rejects.toThrow("no");
    const aborting = new AbortController();
    const givenUp = group.feed(increment(2), { signal: aborting.signal });
    aborting.abort();
    await expect(givenUp).rejects.toThrow();
    expect(await sim.within(1000, group.execute(increment(4)))).toBe(1);
    expect((await group.query(undefined, "weak")).result).toBe(4n);
  });
});

describe("queries", () => {
  it("that are weak are answered in every role", async () => {
    const [leader, follower] = await simulatedMembers(sim, 2);
    await sim.within(2000, follower!.group.execute(increment(3)));
    sim.faults.isolate(follower!.name);
    await sim.until(() => follower!.group.role === "candidate", { withinMs: 5000, what: "the follower to stand" });
    expect(await follower!.group.query(undefined, "weak")).toEqual({ result: 3n, position: 1 });
    const strong = errorOf(() => follower!.group.query(undefined, "strong"));
    expect((await sim.within(1000, strong)).code).toBe("notSent");
    expect(await leader.group.query(undefined, "weak")).toEqual({ result: 3n, position: 1 });
  });
});

describe("what the program's parts throw", () => {
  class Failing extends Counter {
    override apply(commands: Parameters<Counter["apply"]>[0]): void {
      if (commands.some(({ value }) => value === 13)) throw new Error("unlucky");
      super.apply(commands);
    }
  }

  it("a machine: this member takes no further part, and the others go on", async () => {
    const [leader, follower, other] = await simulatedMembers(sim, 3, (i) =>
      i === 2 ? { machine: new Failing() } : {},
    );
    const members = [leader, follower!, other!];
    const failing = members.find(({ name }) => name === "n2")!;
    const fine = members.filter((member) => member !== failing);
    const events = recordedEvents(failing.group);
    const waiting = errorOf(() => failing.group.when().committed().reaches(9).toPromise());
    await sim.within(15_000, fine[0]!.group.execute(increment(13)));
    const error = await sim.within(5000, waiting);
    expect([error.code, (error.cause as Error).message]).toEqual(["machineFailed", "unlucky"]);
    expect(events).toContainEqual(expect.objectContaining({ kind: "machineFailed", index: 1 }));
    expect((await errorOf(() => failing.group.execute(increment(1)))).code).toBe("machineFailed");
    expect((await errorOf(() => failing.group.query(undefined, "weak"))).code).toBe("machineFailed");
    for (const { group } of fine) {
      await sim.within(
        15_000,
        group.bonds.when((bonds) => bonds.size === 1),
      );
      await sim.within(15_000, group.when().online());
    }
    expect(await sim.within(5000, fine[1]!.group.execute(increment(1)))).toBe(2);
    expect(sim.reports.map(({ node, error }) => [node, (error as Error).message])).toEqual([["n2", "unlucky"]]);
    await sim.within(1000, failing.group.leave());
    const network = failing.network;
    expect(await sim.within(15_000, joinCounter(network).when().committed().reaches(2))).toBe(2);
  });

  it("a query: it fails alone", async () => {
    class Silent extends Counter {
      override answer(): bigint {
        throw new Error("no comment");
      }
    }
    const [leader, follower] = await simulatedMembers(sim, 2, () => ({ machine: new Silent() }));
    const weak = await errorOf(() => follower!.group.query(undefined, "weak"));
    expect([weak.code, (weak.cause as Error).message]).toEqual(["queryFailed", "no comment"]);
    expect(
      (
        await sim.within(
          1000,
          errorOf(() => leader.group.query(undefined, "strong")),
        )
      ).code,
    ).toBe("queryFailed");
    expect(
      (
        await sim.within(
          5000,
          errorOf(() => follower!.group.query(undefined, "strong")),
        )
      ).code,
    ).toBe("outcomeUnknown");
    expect(await sim.within(2000, follower!.group.execute(increment(1)))).toBe(1);
  });

  it("a log: this member takes no further part", async () => {
    const log = new MemoryLog();
    const storage: LogStorage = Object.assign(Object.create(log) as MemoryLog, {
      append: (): never => {
        throw new Error("the disk is full");
      },
    });
    for (const name of ["available", "get", "slice", "truncate", "last", "termAt", "prunePrefix", "resetTo"] as const) {
      Object.assign(storage, { [name]: (log[name] as () => unknown).bind(log) });
    }
    const [{ group }] = await simulatedMembers(sim, 1, () => ({ storage }));
    expect(
      (
        await sim.within(
          1000,
          errorOf(() => group.execute(increment(1))),
        )
      ).code,
    ).toBe("storageFailed");
    expect((await errorOf(() => group.feed(increment(1)))).code).toBe("storageFailed");
    expect(sim.reports.map(({ error }) => (error as Error).message)).toEqual(["the disk is full"]);
  });

  it("a state sync, and a condition", async () => {
    class Unsynced extends Counter {
      override readonly sync = {
        ...new Counter().sync,
        provider: () => ({
          receive(): never {
            throw new Error("provider");
          },
        }),
      };
    }
    const nodes = await simulatedNodes(sim, 2);
    const group = joinCounter(nodes[0]!.network, { machine: new Unsynced() });
    await sim.within(10_000, group.when().online());
    await sim.within(1000, group.execute(increment(1)));
    const late = joinCounter(nodes[1]!.network);
    await sim.within(
      5000,
      late.bonds.when((bonds) => bonds.size === 1),
    );
    await sim.until(() => sim.reports.length > 0, { withinMs: 5000, what: "the provider to be asked" });
    expect(sim.reports.every(({ node, error }) => node === "n0" && (error as Error).message === "provider")).toBe(true);
    expect(await sim.within(1000, group.execute(increment(1)))).toBe(2);
    const boom = (): never => {
      throw new Error("condition");
    };
    await expect(group.bonds.when(boom).toPromise()).rejects.toThrow("condition");
  });
});
