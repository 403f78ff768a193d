import { describe, expect, it } from "vitest";
import { APPENDED_AT_ONCE_MAX } from "../../../src/groups/raft/backlog.js";
import type { LogGate } from "../../../src/groups/raft/gate.js";
import { bytes, Member, message } from "./member.js";

const REFUSED = bytes("-");

/** Lets nothing in that begins with an x. */
function gateOf(asked: string[][] = []): () => LogGate {
  return () => ({
    admit(commands) {
      asked.push(commands.map((command) => new TextDecoder().decode(command)));
      return commands.map((command) => (command[0] === "x".charCodeAt(0) ? REFUSED : command));
    },
  });
}

describe("a leader's gate", () => {
  it("puts others in place of this member's commands: all of them have their places", () => {
    const a = new Member({ bonds: "b", gate: gateOf() }).elected();
    expect(a.proposes([1, "k", "x"], [2, "l"])).toEqual([
      "proposal 1 has 1-2 of term 1",
      "proposal 2 has 3-3 of term 1",
      "refused 1 of a",
      "to all: append term 1, 0/0 1:k 1:- 1:l commit 0",
      "log ends at 1/3",
    ]);
    expect(a.entries()).toEqual(["1:k", "1:-", "1:l"]);
  });

  it("puts others in place of what members forward, whether they wait for an answer or not", () => {
    const a = new Member({ bonds: "bc", gate: gateOf() }).elected();
    expect(a.receives("b", message.command(["x", "k", "xx"], { low: 1, high: 2 }))).toEqual([
      "to b: assigned 1-3",
      "refused 2 of b",
      "to all: append term 1, 0/0 1:- 1:k 1:- commit 0",
      "log ends at 1/3",
    ]);
    expect(a.receives("c", message.command(["x"], undefined))).toEqual([
      "refused 1 of c",
      "to all: append term 1, 1/3 1:- commit 0",
      "log ends at 1/4",
    ]);
  });

  it("is asked for all commands in the order of the log, also where they are so many that they wait", () => {
    const asked: string[][] = [];
    const a = new Member({ bonds: "b", gate: gateOf(asked) }).elected();
    const many = Array.from({ length: APPENDED_AT_ONCE_MAX }, () => "k");
    a.receives("b", message.command([...many, "x"], { low: 1, high: 2 }));
    a.proposes([1, "l"]);
    expect(asked).toEqual([]);
    expect(a.at(a.core.deadlineMs)).toHaveLength(many.length / 4096 + 1);
    expect(a.at(a.core.deadlineMs)).toContain("refused 1 of b");
    a.at(a.core.deadlineMs);
    expect(asked).toEqual([many, ["x"], ["l"]]);
  });

  it("is another one each time it begins to lead; a follower has none", () => {
    let gates = 0;
    const asked: string[][] = [];
    const gate = (): LogGate => {
      gates++;
      return gateOf(asked)();
    };
    const a = new Member({ bonds: "b", gate });
    a.receives("b", message.append({ term: 1, from: "b" }));
    a.proposes([1, "x"]);
    a.receives("b", message.append({ term: 1, from: "b", entries: ["1:x"] }));
    expect([gates, asked, a.entries()]).toEqual([0, [], ["1:x"]]);
    for (let led = 1; led <= 2; led++) {
      a.elected();
      a.proposes([led, "x"]);
      expect(gates).toBe(led);
      a.receives("b", message.append({ term: a.core.term + 1, from: "b", prev: `${a.core.term}/${led}` }));
    }
    expect(asked).toEqual([["x"], ["x"]]);
  });
});
