import { beforeEach, describe, expect, it } from "vitest";
import { APPENDED_AT_ONCE_MAX, BACKLOG_MAX } from "../../../src/groups/raft/backlog.js";
import type { RaftOutput } from "../../../src/groups/raft/io.js";
import { Member, message, peer } from "./member.js";

const MAX = APPENDED_AT_ONCE_MAX;
const commands = (count: number): Uint8Array[] => Array.from({ length: count }, (_, i) => new Uint8Array([i & 255]));
const requestId = { low: 1, high: 2 };

describe("very many commands at the leader", () => {
  let a: Member;
  beforeEach(() => {
    a = new Member({ bonds: "b" }).elected();
  });

  /** What was said of places. */
  const places = (outputs: readonly RaftOutput[]): unknown[] =>
    outputs.flatMap((output) => {
      if (output.kind === "assigned") return [output.range];
      return output.kind === "send" && output.message.kind === "commandAck" ? [output.message.assigned] : [];
    });
  const appended = (): number => a.log.last().index;
  const forwarded = (count: number): unknown[] => {
    a.step({ kind: "message", from: peer("b"), message: { kind: "command", commands: commands(count), requestId } });
    return places(a.outputs);
  };
  const proposed = (id: number, count: number): unknown[] => {
    a.step({ kind: "propose", proposals: [{ id, commands: commands(count) }] });
    return places(a.outputs);
  };
  const nextTurn = (): unknown[] => {
    a.at(a.core.deadlineMs);
    return places(a.outputs);
  };

  it("are appended some in each turn, and get places in a row once all of them are in the log", () => {
    expect(forwarded(3 * MAX + 1)).toEqual([]);
    expect(appended()).toBe(0);
    for (let turn = 1; turn <= 3; turn++) {
      expect(a.core.deadlineMs).toBe(a.nowMs);
      expect(nextTurn()).toEqual([]);
      expect(appended()).toBe(turn * MAX);
    }
    expect(nextTurn()).toEqual([{ start: 1, end: 3 * MAX + 1 }]);
    expect(appended()).toBe(3 * MAX + 1);
    expect(a.core.deadlineMs).toBeGreaterThan(a.nowMs);
  });

  it("let nothing in between: what comes later has later places, whoever gave it", () => {
    proposed(1, 2 * MAX);
    nextTurn();
    expect(proposed(2, 1)).toEqual([]);
    expect(forwarded(2)).toEqual([]);
    expect(nextTurn()).toEqual([{ start: 1, end: 2 * MAX }]);
    expect(nextTurn()).toEqual([{ start: 2 * MAX + 1, end: 2 * MAX + 1 }]);
    expect(nextTurn()).toEqual([{ start: 2 * MAX + 2, end: 2 * MAX + 3 }]);
    expect(proposed(3, 1)).toEqual([{ start: 2 * MAX + 4, end: 2 * MAX + 4 }]);
  });

  it("wait up to a bound: beyond it those before them are appended at once", () => {
    forwarded(BACKLOG_MAX);
    expect(appended()).toBe(0);
    forwarded(1);
    expect(appended()).toBe(MAX);
  });

  it("do not keep heartbeats, votes and queries waiting", () => {
    proposed(1, 2 * MAX);
    expect(a.asks(9, "q")).toEqual(["answer q for 9"]);
    a.nowMs += 500;
    expect(a.step({ kind: "tick" }).filter((output) => output.startsWith("to all"))).not.toEqual([]);
    expect(a.receives("b", message.requestVote(1, "b"))).toEqual(["to b: vote denied term 1"]);
  });

  it("that are not in the log yet are refused with the role: begun ones with an unknown outcome, others as not sent", () => {
    proposed(1, 2 * MAX);
    proposed(2, 1);
    forwarded(1);
    nextTurn();
    const said = a.receives("b", message.append({ term: 7, from: "b", prev: "0/0" }));
    expect(said.filter((output) => output.includes("rejected") || output.includes("assigned"))).toEqual([
      "proposal 1 rejected: unknown",
      "proposal 2 rejected: notSent",
    ]);
  });
});
