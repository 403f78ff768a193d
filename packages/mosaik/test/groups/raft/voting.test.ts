import { describe, expect, it } from "vitest";
import { Member, message } from "./member.js";

describe("voting (spec 05 §6.3)", () => {
  const log = ["1:x", "2:y"];

  it("rule 1: denies when the vote of the term is given away", () => {
    const a = new Member({ log, bonds: "bc" });
    expect(a.receives("b", message.requestVote(3, "b", "2/2"))).toEqual([
      "follower in term 3",
      "to b: vote granted term 3",
    ]);
    expect(a.receives("c", message.requestVote(3, "c", "2/2"))).toEqual(["to c: vote denied term 3"]);
    expect(a.receives("b", message.requestVote(3, "b", "2/2"))).toEqual(["to b: vote granted term 3"]);
  });

  it("rule 2: denies a candidate that lacks entries, and does not wait for it", () => {
    const a = new Member({ log, bonds: "b", rules: { electsEarly: false } });
    a.nowMs = 500;
    for (const position of ["0/0", "2/1", "1/9"]) {
      a.receives("b", message.requestVote(3, "b", position));
      expect(a.outputs.at(-1)).toMatchObject({ message: { vote: "denied" } });
    }
    expect(a.core.deadlineMs).toBe(2500);
    a.nowMs = 900;
    a.receives("b", message.requestVote(3, "b", "0/0"));
    expect(a.core.deadlineMs).toBe(2500);
  });

  it("rule 3: abstains when it is behind, keeps the vote, and gives the candidate time", () => {
    const a = new Member({ log, bonds: "bc" });
    a.nowMs = 700;
    a.receives("b", message.requestVote(3, "b", "2/3"));
    expect(a.outputs.at(-1)).toMatchObject({ message: { vote: "abstained", term: 3 } });
    a.nowMs = 900;
    expect(a.receives("c", message.requestVote(3, "c", "3/1"))).toEqual(["to c: vote abstained term 3"]);
    expect(a.core.deadlineMs).toBe(2900);
  });

  it("rule 4: an observer abstains where others grant, and its vote is spent", () => {
    const a = new Member({ log, bonds: "bc", preference: { kind: "observer" } });
    a.receives("b", message.requestVote(3, "b", "2/2"));
    expect(a.outputs.at(-1)).toMatchObject({ message: { vote: "abstained" } });
    expect(a.receives("c", message.requestVote(3, "c", "2/2"))).toEqual(["to c: vote denied term 3"]);
  });

  it("an observer that is ahead denies", () => {
    const a = new Member({ log, bonds: "b", preference: { kind: "observer" } });
    a.receives("b", message.requestVote(3, "b", "2/1"));
    expect(a.outputs.at(-1)).toMatchObject({ message: { vote: "denied" } });
  });

  it("rule 5: grants at exactly the same position, and gives the candidate time", () => {
    const a = new Member({ log, bonds: "b" });
    a.nowMs = 700;
    a.receives("b", message.requestVote(3, "b", "2/2"));
    expect(a.outputs.at(-1)).toMatchObject({ message: { vote: "granted", term: 3 } });
    expect(a.core.deadlineMs).toBe(2700);
  });

  it("candidates and leaders of the same term have voted for themselves", () => {
    const a = new Member({ bonds: "bc" });
    a.at(5000);
    expect(a.core.role).toBe("candidate");
    expect(a.receives("b", message.requestVote(1, "b"))).toEqual(["to b: vote denied term 1"]);
    a.receives("c", message.vote(1, "granted"));
    expect(a.core.role).toBe("leader");
    expect(a.receives("b", message.requestVote(1, "b"))).toEqual(["to b: vote denied term 1"]);
  });

  it("a leader of a lower term steps down and votes", () => {
    const a = new Member({ bonds: "b" }).elected();
    expect(a.receives("b", message.requestVote(2, "b"))).toEqual([
      "follower in term 2",
      "to b: vote granted term 2",
      "leader unknown",
      "offline",
    ]);
  });

  it("ignores requests while the leader is alive only if it is told to be sticky (§19 D7)", () => {
    const restless = new Member({ bonds: "bc" });
    restless.receives("b", message.append({ term: 1, from: "b" }));
    restless.receives("c", message.requestVote(2, "c"));
    expect(restless.core.term).toBe(2);

    const sticky = new Member({ bonds: "bc", rules: { isSticky: true } });
    sticky.receives("b", message.append({ term: 1, from: "b" }));
    sticky.nowMs = 1999;
    expect(sticky.receives("c", message.requestVote(2, "c"))).toEqual([]);
    sticky.nowMs = 2000;
    sticky.receives("c", message.requestVote(2, "c"));
    expect(sticky.core.term).toBe(2);

    const left = new Member({ bonds: "bc", rules: { isSticky: true } });
    left.receives("b", message.append({ term: 1, from: "b" }));
    left.loses("b");
    left.receives("c", message.requestVote(2, "c"));
    expect(left.core.term).toBe(2);
  });
});
