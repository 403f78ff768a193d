import { describe, expect, it } from "vitest";
import { Member, message } from "./member.js";

describe("leadership preference (spec 05 §6.9)", () => {
  it("a reluctant follower waits its factor, also the first time, but a candidate does not", () => {
    const a = new Member({ bonds: "b", preference: { kind: "reluctant", factor: 3 } });
    expect(a.core.deadlineMs).toBe(15_000);
    a.receives("b", message.append({ term: 1, from: "b" }));
    expect(a.core.deadlineMs).toBe(6000);
    a.at(6000);
    expect(a.core.role).toBe("candidate");
    expect(a.core.deadlineMs).toBe(8000);
  });

  it("an observer never stands for election", () => {
    const a = new Member({ bonds: "b", preference: { kind: "observer" } });
    expect(a.at(5000)).toEqual([]);
    expect(a.core.deadlineMs).toBe(7000);
  });
});

describe("the first election of all (DESIGN §6)", () => {
  it("is held by the lowest id as soon as all are bonded and no leader was heard for a while", () => {
    const a = new Member({ bonds: "bc" });
    a.nowMs = 300;
    a.step({ kind: "mesh", isComplete: true });
    expect(a.core.deadlineMs).toBe(950);
    expect(a.at(950)).toEqual(["candidate in term 1", "to all: request vote term 1, at 0/0"]);
  });

  it("is held by the next in rank if the lower ones do not", () => {
    const b = new Member({ name: "b", bonds: "ac" });
    b.step({ kind: "mesh", isComplete: true });
    expect(b.core.deadlineMs).toBe(900);
    const c = new Member({ name: "c", bonds: "ab" });
    c.step({ kind: "mesh", isComplete: true });
    expect(c.core.deadlineMs).toBe(1150);
  });

  it("waits for the bootstrap timer while a member is alone: it would become a rival", () => {
    const a = new Member();
    a.step({ kind: "mesh", isComplete: true });
    expect(a.core.deadlineMs).toBe(5000);
  });

  it("waits for the bootstrap timer while bonds are missing", () => {
    const a = new Member({ bonds: "b" });
    a.step({ kind: "mesh", isComplete: true });
    a.nowMs = 400;
    a.step({ kind: "mesh", isComplete: false });
    expect(a.core.deadlineMs).toBe(5000);
  });

  it("begins to wait anew with each bond", () => {
    const a = new Member({ bonds: "b" });
    a.step({ kind: "mesh", isComplete: true });
    a.nowMs = 400;
    a.bonds("c");
    expect(a.core.deadlineMs).toBe(1050);
    a.loses("b");
    a.loses("c");
    expect(a.core.deadlineMs).toBe(5000);
  });

  it("is off as soon as a leader or a candidate is heard", () => {
    const follower = new Member({ bonds: "b" });
    follower.step({ kind: "mesh", isComplete: true });
    follower.receives("b", message.append({ term: 0, from: "b" }));
    follower.step({ kind: "mesh", isComplete: true });
    expect(follower.core.deadlineMs).toBe(2000);
    const voter = new Member({ bonds: "b" });
    voter.step({ kind: "mesh", isComplete: true });
    voter.receives("b", message.requestVote(1, "b"));
    voter.bonds("c");
    expect(voter.core.deadlineMs).toBe(2000);
  });

  it("is left to others by those who would rather not lead", () => {
    for (const preference of [{ kind: "observer" }, { kind: "reluctant", factor: 2 }] as const) {
      const a = new Member({ bonds: "b", preference });
      const normal = a.core.deadlineMs;
      a.step({ kind: "mesh", isComplete: true });
      expect(a.core.deadlineMs).toBe(normal);
    }
  });
});

describe("after the bond with the leader has ended (DESIGN §6)", () => {
  function follower(name: string, bonds: string): Member {
    const member = new Member({ name, bonds });
    member.receives("b", message.append({ term: 1, from: "b", entries: ["1:x"] }));
    member.nowMs = 100;
    return member;
  }

  it("the others stand for election one after the other", () => {
    const a = follower("a", "bcd");
    a.loses("b");
    expect(a.core.deadlineMs).toBe(350);
    const c = follower("c", "abd");
    c.loses("b");
    expect(c.core.deadlineMs).toBe(600);
  });

  it("nothing is hurried if the bond comes back, or the leader is heard", () => {
    const back = follower("a", "bc");
    back.loses("b");
    back.bonds("b");
    expect(back.core.deadlineMs).toBe(2000);
    const heard = follower("a", "bc");
    heard.loses("b");
    heard.receives("c", message.append({ term: 2, from: "c", prev: "1/1" }));
    expect(heard.core.deadlineMs).toBe(2100);
  });

  it("nothing is hurried by a member that is alone then, nor by the end of another bond", () => {
    const alone = follower("a", "b");
    alone.loses("b");
    expect(alone.core.deadlineMs).toBe(2000);
    const other = follower("a", "bc");
    other.loses("c");
    expect(other.core.deadlineMs).toBe(2000);
  });

  it("whoever has more than the first candidate takes its turn after denying it", () => {
    const c = follower("c", "abd");
    c.loses("b");
    expect(c.receives("a", message.requestVote(2, "a", "0/0"))).toContain("to a: vote denied term 2");
    expect(c.core.deadlineMs).toBe(600);
    expect(c.at(600)).toEqual(["candidate in term 3", "to all: request vote term 3, at 1/1"]);
  });

  it("so does whoever has more than a candidate when nobody leads, but not while a leader is heard", () => {
    const leaderless = new Member({ name: "c", log: ["1:x"], bonds: "ab" });
    leaderless.nowMs = 100;
    leaderless.receives("a", message.requestVote(2, "a", "0/0"));
    expect(leaderless.core.deadlineMs).toBe(850);

    const led = new Member({ name: "c", log: ["1:x"], bonds: "ab" });
    led.receives("b", message.append({ term: 2, from: "b", prev: "1/1" }));
    led.receives("a", message.requestVote(2, "a", "0/0"));
    expect(led.core.deadlineMs).toBe(2000);
  });

  it("a member that was catching up stands like any other once nobody leads", () => {
    const a = new Member({ bonds: "bc" });
    a.receives("b", message.append({ term: 1, from: "b", prev: "1/4" }));
    expect(a.core.deadlineMs).toBe(4000);
    a.receives("c", message.requestVote(2, "c", "1/4"));
    expect(a.core.deadlineMs).toBe(2000);
  });
});
