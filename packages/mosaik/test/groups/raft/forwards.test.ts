import { describe, expect, it } from "vitest";
import { bytes, Member, message } from "./member.js";

/** A follower of b. */
function follower(options: ConstructorParameters<typeof Member>[0] = {}): Member {
  const a = new Member({ bonds: "b", unit: () => 0.25, ...options });
  a.receives("b", message.append({ term: 1, from: "b" }));
  return a;
}

describe("commands of a follower (spec 05 §6.8)", () => {
  it("go to the leader in one message, and each proposal gets its part of the range", () => {
    const a = follower();
    expect(a.proposes([1, "x", "y"], [2, "z"])).toEqual(["to b: commands x y z"]);
    const requestId = a.lastRequest();
    expect(a.receives("b", { kind: "commandAck", requestId, assigned: { start: 5, end: 7 } })).toEqual([
      "proposal 1 has 5-6 of term 1",
      "proposal 2 has 7-7 of term 1",
    ]);
    expect(a.receives("b", { kind: "commandAck", requestId, assigned: { start: 5, end: 7 } })).toEqual([]);
  });

  it("do not wait for each other", () => {
    let next = 0;
    const a = follower({ unit: () => (next++ % 16) / 16 });
    a.proposes([1, "x"]);
    const first = a.lastRequest();
    a.proposes([2, "y"]);
    const second = a.lastRequest();
    expect(first).not.toEqual(second);
    expect(a.receives("b", { kind: "commandAck", requestId: second, assigned: { start: 2, end: 2 } })).toEqual([
      "proposal 2 has 2-2 of term 1",
    ]);
    expect(a.receives("b", { kind: "commandAck", requestId: first, assigned: { start: 1, end: 1 } })).toEqual([
      "proposal 1 has 1-1 of term 1",
    ]);
  });

  it("go in several messages if they are many, but those of a proposal stay together", () => {
    let next = 0;
    const a = follower({ rules: { entriesPerMessageMax: 2 }, unit: () => (next++ % 16) / 16 });
    expect(a.proposes([1, "u"], [2, "v", "w", "x"], [3, "y"], [4, "z"])).toEqual([
      "to b: commands u",
      "to b: commands v w x",
      "to b: commands y z",
    ]);
  });

  it("are not sent without a leader, or without a bond with it", () => {
    expect(new Member({ bonds: "b" }).proposes([1, "x"])).toEqual(["proposal 1 rejected: notSent"]);
    const a = follower();
    a.loses("b");
    expect(a.proposes([1, "x"])).toEqual(["proposal 1 rejected: notSent"]);
  });

  it("have an unknown outcome when the leader does not answer in time", () => {
    const a = follower();
    a.nowMs = 1000;
    a.receives("b", message.append({ term: 1, from: "b" }));
    a.proposes([1, "x"], [2, "y"]);
    a.nowMs = 2000;
    a.receives("b", message.append({ term: 1, from: "b" }));
    expect(a.core.deadlineMs).toBe(3000);
    expect(a.at(3000)).toEqual(["proposal 1 rejected: unknown", "proposal 2 rejected: unknown"]);
  });

  it("have an unknown outcome at once when the role or the bond with the leader ends", () => {
    const stepsDown = follower();
    stepsDown.proposes([1, "x"]);
    expect(stepsDown.receives("b", message.requestVote(2, "b"))).toContain("proposal 1 rejected: unknown");

    const campaigns = follower({ config: { forwardTimeoutMs: 60_000 } });
    campaigns.proposes([1, "x"]);
    expect(campaigns.at(3000)).toContain("proposal 1 rejected: unknown");

    const unbonded = follower();
    unbonded.proposes([1, "x"]);
    expect(unbonded.loses("b")).toEqual(["proposal 1 rejected: unknown", "offline"]);
  });

  it("have an unknown outcome when the leader gives them another number of places", () => {
    const a = follower();
    a.proposes([1, "x", "y"]);
    const requestId = a.lastRequest();
    expect(a.receives("b", { kind: "commandAck", requestId, assigned: { start: 5, end: 5 } })).toEqual([
      "proposal 1 rejected: unknown",
    ]);
  });
});

describe("strong queries of a follower (spec 05 §6.8)", () => {
  it("go to the leader", () => {
    const a = follower();
    expect(a.asks(1, "?")).toEqual(["to b: query ?"]);
    const requestId = a.lastRequest();
    expect(a.receives("b", { kind: "queryResponse", requestId, result: bytes("42"), position: 6 })).toEqual([
      "query 1: 42 at 6",
    ]);
    const unknown = { low: requestId.low, high: requestId.high + 1 };
    expect(a.receives("b", { kind: "queryResponse", requestId: unknown, result: bytes("42"), position: 6 })).toEqual(
      [],
    );
  });

  it("fail without a leader, after their time, and with the role", () => {
    expect(new Member().asks(1, "?")).toEqual(["query 1 failed: notSent"]);
    const slow = follower({ config: { queryTimeoutMs: 300 } });
    slow.asks(1, "?");
    expect(slow.core.deadlineMs).toBe(300);
    expect(slow.at(300)).toEqual(["query 1 failed: unknown"]);
    const deposed = follower();
    deposed.asks(1, "?");
    expect(deposed.receives("b", message.requestVote(2, "b"))).toContain("query 1 failed: unknown");
  });
});
