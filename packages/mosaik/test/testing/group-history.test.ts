import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  checkHistory,
  type AnswerModel,
  type AnswerOf,
  type CheckHistoryOptions,
  type CommandName,
  type GroupRecord,
} from "../../src/testing/index.js";

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

  describe("answers of a model that goes on command by command", () => {
    /** A machine that answers with a hash of all that it has applied, in its order. */
    const hashModel = {
      applied: 0,
      initial: () => 7,
      apply(state: number, command: CommandName) {
        this.applied++;
        return (state * 31 + Number(command)) % 1_000_003;
      },
      answer: (state: number) => ({ state }),
    };
    const hashOf = (applied: readonly CommandName[]): unknown => {
      return hashModel.answer(applied.reduce<number>((state, one) => hashModel.apply(state, one), hashModel.initial()));
    };

    it("are judged as by looking at every machine for every answer", () => {
      const life = fc.array(fc.integer({ min: 1, max: 3 }), { maxLength: 6 });
      const answer = fc.record({ member: fc.nat(2), isWeak: fc.boolean(), position: fc.nat(7), of: fc.nat(5) });
      fc.assert(
        fc.property(
          fc.array(fc.array(life, { maxLength: 2 }), { minLength: 3, maxLength: 3 }),
          fc.array(answer),
          (members, answers) => {
            const lives = members.map((all) => [[], ...all]);
            const records = lives.flatMap((all, i) =>
              all.flatMap((commands, k) => [...(k > 0 ? [reset(`m${i}`)] : []), applied(`m${i}`, 1, ...commands)]),
            );
            const every = lives.flat();
            const given = answers.map(({ member, isWeak, position, of }) => {
              const result = hashOf(every[of % every.length]!.slice(0, position));
              const own = isWeak ? lives[member]! : every;
              const isRight = own.some(
                (commands) =>
                  commands.length >= position &&
                  JSON.stringify(hashOf(commands.slice(0, position))) === JSON.stringify(result),
              );
              const consistency = isWeak ? ("weak" as const) : ("strong" as const);
              const record: GroupRecord = { member: `m${member}`, kind: "answered", consistency, position, result };
              return { record, isRight };
            });
            const all = [...records, ...given.map(({ record }) => record)];
            const wrong = given.filter(({ isRight }) => !isRight).map(() => "wrongAnswer");
            const judged = (answer: AnswerOf): string[] =>
              kinds(all, { answer }).filter((kind) => kind === "wrongAnswer");
            expect(judged(hashModel as AnswerModel)).toEqual(wrong);
            expect(judged(hashOf)).toEqual(wrong);
          },
        ),
      );
    });

    it("take one step for each command, however many answers there are", () => {
      const count = 5000;
      const all = Array.from({ length: count }, (_, i) => i);
      let state = hashModel.initial();
      const answers = all.map((command): GroupRecord => {
        state = hashModel.apply(state, command);
        const result = hashModel.answer(state);
        return { member: "a", kind: "answered", consistency: "strong", position: command + 1, result };
      });
      hashModel.applied = 0;
      const records = [proposed("a", 1, ...all), applied("a", 1, ...all), ...answers];
      expect(kinds(records, { answer: hashModel as AnswerModel })).toEqual([]);
      expect(hashModel.applied).toBe(count);
    });
  });

  it("refuses records that contradict themselves", () => {
    expect(() => checkHistory([settled("a", 1, "notSent")])).toThrow(RangeError);
    expect(() => checkHistory([proposed("a", 1, 1), executed("a", 1, 1), executed("a", 1, 1)])).toThrow(RangeError);
  });
});
