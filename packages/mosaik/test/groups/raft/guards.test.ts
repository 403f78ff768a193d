import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { guardsOf } from "../../../src/groups/guards.js";
import { quorumsOf } from "../../../src/groups/raft/quorums.js";
import { SeededRandom } from "../../../src/runtime/index.js";
import { Cluster } from "./cluster.js";
import { Member, message } from "./member.js";

const guards = { members: 3 };

describe("the quorums of guards", () => {
  const options = fc.integer({ min: 1, max: 40 }).chain((members) => {
    const others = fc.integer({ min: 0, max: members - 1 });
    return fc.record({ members: fc.constant(members), minAcknowledgements: others, minGrants: others });
  });

  it("have a member in common: any two that elect, and any that elects with any that commits", () => {
    fc.assert(
      fc.property(options, (given) => {
        const { votes, holders, contacts } = quorumsOf(guardsOf(given));
        expect(2 * votes).toBeGreaterThan(given.members);
        expect(votes + holders).toBeGreaterThan(given.members);
        expect(2 * contacts).toBeGreaterThan(given.members);
        expect(Math.max(votes, holders)).toBeLessThanOrEqual(given.members);
        expect(votes).toBeGreaterThan(given.minGrants);
        expect(holders).toBeGreaterThan(given.minAcknowledgements);
      }),
    );
  });

  it("are not larger than a majority if nothing else is asked for", () => {
    const votes = [0, 1, 2, 3, 4, 5, 6, 7].map((members) => quorumsOf(guardsOf({ members })).votes);
    expect(votes).toEqual([1, 1, 2, 2, 3, 3, 4, 4]);
  });
});

describe("a member with guards", () => {
  it("does not stand as long as too few others are there to vote, and says that it waits", () => {
    const a = new Member({ guards });
    expect(a.step({ kind: "mesh", isComplete: true })).toEqual(["waiting for a quorum"]);
    expect(a.at(5000)).toEqual([]);
    expect(a.bonds("b")).toEqual(["quorum reached"]);
    a.at(a.core.deadlineMs);
    expect(a.core.role).toBe("candidate");
  });

  it("needs the least number of grants that it was given, and of acknowledgements", () => {
    const a = new Member({ bonds: "bcd", guards: { minGrants: 3, minAcknowledgements: 3 } });
    a.at(5000);
    for (const other of "bc") a.receives(other, message.vote(1, "granted"));
    expect(a.core.role).toBe("candidate");
    a.receives("d", message.vote(1, "granted"));
    expect(a.core.role).toBe("leader");
    a.proposes([1, "x"]);
    for (const other of "bc") expect(a.receives(other, message.ack(1, 1))).toEqual([]);
    expect(a.receives("d", message.ack(1, 1))).toContain("commit up to 1");
  });

  it("answers heartbeats, with the place up to which it knows the leader's log", () => {
    const a = new Member({ bonds: "b", guards, log: ["1:x", "1:y"] });
    expect(a.receives("b", message.append({ term: 2, from: "b", prev: "1/1" }))).toContain(
      "to b: granted term 2, last 1",
    );
  });

  it("leads no more when it has not heard a majority for one election timeout", () => {
    const a = new Member({ bonds: "bc", guards }).elected();
    const elected = a.nowMs;
    a.at(elected + 500);
    a.receives("b", message.ack(1, 0));
    expect(a.at(elected + 2499)).not.toContain("follower in term 1");
    expect(a.at(elected + 2500)).toEqual(["follower in term 1", "leader unknown", "offline"]);
  });

  it("that lost its majority says so, commits nothing, and is the leader again when it is back in time", () => {
    const a = new Member({ bonds: "bc", guards }).elected();
    a.receives("c", message.ack(1, 0));
    expect(a.loses("b")).toEqual([]);
    expect(a.loses("c")).toContain("waiting for a quorum");
    expect(a.proposes([1, "x"])).toEqual(["proposal 1 has 1-1 of term 1", "log ends at 1/1"]);
    a.nowMs += 1000;
    expect(a.bonds("b")).toContain("quorum reached");
    expect(a.receives("b", message.ack(1, 1))).toContain("commit up to 1");
  });

  it("pulls the log of a candidate that has more: without its vote it may not be elected", () => {
    const a = new Member({ bonds: "bc", guards });
    expect(a.receives("b", message.requestVote(1, "b", "1/4"))).toEqual([
      "follower in term 1",
      "to b: vote abstained term 1",
      "pull from b",
    ]);
  });

  it("does not wait for a leader that is gone to end a catch-up: it pulls what the candidate has", () => {
    const a = new Member({ bonds: "bc", guards, log: ["1:x"] });
    a.receives("b", message.append({ term: 1, from: "b", prev: "1/4" }));
    expect(a.core.isSyncing).toBe(true);
    const told = a.receives("c", message.requestVote(2, "c", "1/4"));
    expect(told.slice(0, 1)).toEqual(["follower in term 2"]);
    expect(told.filter((line) => /sync|pull/.test(line))).toEqual(["end sync", "pull from c"]);
    expect(a.core.isSyncing).toBe(false);
  });

  it("commits what the leader before it left behind; not that of one further back, before a command of its own (Raft §5.4.2)", () => {
    const next = new Member({ bonds: "bc", guards, log: ["1:x"] });
    next.receives("b", message.append({ term: 1, from: "b", prev: "1/1" }));
    expect(next.elected().core.committed.index).toBe(1);

    const later = new Member({ bonds: "bc", guards, log: ["1:x"] });
    later.receives("b", message.append({ term: 3, from: "b", prev: "1/1" }));
    later.at(later.core.deadlineMs);
    later.receives("b", message.vote(4, "granted"));
    expect(later.core.role).toBe("leader");
    later.receives("b", message.ack(4, 1));
    expect(later.core.committed.index).toBe(0);
    expect(later.asks(7, "q")).toEqual(["query 7 failed: notSent"]);
    later.proposes([1, "y"]);
    expect(later.receives("b", message.ack(4, 2))).toContain("commit up to 2");
    expect(later.asks(8, "q")).toEqual(["answer q for 8"]);
  });

  it("commits what is from further back once all members hold it: no other log ends later", () => {
    const a = new Member({ bonds: "bc", guards, log: ["1:x"] });
    a.receives("b", message.append({ term: 3, from: "b", prev: "1/1" }));
    a.at(a.core.deadlineMs);
    a.receives("b", message.vote(4, "granted"));
    a.receives("b", message.ack(4, 1));
    expect(a.receives("c", message.ack(4, 1))).toContain("commit up to 1");
  });
});

describe("a group with guards that is divided", () => {
  it("goes on in the part that has a majority, and nothing that it confirmed is lost", () => {
    const random = new SeededRandom("divided");
    const cluster = new Cluster("abcde", { guards: { members: 5 }, unit: () => random.unit() });
    cluster.connectAll();
    cluster.run(12_000);
    const [old] = cluster.leaders as [string];
    const rest = [..."abcde"].filter((name) => name !== old);
    const [friend, ...others] = rest as [string, ...string[]];
    for (const here of [old, friend]) for (const there of others) cluster.disconnect(here, there);
    cluster.propose(old, 1, "lost");
    cluster.run(10_000);
    expect(cluster.member(old).core.role).toBe("follower");
    expect(cluster.member(old).core.committed.index).toBe(0);
    const [leader] = cluster.leaders as [string];
    expect(others).toContain(leader);
    cluster.propose(leader, 2, "kept");
    cluster.run(100);
    expect(cluster.member(leader).core.committed.index).toBe(1);
    cluster.connectAll();
    cluster.run(12_000);
    for (const { log, core } of cluster.members.values()) {
      expect(new TextDecoder().decode(log.get(1)?.command)).toBe("kept");
      expect(core.committed.index).toBe(1);
    }
    for (const outputs of cluster.told.values()) expect(outputs.map(({ kind }) => kind)).not.toContain("diverged");
  });
});

describe("a sticky member", () => {
  const rules = { isSticky: true };

  it("ignores candidates as long as it hears its leader, but not its leader that stands again", () => {
    const a = new Member({ bonds: "bc", rules });
    a.receives("b", message.append({ term: 1, from: "b" }));
    expect(a.receives("c", message.requestVote(5, "c"))).toEqual([]);
    expect(a.receives("b", message.requestVote(6, "b"))).toContain("to b: vote granted term 6");
  });

  it("lets go after one election timeout", () => {
    const a = new Member({ bonds: "bc", rules });
    a.receives("b", message.append({ term: 1, from: "b" }));
    a.nowMs = 2000;
    expect(a.receives("c", message.requestVote(5, "c"))).toContain("to c: vote granted term 5");
  });
});
