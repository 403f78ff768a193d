import { describe, expect, it } from "vitest";
import { checkHistory, type CheckHistoryOptions, type GroupRecord } from "../../src/testing/index.js";

const joined = (member: string): GroupRecord => ({ member, kind: "joined" });
const reset = (member: string): GroupRecord => ({ member, kind: "reset" });
const diverged = (member: string): GroupRecord => ({ member, kind: "diverged", index: 1 });
const crashed = (member: string): GroupRecord => ({ member, kind: "ended", how: "crashed" });
const applied = (member: string, index: number, ...commands: number[]): GroupRecord => {
  return { member, kind: "applied", index, commands };
};
const proposed = (member: string, proposal: number, ...commands: number[]): GroupRecord => {
  return { member, kind: "proposed", proposal, commands };
};
const executed = (member: string, proposal: number, index: number): GroupRecord => {
  return { member, kind: "settled", proposal, outcome: "executed", index };
};
const settled = (
  member: string,
  proposal: number,
  outcome: "notSent" | "superseded" | "outcomeUnknown",
): GroupRecord => {
  return { member, kind: "settled", proposal, outcome };
};

function kinds(records: GroupRecord[], options?: CheckHistoryOptions): string[] {
  return checkHistory(JSON.parse(JSON.stringify(records)) as GroupRecord[], options).problems.map(({ kind }) => kind);
}

describe("checkHistory", () => {
  it("is content with members that have the same, whatever they had in former lives", () => {
    const records = [
      ...[proposed("a", 1, 1), proposed("a", 2, 2), proposed("b", 1, 3)],
      ...[applied("a", 1, 1, 2), executed("a", 1, 1), executed("a", 2, 2)],
      ...[applied("b", 1, 3), executed("b", 1, 1), reset("b"), diverged("b"), applied("b", 1, 1), applied("b", 2, 2)],
    ];
    const { problems, lost, order } = checkHistory(records);
    expect(problems).toEqual([]);
    expect(order).toEqual([1, 2]);
    expect(lost).toEqual([{ member: "b", index: 1, commands: [3], told: "diverged" }]);
  });

  it("sees members that differ, in what they have and in how much", () => {
    const given = [proposed("a", 1, 1, 2), proposed("a", 2, 3)];
    expect(kinds([...given, applied("a", 1, 1, 2), applied("b", 1, 1, 3)])).toEqual(["unlike"]);
    expect(kinds([...given, applied("a", 1, 1, 2), applied("b", 1, 1)])).toEqual(["unlike"]);
    expect(kinds([...given, applied("a", 1, 1, 2), applied("b", 1, 1, 3), crashed("b")])).toEqual([]);
    expect(kinds([...given, applied("b", 1, 1, 3), applied("a", 1, 1, 2), joined("b"), applied("b", 1, 1, 2)])).toEqual(
      [],
    );
  });

  it("sees commands that nobody gave, that are there twice, and that are applied out of their place", () => {
    expect(kinds([applied("a", 1, 1)])).toEqual(["invented"]);
    expect(kinds([proposed("a", 1, 1), applied("a", 1, 1), applied("a", 2, 1)])).toEqual(["repeated"]);
    expect(kinds([proposed("a", 1, 1), proposed("a", 2, 2), applied("a", 1, 1), applied("a", 3, 2)])).toEqual([
      "outOfPlace",
    ]);
  });

  it("sees a member that begins anew without a word, but forgives one that has died over it", () => {
    expect(kinds([joined("a"), reset("a")])).toEqual(["unreportedReset"]);
    expect(kinds([joined("a"), reset("a"), diverged("a"), reset("a")])).toEqual(["unreportedReset"]);
    expect(kinds([joined("a"), diverged("a"), reset("a")])).toEqual([]);
    expect(kinds([joined("a"), reset("a"), crashed("a")])).toEqual([]);
  });

  it("sees what was confirmed and never applied, and what was confirmed and is gone", () => {
    expect(kinds([proposed("a", 1, 1), applied("a", 1, 1), executed("a", 1, 1)])).toEqual([]);
    expect(kinds([proposed("a", 1, 1), executed("a", 1, 1), applied("a", 1, 1)])).toEqual(["falselyExecuted"]);
    const given = [proposed("a", 1, 1), proposed("b", 1, 2)];
    expect(kinds([...given, applied("b", 1, 2), executed("b", 1, 1), applied("a", 1, 1), crashed("b")])).toEqual([]);
    expect(kinds([...given, applied("b", 1, 2), executed("b", 1, 1), applied("a", 1, 1)])).toEqual([
      "unlike",
      "unreportedLoss",
    ]);
  });

  it("tells how a loss was told, and takes a confirmation that arrives after the member began anew", () => {
    const given = [proposed("a", 1, 1), proposed("b", 1, 2), applied("a", 1, 1), applied("b", 1, 2)];
    const told = (...records: GroupRecord[]): string[] => {
      const { problems, lost } = checkHistory([...given, ...records]);
      expect(problems).toEqual([]);
      return lost.map((one) => one.told);
    };
    const rebuilt = [diverged("b"), reset("b")];
    expect(told(executed("b", 1, 1), ...rebuilt, applied("b", 1, 1))).toEqual(["diverged"]);
    expect(told(...rebuilt, executed("b", 1, 1), applied("b", 1, 1))).toEqual(["diverged"]);
    expect(told(executed("b", 1, 1), crashed("b"))).toEqual(["gone"]);
    const doubted: GroupRecord = { member: "b", kind: "possiblyReverted", range: { start: 1, end: 2 } };
    expect(told(executed("b", 1, 1), doubted, crashed("b"))).toEqual(["possiblyReverted"]);
  });

  it("sees outcomes that are not true, and lets an unknown one be either", () => {
    const given = [proposed("a", 1, 1), proposed("a", 2, 2)];
    expect(kinds([...given, settled("a", 1, "notSent"), crashed("a"), applied("b", 1, 1)])).toEqual(["falselyNotSent"]);
    expect(kinds([...given, settled("a", 1, "superseded"), applied("a", 1, 1)])).toEqual(["falselySuperseded"]);
    expect(kinds([...given, settled("a", 1, "superseded"), applied("a", 1, 2)])).toEqual([]);
    expect(
      kinds([...given, settled("a", 1, "outcomeUnknown"), settled("a", 2, "outcomeUnknown"), applied("a", 1, 1)]),
    ).toEqual([]);
    const fed: GroupRecord = { member: "a", kind: "settled", proposal: 2, outcome: "fed", index: 1 };
    expect(kinds([...given, fed, applied("a", 1, 1), applied("a", 2, 2)])).toEqual(["misplaced"]);
  });

  it("sees a command that is before what its issuer had confirmed already", () => {
    const records = [proposed("a", 1, 1), applied("b", 1, 2, 1), applied("a", 1, 2, 1), executed("a", 1, 2)];
    expect(kinds([...records, proposed("a", 2, 2)])).toEqual(["overtaken"]);
    expect(kinds([proposed("a", 2, 2), ...records])).toEqual([]);
    expect(kinds([...records, joined("a"), proposed("a", 2, 2), applied("a", 1, 2, 1)])).toEqual([]);
  });

  it("compares answers with what the machine says there: the own one, if the query was weak", () => {
    const sum = (all: readonly (string | number)[]): number =>
      all.reduce<number>((total, one) => total + Number(one), 0);
    const given = [proposed("a", 1, 1), proposed("a", 2, 2), applied("a", 1, 1, 2), joined("b"), crashed("b")];
    const answered = (consistency: "weak" | "strong", position: number, result: number): GroupRecord => {
      return { member: "b", kind: "answered", consistency, position, result };
    };
    expect(kinds([...given, answered("strong", 2, 3), answered("strong", 1, 1)], { answer: sum })).toEqual([]);
    expect(kinds([...given, answered("strong", 2, 4)], { answer: sum })).toEqual(["wrongAnswer"]);
    expect(kinds([...given, answered("strong", 3, 3)], { answer: sum })).toEqual(["wrongAnswer"]);
    expect(kinds([...given, answered("weak", 2, 3)], { answer: sum })).toEqual(["wrongAnswer"]);
    expect(kinds([...given, answered("strong", 2, 4)])).toEqual([]);
  });

  it("refuses records that contradict themselves", () => {
    expect(() => checkHistory([settled("a", 1, "notSent")])).toThrow(RangeError);
    expect(() => checkHistory([proposed("a", 1, 1), executed("a", 1, 1), executed("a", 1, 1)])).toThrow(RangeError);
  });
});
