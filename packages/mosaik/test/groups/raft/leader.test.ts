import { describe, expect, it } from "vitest";
import { rustRules } from "../../../src/groups/raft/rules.js";
import { bytes, Member, message, peer } from "./member.js";

describe("a new leader (spec 05 §6.6)", () => {
  it("of Rust shows itself one interval after the election, and commits nothing before an acknowledgement", () => {
    const a = new Member({ base: rustRules, log: ["1:x"], bonds: "b" });
    a.at(5000);
    expect(a.receives("b", message.vote(1, "granted"))).toEqual(["leader in term 1", "leader a", "online"]);
    expect(a.core.deadlineMs).toBe(5500);
    expect(a.at(5500)).toEqual(["to all: heartbeat term 1, 1/1 commit 0"]);
    expect(a.receives("b", message.ack(1, 1))).toEqual(["commit up to 1", "to all: heartbeat term 1, 1/1 commit 1"]);
  });

  it("shows itself at once, with what its granters hold committed (§19 C2)", () => {
    const a = new Member({ log: ["1:x"], bonds: "b" });
    a.at(5000);
    expect(a.receives("b", message.vote(1, "granted"))).toEqual([
      "leader in term 1",
      "commit up to 1",
      "to all: heartbeat term 1, 1/1 commit 1",
      "leader a",
      "online",
    ]);
  });

  it("shows itself to each peer that bonds with it (§19 C2)", () => {
    const a = new Member().elected();
    a.proposes([1, "x"]);
    expect(a.bonds("b")).toEqual(["to b: heartbeat term 1, 1/1 commit 1"]);
  });
});

describe("the leader's heartbeat (spec 05 §6.6)", () => {
  it("comes one interval after the last message to all", () => {
    const a = new Member({ bonds: "b" }).elected();
    expect(a.core.deadlineMs).toBe(5500);
    expect(a.at(5500)).toEqual(["to all: heartbeat term 1, 0/0 commit 0"]);
    a.nowMs = 5700;
    a.proposes([1, "x"]);
    expect(a.core.deadlineMs).toBe(6200);
    expect(a.at(6199)).toEqual([]);
    expect(a.at(6200)).toEqual(["to all: heartbeat term 1, 1/1 commit 0"]);
  });
});

describe("commands at the leader (spec 05 §6.6)", () => {
  it("are appended at once and sent in one message, whoever gave them", () => {
    const a = new Member({ bonds: "bc" }).elected();
    expect(a.proposes([1, "x", "y"], [2, "z"])).toEqual([
      "proposal 1 has 1-2 of term 1",
      "proposal 2 has 3-3 of term 1",
      "to all: append term 1, 0/0 1:x 1:y 1:z commit 0",
      "log ends at 1/3",
    ]);
    expect(a.proposes([3, "w"])).toEqual([
      "proposal 3 has 4-4 of term 1",
      "to all: append term 1, 1/3 1:w commit 0",
      "log ends at 1/4",
    ]);
  });

  it("of a member are told their places before they are sent", () => {
    const a = new Member({ bonds: "bc" }).elected();
    expect(a.receives("b", message.command(["x", "y"], { low: 7, high: 8 }))).toEqual([
      "to b: assigned 1-2",
      "to all: append term 1, 0/0 1:x 1:y commit 0",
      "log ends at 1/2",
    ]);
    expect(a.receives("b", message.command(["z"], undefined))).toEqual([
      "to all: append term 1, 1/2 1:z commit 0",
      "log ends at 1/3",
    ]);
  });

  it("are ignored if there are none", () => {
    const a = new Member({ bonds: "b" }).elected();
    expect(a.receives("b", message.command([], { low: 7, high: 8 }))).toEqual([]);
    expect(a.proposes([1])).toEqual(["proposal 1 rejected: notSent"]);
  });

  it("go in several messages if they are many (§19 C4)", () => {
    const a = new Member({ bonds: "b", rules: { entriesPerMessageMax: 2 } }).elected();
    expect(a.proposes([1, "v", "w", "x", "y", "z"])).toEqual([
      "proposal 1 has 1-5 of term 1",
      "to all: append term 1, 0/0 1:v 1:w commit 0",
      "to all: append term 1, 1/2 1:x 1:y commit 0",
      "to all: append term 1, 1/4 1:z commit 0",
      "log ends at 1/5",
    ]);
    const b = new Member({ bonds: "b", rules: { bytesPerMessageMax: 4 } }).elected();
    expect(b.proposes([1, "xx", "yy", "zzzzzz", "w"]).filter((line) => line.startsWith("to all"))).toEqual([
      "to all: append term 1, 0/0 1:xx 1:yy commit 0",
      "to all: append term 1, 1/2 1:zzzzzz commit 0",
      "to all: append term 1, 1/3 1:w commit 0",
    ]);
  });
});

describe("commits (spec 05 §6.6)", () => {
  it("come with the acknowledgement of a majority, and are told at once", () => {
    const a = new Member({ bonds: "bc" }).elected();
    a.receives("c", message.ack(1, 0));
    a.proposes([1, "x"]);
    expect(a.voters()).toBe("abc");
    expect(a.receives("b", message.ack(1, 1))).toEqual(["commit up to 1", "to all: heartbeat term 1, 1/1 commit 1"]);
    expect(a.receives("c", message.ack(1, 1))).toEqual([]);
  });

  it("of a late acknowledgement come at once", () => {
    const a = new Member({ bonds: "b" }).elected();
    a.proposes([1, "x"], [2, "y"]);
    a.at(9000);
    expect(a.receives("b", message.ack(1, 2))).toEqual(["commit up to 2", "to all: heartbeat term 1, 1/2 commit 2"]);
  });

  it("never go beyond the log", () => {
    const a = new Member({ bonds: "b" }).elected();
    a.proposes([1, "x"]);
    expect(a.receives("b", message.ack(1, 99))).toContain("commit up to 1");
    a.proposes([2, "y"]);
    expect(a.core.committed.index).toBe(1);
  });

  it("by the own vote are told at once (§19 C1), where Rust waits for the next heartbeat", () => {
    const a = new Member().elected();
    a.bonds("b");
    expect(a.proposes([1, "x"])).toEqual([
      "proposal 1 has 1-1 of term 1",
      "to all: append term 1, 0/0 1:x commit 0",
      "log ends at 1/1",
      "commit up to 1",
      "to all: heartbeat term 1, 1/1 commit 1",
    ]);
    expect(a.receives("b", message.ack(1, 1))).toEqual(["to b: heartbeat term 1, 1/1 commit 1"]);

    const rust = new Member({ base: rustRules }).elected();
    rust.bonds("b");
    expect(rust.proposes([1, "x"]).at(-1)).toBe("commit up to 1");
    expect(rust.receives("b", message.ack(1, 1))).toEqual([]);
  });

  it("go on when the last voter that lacked them is gone (§19 C1), where Rust waits for an acknowledgement", () => {
    const a = new Member({ bonds: "b" }).elected();
    a.bonds("c");
    a.proposes([1, "x"]);
    expect(a.loses("b")).toEqual(["commit up to 1", "to all: heartbeat term 1, 1/1 commit 1"]);

    const rust = new Member({ base: rustRules, bonds: "b" }).elected();
    rust.proposes([1, "x"]);
    expect(rust.loses("b")).toEqual([]);
    expect(rust.at(5500)).toEqual([]);
    expect(rust.core.committed.index).toBe(0);
    expect(rust.proposes([2, "y"])).toContain("commit up to 2");
  });

  it("do not wait for those that abstain", () => {
    const a = new Member({ bonds: "b" }).elected();
    a.proposes([1, "x"]);
    expect(a.receives("b", message.ack(1, 1, "abstained"))).toEqual([
      "commit up to 1",
      "to all: heartbeat term 1, 1/1 commit 1",
    ]);
    expect(a.voters()).toBe("a");
  });

  it("are not moved by a denial", () => {
    const a = new Member({ bonds: "b" }).elected();
    a.proposes([1, "x"]);
    expect(a.receives("b", message.ack(1, 1, "denied"))).toEqual([]);
    expect(a.voters()).toBe("ab");
  });

  it("take a majority of the expected members, if there is such a number (§19 C6)", () => {
    const a = new Member({ bonds: "bcd", guards: { members: 5 } }).elected();
    expect(a.voters()).toBe("abc");
    a.proposes([1, "x"]);
    expect(a.receives("b", message.ack(1, 1))).toEqual([]);
    expect(a.receives("c", message.ack(1, 1))).toContain("commit up to 1");
  });

  it("are told as doubtful when another leads whom a majority may not have told of them", () => {
    const a = new Member({ bonds: "b" });
    a.at(5000);
    a.receives("b", message.vote(1, "abstained"));
    a.proposes([1, "x"], [2, "y"]);
    expect(a.core.committed.index).toBe(2);
    a.receives("b", message.ack(1, 1));
    expect(a.receives("b", message.append({ term: 2, from: "b", prev: "1/1" }))).toEqual([
      "follower in term 2",
      "possibly reverted 2-2",
      "leader b",
    ]);
  });

  it("are not doubtful if a majority is known to hold them", () => {
    const a = new Member({ bonds: "bc" }).elected();
    a.proposes([1, "x"]);
    a.receives("b", message.ack(1, 1));
    expect(a.receives("c", message.requestVote(2, "c", "1/1"))).not.toContainEqual(expect.stringContaining("possibly"));
  });
});

describe("a rival (spec 05 §6.6)", () => {
  it("makes a Rust leader stand for election in the next term", () => {
    const a = new Member({ base: rustRules, bonds: "b" }).elected();
    expect(a.receives("b", message.append({ term: 1, from: "b" }))).toEqual([
      "candidate in term 2",
      "to all: request vote term 2, at 0/0",
      "leader unknown",
      "offline",
    ]);
  });

  it("with a worse log is challenged as soon as others had the time to be heard", () => {
    const a = new Member({ name: "d", log: ["1:x"], bonds: "b" }).elected();
    const worse = message.append({ term: 1, from: "b" });
    expect(a.receives("b", worse)).toEqual([]);
    expect(a.core.deadlineMs).toBe(a.nowMs + 250);
    a.nowMs += 249;
    expect(a.receives("b", worse)).toEqual([]);
    a.nowMs += 1;
    expect(a.step({ kind: "tick" })).toContain("candidate in term 2");
  });

  it("with a better log is shown who leads here, and given time to stand for election", () => {
    const a = new Member({ bonds: "b" }).elected();
    const better = message.append({ term: 1, from: "b", prev: "1/3", entries: ["1:x"] });
    expect(a.receives("b", better)).toEqual(["to b: heartbeat term 1, 0/0 commit 0"]);
    a.nowMs += 649;
    expect(a.receives("b", better)).toEqual([]);
    a.nowMs += 1;
    expect(a.step({ kind: "tick" })).toContain("candidate in term 2");
  });

  it("with a better log than ours is waited for, though another with a worse one was heard before", () => {
    const a = new Member({ log: ["1:x"], bonds: "bc" }).elected();
    expect(a.receives("b", message.append({ term: 1, from: "b" }))).toEqual([]);
    a.nowMs += 200;
    const better = message.append({ term: 1, from: "c", prev: "1/3" });
    expect(a.receives("c", better)).toEqual(["to c: heartbeat term 1, 1/1 commit 1"]);
    a.nowMs += 200;
    expect(a.step({ kind: "tick" })).not.toContain("candidate in term 2");
  });

  it("with the same log is challenged by the lower id", () => {
    const rival = (from: string) => message.append({ term: 1, from });
    const low = new Member({ name: "a", bonds: "b" }).elected();
    expect(low.receives("b", rival("b"))).toEqual([]);
    low.nowMs += 250;
    expect(low.step({ kind: "tick" })).toContain("candidate in term 2");
    const high = new Member({ name: "b", bonds: "a" }).elected();
    expect(high.receives("a", rival("a"))).toEqual(["to a: heartbeat term 1, 0/0 commit 0"]);
  });
});

describe("queries at the leader (spec 05 §6.6)", () => {
  const origin = { kind: "member", peer: peer("b"), requestId: { low: 1, high: 2 } } as const;

  it("are answered by the own machine", () => {
    const a = new Member({ bonds: "b" }).elected();
    expect(a.receives("b", { kind: "query", query: bytes("?"), requestId: origin.requestId })).toEqual([
      "answer ? for b",
    ]);
    expect(a.step({ kind: "answered", origin, result: bytes("42"), position: 3 })).toEqual(["to b: result 42 at 3"]);
    expect(a.asks(9, "?")).toEqual(["answer ? for 9"]);
    const local = { kind: "local", id: 9 } as const;
    expect(a.step({ kind: "answered", origin: local, result: bytes("42"), position: 3 })).toEqual(["query 9: 42 at 3"]);
  });

  it("of a member are not answered if the result cannot be encoded", () => {
    const a = new Member({ bonds: "b" }).elected();
    expect(a.step({ kind: "answered", origin, result: undefined, position: 3 })).toEqual([]);
  });
});

describe("leaving", () => {
  it("ends with a last heartbeat that tells what is committed", () => {
    const a = new Member({ bonds: "b" }).elected();
    expect(a.step({ kind: "leave" })).toEqual(["to all: heartbeat term 1, 0/0 commit 0", "offline"]);
    expect(a.core.deadlineMs).toBe(Infinity);
    expect(a.proposes([1, "x"])).toEqual(["proposal 1 rejected: notSent"]);
    expect(a.asks(2, "?")).toEqual(["query 2 failed: notSent"]);
    expect(a.receives("b", message.requestVote(9, "b"))).toEqual([]);
  });
});
