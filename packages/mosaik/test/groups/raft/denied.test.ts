import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { Election } from "../../../src/groups/raft/election.js";
import type { Vote } from "../../../src/groups/raft/messages.js";
import { rustRules } from "../../../src/groups/raft/rules.js";
import { entry, Member, message, peer, type MemberOptions } from "./member.js";

/** Has just stood for election in term 1, at 5000 ms. */
function candidate(options: MemberOptions): Member {
  const member = new Member(options);
  member.at(5000);
  return member;
}

describe("a candidate that was denied (spec 05 §13 L5, §19 D5)", () => {
  it("fetches what those have who denied, as soon as it cannot win any more", () => {
    const a = candidate({ bonds: "bcd" });
    expect(a.receives("b", message.vote(1, "denied"))).toEqual([]);
    expect(a.receives("c", message.vote(1, "denied"))).toEqual(["follower in term 1", "pull from bc"]);
    expect(a.receives("d", message.vote(1, "granted"))).toEqual([]);
  });

  it("stands again at once, when it has what it lacked", () => {
    const a = candidate({ bonds: "b" });
    expect(a.receives("b", message.vote(1, "denied"))).toEqual(["follower in term 1", "pull from b"]);
    a.nowMs = 5040;
    a.log.append([entry("1:x")]);
    expect(a.step({ kind: "pulled" })).toEqual(["log ends at 1/1"]);
    expect(a.at(5040)).toEqual(["candidate in term 2", "to all: request vote term 2, at 1/1"]);
    expect(a.receives("b", message.vote(2, "abstained"))).toEqual([
      "leader in term 2",
      "commit up to 1",
      "to all: heartbeat term 2, 1/1 commit 1",
      "leader a",
      "online",
    ]);
  });

  it("lets others with a lower id go before it, and if it is reluctant all the longer", () => {
    for (const [preference, atMs] of [
      [{ kind: "normal" }, 5290],
      [{ kind: "reluctant", factor: 3 }, 15_790],
    ] as const) {
      const b = new Member({ name: "b", bonds: "a", preference });
      b.at(b.core.deadlineMs);
      b.receives("a", message.vote(1, "denied"));
      b.nowMs += 40;
      b.log.append([entry("1:x")]);
      b.step({ kind: "pulled" });
      expect(b.core.deadlineMs).toBe(atMs);
    }
  });

  it("tries again when the time is up, if there was nothing", () => {
    const a = candidate({ bonds: "b" });
    a.receives("b", message.vote(1, "denied"));
    a.nowMs = 5040;
    expect(a.step({ kind: "pulled" })).toEqual(["log ends at 0/0"]);
    expect(a.at(6999)).toEqual([]);
    expect(a.at(7000)).toEqual(["candidate in term 2", "to all: request vote term 2, at 0/0"]);
  });

  it("does not stand while it fetches", () => {
    const a = candidate({ bonds: "b" });
    a.receives("b", message.vote(1, "denied"));
    expect(a.at(7000)).toEqual([]);
    expect(a.core.deadlineMs).toBe(9000);
    a.nowMs = 7500;
    a.step({ kind: "pulled" });
    expect(a.at(7500)).toContain("candidate in term 2");
  });

  it("fetches when its time is up, too, where others do not answer", () => {
    const a = candidate({ bonds: "bc" });
    expect(a.receives("b", message.vote(1, "denied"))).toEqual([]);
    expect(a.at(7000)).toEqual(["follower in term 1", "pull from b"]);
    expect(a.step({ kind: "pulled" })).toEqual(["log ends at 0/0"]);
    expect(a.at(7000)).toContain("candidate in term 2");
  });

  it("gives that up for a leader", () => {
    const a = candidate({ bonds: "bc" });
    a.receives("b", message.vote(1, "denied"));
    a.receives("c", message.vote(1, "denied"));
    expect(a.receives("c", message.append({ term: 2, from: "c", prev: "1/3", commit: 3 }))).toEqual([
      "follower in term 2",
      "end sync",
      "begin sync with c, 1/3 commit 3",
      "leader c",
    ]);
    expect(a.step({ kind: "pulled" })).toEqual([]);
  });

  it("goes on with it while others stand for election", () => {
    const a = candidate({ bonds: "bc" });
    a.receives("b", message.vote(1, "denied"));
    a.receives("c", message.vote(1, "denied"));
    expect(a.receives("c", message.requestVote(2, "c", "0/0"))).toEqual([
      "follower in term 2",
      "to c: vote granted term 2",
    ]);
    a.nowMs = 5040;
    a.log.append([entry("1:x")]);
    a.step({ kind: "pulled" });
    expect(a.core.deadlineMs).toBe(5040);
  });

  it("begins anew where what it has committed is another, and is denied again", () => {
    const a = new Member({ bonds: "b" });
    a.receives("b", message.append({ term: 1, from: "b", entries: ["1:x"], commit: 1 }));
    a.at(2000);
    expect(a.receives("b", message.vote(2, "denied"))).toContain("pull from b");
    a.log.resetTo({ term: 0, index: 0 });
    expect(a.step({ kind: "rebuilt" })).toEqual(["log ends at 0/0"]);
    a.at(a.core.deadlineMs);
    expect(a.receives("b", message.vote(3, "denied"))).toContain("pull from b");
  });

  it("as a Rust member waits for the next term, for ever if those who deny do not stand", () => {
    const a = candidate({ base: rustRules, bonds: "b" });
    expect(a.receives("b", message.vote(1, "denied"))).toEqual([]);
    expect(a.at(7000)).toContain("candidate in term 2");
  });
});

describe("a lost election", () => {
  const vote = fc.constantFrom<Vote>("granted", "denied", "abstained");

  it("is one that no votes still to come can win", () => {
    fc.assert(
      fc.property(fc.array(vote, { maxLength: 6 }), fc.nat(3), (votes, silent) => {
        const names = [..."bcdefghij"].slice(0, votes.length + silent).map(peer);
        // All ways in which the silent may vote yet.
        const endings = silent === 0 ? [[]] : combinations(["granted", "denied", "abstained"], silent);
        const isWonBy = (ending: readonly Vote[]): boolean => {
          const election = new Election(peer("a"), names);
          [...votes, ...ending].forEach((cast, i) => election.record(names[i]!, cast));
          return election.isWon();
        };
        const election = new Election(peer("a"), names);
        votes.forEach((cast, i) => election.record(names[i]!, cast));
        expect(election.isLost).toBe(!endings.some(isWonBy));
      }),
    );
  });
});

function combinations(votes: readonly Vote[], length: number): Vote[][] {
  if (length === 0) return [[]];
  return combinations(votes, length - 1).flatMap((rest) => votes.map((cast) => [cast, ...rest]));
}

describe("a leader that a candidate has deposed", () => {
  const led = (name: string): Member => {
    const member = new Member({ name, bonds: "bc".replace(name, "a") }).elected();
    member.proposes([1, "x"]);
    return member;
  };

  it("stands again at once if the candidate lacks what it has", () => {
    const a = led("a");
    expect(a.receives("c", message.requestVote(5, "c", "0/0"))).toEqual([
      "follower in term 5",
      "to c: vote denied term 5",
      "candidate in term 6",
      "to all: request vote term 6, at 1/1",
      "leader unknown",
      "offline",
    ]);
    // The others have what it has, and grant.
    expect(a.receives("b", message.vote(6, "granted"))).toContain("leader in term 6");
  });

  it("does so whatever its rank, for it is the one whom the others follow", () => {
    expect(led("c").receives("a", message.requestVote(5, "a", "0/0"))).toContain("candidate in term 6");
  });

  it("leaves it to the candidate if that has as much or more", () => {
    expect(led("a").receives("c", message.requestVote(5, "c", "1/1"))).toContain("to c: vote granted term 5");
    const a = led("a");
    expect(a.receives("c", message.requestVote(5, "c", "1/2"))).toContain("to c: vote abstained term 5");
    expect(a.core.role).toBe("follower");
  });

  it("as a Rust member waits for a whole election timeout", () => {
    const a = new Member({ base: rustRules, bonds: "bc" }).elected();
    a.proposes([1, "x"]);
    const { nowMs } = a;
    a.receives("c", message.requestVote(5, "c", "0/0"));
    expect(a.core.role).toBe("follower");
    expect(a.core.deadlineMs).toBe(nowMs + 2000);
  });
});
