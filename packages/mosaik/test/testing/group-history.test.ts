import { describe, expect, it } from "vitest";
import { checkHistory, type Life } from "../../src/testing/groups/history.js";

function life(member: string, applied: number[], rest: Partial<Life<number>> = {}): Life<number> {
  return { member, applied, end: "running", doubts: [], ...rest };
}

const kinds = (...args: Parameters<typeof checkHistory<number>>): string[] =>
  checkHistory(...args).map(({ kind }) => kind);

describe("checkHistory", () => {
  it("is content with members that have the same, and with lives that ended otherwise", () => {
    const lives = [life("a", [1, 2]), life("b", [1, 2]), life("b", [3], { end: "diverged" })];
    expect(kinds({ lives, proposed: [1, 2, 3], executions: [] })).toEqual([]);
  });

  it("sees members that differ, in what they have and in how much", () => {
    const proposed = [1, 2, 3];
    expect(kinds({ lives: [life("a", [1, 2]), life("b", [1, 3])], proposed, executions: [] })).toEqual(["unlike"]);
    expect(kinds({ lives: [life("a", [1, 2]), life("b", [1])], proposed, executions: [] })).toEqual(["unlike"]);
  });

  it("sees commands that nobody gave, and commands that are there twice", () => {
    expect(kinds({ lives: [life("a", [1])], proposed: [], executions: [] })).toEqual(["invented"]);
    expect(kinds({ lives: [life("a", [1, 1])], proposed: [1], executions: [] })).toEqual(["repeated"]);
  });

  it("sees what was confirmed and is gone, unless the member said so or is gone, too", () => {
    const gone = (confirming: Life<number>): string[] =>
      kinds({
        lives: [life("a", [1]), confirming],
        proposed: [1, 2],
        executions: [{ life: confirming, index: 1, command: 2 }],
      });
    expect(gone(life("b", [1]))).toEqual(["unreportedLoss"]);
    expect(gone(life("b", [1], { doubts: [{ start: 1, end: 3 }] }))).toEqual([]);
    expect(gone(life("b", [2], { end: "diverged" }))).toEqual([]);
    expect(gone(life("b", [2], { end: "crashed" }))).toEqual([]);
  });
});
