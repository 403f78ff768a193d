import { describe, expect, it } from "vitest";
import { rustRules } from "../../../src/groups/raft/rules.js";
import { entry, Member, message } from "./member.js";

/** What happens to a member, and everything that it does then. */
type Line = readonly [happens: (member: Member) => string[], does: readonly string[]];

function plays(member: Member, ...lines: readonly Line[]): void {
  for (const [i, [happens, does]] of lines.entries()) expect(happens(member), `line ${i + 1}`).toEqual(does);
}

const ticks =
  (nowMs: number) =>
  (member: Member): string[] =>
    member.at(nowMs);
const loses =
  (name: string) =>
  (member: Member): string[] =>
    member.loses(name);
const receives =
  (from: string, received: Parameters<Member["receives"]>[1]) =>
  (member: Member): string[] =>
    member.receives(from, received);

describe("whole courses of a member", () => {
  it("two leaders of one term: it stays with the one that it hears, until that is gone", () => {
    plays(
      new Member({ bonds: "bc" }),
      [
        receives("b", message.append({ term: 1, from: "b", entries: ["1:x"], commit: 1 })),
        [
          "follower in term 1",
          "log ends at 1/1",
          "to b: granted term 1, last 1",
          "commit up to 1",
          "leader b",
          "online",
        ],
      ],
      [receives("c", message.append({ term: 1, from: "c", entries: ["1:y", "1:z"], commit: 2 })), []],
      [receives("c", message.append({ term: 1, from: "c", prev: "1/2", commit: 2 })), []],
      [loses("b"), ["offline"]],
      // What it has committed is not what c has there.
      [
        receives("c", message.append({ term: 1, from: "c", entries: ["1:y", "1:z"], commit: 2 })),
        ["diverged from c at 1/1", "leader c"],
      ],
    );
  });

  it("two leaders of one term: a Rust member follows each in turn", () => {
    plays(
      new Member({ base: rustRules, bonds: "bc" }),
      [
        receives("b", message.append({ term: 1, from: "b", prev: "1/3" })),
        ["follower in term 1", "begin sync with b, 1/3 commit 0", "leader b"],
      ],
      [
        receives("c", message.append({ term: 1, from: "c", prev: "1/2" })),
        ["sync under c", "during sync: 1/2 commit 0", "leader c"],
      ],
    );
  });

  it("succession: the first in rank stands when the bond with the leader ends, the others grant", () => {
    const heard = receives("b", message.append({ term: 1, from: "b", entries: ["1:x"] }));
    const answer = ["follower in term 1", "log ends at 1/1", "to b: granted term 1, last 1", "leader b", "online"];
    plays(
      new Member({ bonds: "bc" }),
      [heard, answer],
      [loses("b"), ["offline"]],
      [ticks(249), []],
      [ticks(250), ["candidate in term 2", "to all: request vote term 2, at 1/1", "leader unknown"]],
      [
        receives("c", message.vote(2, "granted")),
        ["leader in term 2", "commit up to 1", "to all: heartbeat term 2, 1/1 commit 1", "leader a", "online"],
      ],
    );
    plays(
      new Member({ name: "c", bonds: "ab" }),
      [heard, answer],
      [loses("b"), ["offline"]],
      [ticks(499), []],
      [
        receives("a", message.requestVote(2, "a", "1/1")),
        ["follower in term 2", "to a: vote granted term 2", "leader unknown"],
      ],
      [ticks(500), []],
    );
  });

  it("succession while it catches up: it lets the others go first, and takes its turn once nobody leads", () => {
    plays(
      new Member({ bonds: "bc", log: ["1:x"] }),
      [
        receives("b", message.append({ term: 1, from: "b", prev: "1/4" })),
        ["follower in term 1", "begin sync with b, 1/4 commit 0", "leader b"],
      ],
      [loses("b"), []],
      [ticks(2000), []],
      // The candidate lacks even what this member has.
      [
        receives("c", message.requestVote(2, "c", "0/0")),
        ["follower in term 2", "to c: vote denied term 2", "leader unknown"],
      ],
      [ticks(2249), []],
      [ticks(2250), ["end sync", "candidate in term 3", "to all: request vote term 3, at 1/1"]],
    );
  });

  it("reluctant succession: after as many turns as it is reluctant", () => {
    const reluctant = { bonds: "bc", preference: { kind: "reluctant", factor: 3 } } as const;
    plays(
      new Member(reluctant),
      [receives("b", message.append({ term: 1, from: "b" })), ["follower in term 1", "leader b", "online"]],
      [loses("b"), ["offline"]],
      [ticks(749), []],
      [ticks(750), ["candidate in term 2", "to all: request vote term 2, at 0/0", "leader unknown"]],
    );
    plays(
      new Member({ ...reluctant, log: ["1:x"] }),
      [receives("c", message.requestVote(2, "c", "0/0")), ["follower in term 2", "to c: vote denied term 2"]],
      [ticks(749), []],
      [ticks(750), ["candidate in term 3", "to all: request vote term 3, at 1/1"]],
    );
  });

  it("an observer succeeds nobody", () => {
    plays(
      new Member({ bonds: "bc", log: ["1:x"], preference: { kind: "observer" } }),
      [
        receives("b", message.append({ term: 1, from: "b", prev: "1/1" })),
        ["follower in term 1", "leader b", "online"],
      ],
      [loses("b"), ["offline"]],
      [
        receives("c", message.requestVote(2, "c", "0/0")),
        ["follower in term 2", "to c: vote denied term 2", "leader unknown"],
      ],
      [ticks(10_000), []],
    );
  });

  it("a follower answers neither commands nor queries of others (§6.4), nor a candidate (§6.5)", () => {
    const query = { kind: "query", query: new Uint8Array(1), requestId: { low: 1, high: 2 } } as const;
    const command = message.command(["x"], { low: 1, high: 2 });
    plays(
      new Member({ bonds: "bc" }),
      [receives("b", message.append({ term: 1, from: "b" })), ["follower in term 1", "leader b", "online"]],
      [receives("c", command), []],
      [receives("c", query), []],
      [ticks(2000), ["candidate in term 2", "to all: request vote term 2, at 0/0", "leader unknown", "offline"]],
      [receives("c", command), []],
      [receives("c", query), []],
    );
  });

  it("a Rust follower does not look at its timer during a catch-up (§6.4), and drops it with a new term (§6.2)", () => {
    const rust = new Member({ base: rustRules, bonds: "bc" });
    plays(rust, [
      receives("b", message.append({ term: 1, from: "b", prev: "1/4" })),
      ["follower in term 1", "begin sync with b, 1/4 commit 0", "leader b"],
    ]);
    expect(rust.core.deadlineMs).toBe(Infinity);
    plays(rust, [
      receives("c", message.requestVote(2, "c", "1/4")),
      ["end sync", "follower in term 2", "to c: vote abstained term 2", "leader unknown"],
    ]);
    expect(rust.core.deadlineMs).toBe(2000);
  });

  it("a group of one: it elects itself, commits alone, and gives way to a higher term (§6.6, §13 S1)", () => {
    plays(
      new Member(),
      [ticks(5000), ["candidate in term 1", "leader in term 1", "leader a", "online"]],
      [(member) => member.proposes([1, "x"]), ["proposal 1 has 1-1 of term 1", "log ends at 1/1", "commit up to 1"]],
      [(member) => member.bonds("b"), ["to b: heartbeat term 1, 1/1 commit 1"]],
      [
        receives("b", message.append({ term: 3, from: "b", entries: ["2:y"], commit: 1 })),
        ["follower in term 3", "possibly reverted 1-1", "diverged from b at 1/1", "leader b", "offline"],
      ],
      [
        (member) => {
          member.log.resetTo({ term: 0, index: 0 });
          return member.step({ kind: "rebuilt" });
        },
        ["log ends at 0/0", "log ends at 2/1", "to b: granted term 3, last 1", "commit up to 1", "online"],
      ],
    );
  });

  it("a pull that is overtaken: what it brought stays, the leader takes it from there (§19 D5)", () => {
    plays(
      new Member({ bonds: "bc" }),
      [ticks(5000), ["candidate in term 1", "to all: request vote term 1, at 0/0"]],
      [receives("b", message.vote(1, "denied")), []],
      [receives("c", message.vote(1, "denied")), ["follower in term 1", "pull from bc"]],
      [
        (member) => {
          member.log.append([entry("1:x")]);
          return member.receives("b", message.append({ term: 2, from: "b", prev: "1/1", entries: ["2:y"], commit: 1 }));
        },
        [
          "follower in term 2",
          "end sync",
          "log ends at 2/2",
          "to b: granted term 2, last 2",
          "commit up to 1",
          "leader b",
          "online",
        ],
      ],
    );
  });
});
