import { describe, expect, it } from "vitest";
import { rustRules } from "../../../src/groups/raft/rules.js";
import { Member, message } from "./member.js";

describe("what a member starts with (spec 05 §6.1)", () => {
  it("is a follower of term 0, without a leader, that has nothing committed", () => {
    const { core } = new Member();
    expect(core.role).toBe("follower");
    expect(core.term).toBe(0);
    expect(core.leader).toBeUndefined();
    expect(core.isOnline).toBe(false);
    expect(core.committed).toEqual({ term: 0, index: 0 });
  });
});

describe("receiving any message (spec 05 §6.2)", () => {
  it("drops a message of a lower term, as Rust does", () => {
    const a = new Member({ base: rustRules, bonds: "bc" });
    a.receives("b", message.append({ term: 5, from: "b" }));
    expect(a.receives("c", message.append({ term: 4, from: "c" }))).toEqual([]);
    expect(a.receives("c", message.requestVote(4, "c"))).toEqual([]);
    expect(a.receives("c", message.ack(4, 0))).toEqual([]);
  });

  it("answers entries and requests of a lower term with its own, so that the old leader steps down (§19 D4)", () => {
    const a = new Member({ bonds: "bc" });
    a.receives("b", message.append({ term: 5, from: "b" }));
    expect(a.receives("c", message.append({ term: 4, from: "c" }))).toEqual(["to c: denied term 5, last 0"]);
    expect(a.receives("c", message.requestVote(4, "c"))).toEqual(["to c: vote denied term 5"]);
    expect(a.receives("c", message.ack(4, 0))).toEqual([]);
    expect(a.receives("c", message.vote(4, "granted"))).toEqual([]);
  });

  it("follows the leader of a higher term", () => {
    const a = new Member({ bonds: "bc" }).elected();
    expect(a.receives("b", message.append({ term: 7, from: "b" }))).toEqual(["follower in term 7", "leader b"]);
    expect(a.core.isOnline).toBe(true);
  });

  it("follows nobody after a higher term in anything else, also in an answer", () => {
    for (const received of [message.ack(3, 9, "denied"), message.vote(3, "denied")]) {
      const a = new Member({ bonds: "bc" }).elected();
      expect(a.receives("b", received)).toEqual(["follower in term 3", "leader unknown", "offline"]);
    }
  });

  it("starts the timer afresh for a new term, without the delay of the first one", () => {
    const a = new Member({ bonds: "b", rules: { electsEarly: false } });
    expect(a.core.deadlineMs).toBe(5000);
    a.nowMs = 1000;
    a.receives("b", message.vote(3, "denied"));
    expect(a.core.deadlineMs).toBe(3000);
  });

  it("ignores what its role does not expect", () => {
    const a = new Member({ bonds: "b" });
    expect(a.receives("b", message.ack(0, 4))).toEqual([]);
    expect(a.receives("b", message.vote(0, "granted"))).toEqual([]);
    expect(a.receives("b", message.command(["x"], { low: 1, high: 2 }))).toEqual([]);
    a.elected();
    const ack = { kind: "commandAck", requestId: { low: 1, high: 2 }, assigned: { start: 1, end: 1 } } as const;
    expect(a.receives("b", ack)).toEqual([]);
  });

  it("ignores entries of others in its own name", () => {
    const a = new Member({ bonds: "b" });
    expect(a.receives("b", message.append({ term: 3, from: "a" }))).toEqual([]);
    expect(a.core.term).toBe(0);
  });
});
