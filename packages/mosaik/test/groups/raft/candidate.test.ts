import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { Election, electionQuorum } from "../../../src/groups/raft/election.js";
import type { Vote } from "../../../src/groups/raft/messages.js";
import { rustRules } from "../../../src/groups/raft/rules.js";
import { Member, message, peer } from "./member.js";

describe("a candidate (spec 05 §6.5)", () => {
  it("asks all bonds, and leads with a majority of them and itself", () => {
    const a = new Member({ bonds: "bcde" });
    expect(a.at(5000)).toEqual(["candidate in term 1", "to all: request vote term 1, at 0/0"]);
    expect(a.receives("b", message.vote(1, "granted"))).toEqual([]);
    expect(a.receives("b", message.vote(1, "granted"))).toEqual([]);
    expect(a.receives("c", message.vote(1, "granted"))).toEqual([
      "leader in term 1",
      "to all: heartbeat term 1, 0/0 commit 0",
      "leader a",
      "online",
    ]);
  });

  it("leads at once if there are no bonds", () => {
    const a = new Member();
    expect(a.at(5000)).toEqual(["candidate in term 1", "leader in term 1", "leader a", "online"]);
  });

  it("does not count the abstained", () => {
    const a = new Member({ bonds: "bcde" });
    a.at(5000);
    a.receives("b", message.vote(1, "abstained"));
    expect(a.receives("c", message.vote(1, "abstained"))).toEqual([]);
    a.receives("d", message.vote(1, "granted"));
    expect(a.core.role).toBe("leader");
  });

  it("leads alone when all others abstain", () => {
    const a = new Member({ bonds: "b" });
    a.at(5000);
    a.receives("b", message.vote(1, "abstained"));
    expect(a.core.role).toBe("leader");
    expect(a.voters()).toBe("a");
  });

  it("counts the denied among the asked, and as a Rust member tries again in the next term when the time is up", () => {
    const a = new Member({ base: rustRules, bonds: "bcde" });
    a.at(5000);
    a.receives("b", message.vote(1, "denied"));
    a.receives("c", message.vote(1, "denied"));
    a.receives("d", message.vote(1, "granted"));
    expect(a.core.role).toBe("candidate");
    expect(a.at(6999)).toEqual([]);
    expect(a.at(7000)).toEqual(["candidate in term 2", "to all: request vote term 2, at 0/0"]);
  });

  it("ignores the votes of peers that were bonded later", () => {
    const a = new Member({ bonds: "b" });
    a.at(5000);
    a.bonds("c");
    a.receives("c", message.vote(1, "granted"));
    expect(a.core.role).toBe("candidate");
  });

  it("still counts a peer whose bond has ended", () => {
    const a = new Member({ bonds: "b" });
    a.at(5000);
    expect(a.loses("b")).toEqual([]);
    expect(a.core.role).toBe("candidate");
    a.at(7000);
    expect(a.core.role).toBe("leader");
  });

  it("stands in the first term whose vote it has not given away", () => {
    const a = new Member({ bonds: "bc" });
    a.receives("b", message.requestVote(4, "b"));
    expect(a.at(2000)).toContain("candidate in term 5");
  });

  it("follows the leader of its own term", () => {
    const a = new Member({ bonds: "bc" });
    a.at(5000);
    expect(a.receives("b", message.append({ term: 1, from: "b", entries: ["1:x"] }))).toEqual([
      "follower in term 1",
      "log ends at 1/1",
      "to b: granted term 1, last 1",
      "leader b",
      "online",
    ]);
  });

  it("accepts neither commands nor queries", () => {
    const a = new Member({ bonds: "b" });
    a.at(5000);
    expect(a.proposes([1, "x"], [2, "y"])).toEqual(["proposal 1 rejected: notSent", "proposal 2 rejected: notSent"]);
    expect(a.asks(3, "?")).toEqual(["query 3 failed: notSent"]);
  });

  it("needs a majority of the expected members, if there is such a number (§19 C6)", () => {
    const lone = new Member({ guards: { members: 3 } });
    expect(lone.at(5000)).toEqual(["waiting for a quorum"]);
    expect(lone.core.role).toBe("follower");

    const a = new Member({ bonds: "b", guards: { members: 3 } });
    a.at(5000);
    a.receives("b", message.vote(1, "abstained"));
    expect(a.core.role).toBe("candidate");
    a.at(7000);
    a.receives("b", message.vote(2, "granted"));
    expect(a.core.role).toBe("leader");
  });
});

describe("the quorum of an election", () => {
  const vote = fc.constantFrom<Vote>("granted", "denied", "abstained");

  it("is a majority of the asked without the abstained", () => {
    expect([1, 2, 3, 4, 5, 6, 7].map((asked) => electionQuorum(asked, 0))).toEqual([1, 2, 2, 3, 3, 4, 4]);
    expect([0, 1, 2, 3, 4].map((abstained) => electionQuorum(5, abstained))).toEqual([3, 3, 2, 2, 1]);
  });

  it("is won exactly when a count of the ballots says so", () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 9 }), fc.array(fc.tuple(fc.nat(11), vote)), (bonds, votes) => {
        const names = [..."bcdefghijklm"].map(peer);
        const election = new Election(peer("a"), names.slice(0, bonds));
        const granted = new Set<number>();
        const abstained = new Set<number>();
        for (const [from, cast] of votes) {
          election.record(names[from]!, cast);
          if (from >= bonds) continue;
          if (cast === "granted") granted.add(from);
          if (cast === "abstained") abstained.add(from);
        }
        // So many must grant that what is left of the asked is less, the candidate counting as one.
        const counting = bonds + 1 - abstained.size;
        expect(election.isWon()).toBe(2 * (granted.size + 1) > counting);
      }),
    );
  });
});
