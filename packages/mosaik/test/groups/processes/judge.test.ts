import { describe, expect, it } from "vitest";
import { Judge, type Verdict, type Witness } from "./judge.js";
import type { HistoryLine } from "./program/history.js";
import { answerOf } from "./program/machine.js";
import type { MemberState } from "./program/messages.js";

/** A history that is written by hand. */
class Scribe implements Witness {
  readonly process;
  readonly #lines: HistoryLine[] = [{ member: "", kind: "joined" }];

  constructor(
    readonly host: number,
    language: "ts" | "rust" = "ts",
  ) {
    const lines = this.#lines;
    this.process = {
      language,
      address: { id: `id ${host}`, directAddrs: [] },
      isKilled: false,
      complaints: "",
      history: () => lines.map((line) => ("member" in line ? { ...line, member: String(host) } : line)),
    };
  }

  applied(index: number, ...commands: number[]): void {
    this.#lines.push({ member: "", kind: "applied", index, commands });
  }

  executed(index: number, command: number): void {
    this.#lines.push({ member: "", kind: "proposed", proposal: command, commands: [command] });
    this.applied(index, command);
    this.#lines.push({ member: "", kind: "settled", proposal: command, outcome: "executed", index });
  }

  answered(position: number, result: unknown): void {
    this.#lines.push({ member: "", kind: "answered", consistency: "weak", position, result });
  }

  unbonded(other: Scribe): void {
    this.#lines.push({ kind: "event", name: "unbonded", peer: other.process.address.id, text: "" });
  }

  complain(text: string): void {
    this.#lines.push({ kind: "complaint", text });
  }
}

/** A member that has nothing to do, and leads itself. */
const STATE: MemberState = {
  isMember: true,
  leader: "id 0",
  isLeader: true,
  isOnline: true,
  bonds: [],
  committed: 0,
  end: { term: 1, index: 0 },
  applied: answerOf([]),
  openCount: 0,
  executedCount: 0,
};
const AT_ONE = [STATE];

/** Of three members all have the command 1, and the judge knows that; then 0 confirms 2, and dies. */
function widowed(): { scribes: [Scribe, Scribe, Scribe]; judge: Judge } {
  const scribes: [Scribe, Scribe, Scribe] = [new Scribe(0), new Scribe(1), new Scribe(2)];
  const judge = new Judge(scribes);
  scribes[0].executed(1, 1);
  for (const scribe of scribes.slice(1)) scribe.applied(1, 1);
  expect(judge.judge({}, AT_ONE).problems).toEqual([]);
  scribes[0].executed(2, 2);
  scribes[0].process.isKilled = true;
  return { scribes, judge };
}

describe("the judge of a crew", () => {
  it("wants what a member confirmed to be with the others, if it alone has ended", () => {
    const { scribes, judge } = widowed();
    for (const scribe of scribes.slice(1)) scribe.unbonded(scribes[0]);
    const { problems, lost } = judge.judge({ onlyEnds: 0 }, AT_ONE);
    expect(problems).toEqual(["lost, though one alone has ended: 2 at 2, confirmed by 0"]);
    expect([...lost]).toEqual([["gone", 1]]);
  });

  it("is content if they have it, with a count of what is new", () => {
    const { scribes, judge } = widowed();
    for (const scribe of scribes.slice(1)) scribe.applied(2, 2);
    const { problems, lost, appliedCount, told } = judge.judge({ onlyEnds: 0 }, AT_ONE);
    expect(problems).toEqual([]);
    expect([...lost]).toEqual([]);
    expect(appliedCount).toBe(1);
    expect([...told]).toEqual([["executed", 1]]);
  });

  it("lets it be lost if more went wrong, and counts it once", () => {
    const two = widowed();
    expect(two.judge.judge({}, AT_ONE).problems).toEqual([]);
    expect([...two.judge.judge({}, AT_ONE).lost]).toEqual([]);
    const { scribes, judge } = widowed();
    scribes[1].unbonded(scribes[2]);
    const { problems, lost } = judge.judge({ onlyEnds: 0 }, AT_ONE);
    expect(problems).toEqual([]);
    expect([...lost]).toEqual([["gone", 1]]);
  });

  it("sees that something is gone that all had", () => {
    const witnesses: Scribe[] = [new Scribe(0), new Scribe(1)];
    const judge = new Judge(witnesses);
    witnesses[0]!.executed(1, 1);
    witnesses[1]!.applied(1, 1);
    judge.judge({}, AT_ONE);
    for (const { process } of witnesses) process.isKilled = true;
    witnesses.push(new Scribe(2));
    witnesses[2]!.executed(1, 3);
    expect(judge.judge({}, AT_ONE).problems).toEqual(["all had 1 at 1, now 3"]);
  });

  it("sees an answer that no machine gives", () => {
    const scribe = new Scribe(0);
    scribe.executed(1, 7);
    scribe.answered(1, answerOf([7]));
    scribe.answered(0, answerOf([]));
    const judge = new Judge([scribe]);
    expect(judge.judge({}, AT_ONE).problems).toEqual([]);
    scribe.answered(1, answerOf([8]));
    expect(judge.judge({}, AT_ONE).problems).toEqual([expect.stringContaining("wrongAnswer")]);
  });

  it("passes on what checkHistory finds, what members complain about, and what their processes say", () => {
    const [one, other] = [new Scribe(0), new Scribe(1)];
    const judge = new Judge([one, other]);
    one.executed(1, 1);
    other.complain("it is slow");
    other.process.complaints = "it ended with code 1";
    const { problems } = judge.judge({}, AT_ONE);
    expect(problems).toEqual([
      "1 says: it ended with code 1",
      "1 complains: it is slow",
      expect.stringContaining("unlike"),
    ]);
  });

  it("counts what only a member of mosaik 0.4.2 does by its number in the spec, and lets nobody else do it", () => {
    const judged = (language: "ts" | "rust"): Verdict => {
      const witnesses = [new Scribe(0), new Scribe(1, language)] as const;
      witnesses[0].executed(1, 1);
      witnesses[1].executed(1, 2);
      const states = witnesses.map(({ host }): MemberState => ({
        ...STATE,
        isLeader: host === 0,
        bonds: [`id ${1 - host}`],
        applied: answerOf([host + 1]),
      }));
      return new Judge(witnesses).judge({}, states);
    };
    const mixed = judged("rust");
    expect(mixed.problems).toEqual([]);
    expect([...mixed.hazards.keys()]).toEqual(["S2: notConverged", "S2: unlike", "S1: unreportedLoss"]);
    const { problems, hazards } = judged("ts");
    expect(problems.map((problem) => problem.split(":")[0])).toEqual(["notConverged", "unlike", "unreportedLoss"]);
    expect(hazards.size).toBe(0);
  });

  it("wants a leader, unless only members of mosaik 0.4.2 have the newest log", () => {
    const judged = (end: MemberState["end"]): Verdict => {
      const states = [STATE, { ...STATE, end: { term: 2, index: 0 } }, { ...STATE, end }];
      const nobody = states.map((state) => ({ ...state, isLeader: false }));
      return new Judge([new Scribe(0), new Scribe(1, "rust"), new Scribe(2)]).judge({}, nobody);
    };
    expect(judged({ term: 1, index: 7 }).hazards).toEqual(new Map([["L7: noLeader", 1]]));
    expect(judged({ term: 2, index: 0 }).problems).toEqual([expect.stringContaining("noLeader")]);
  });
});
