import { checkHistory, type CommandName, type GroupRecord, type HistoryReport } from "../../../src/testing/index.js";
import { Violation } from "./violations.js";

/** The group that a history is of, as it stands in the end. */
export interface MixedGroup {
  /** The members that are there, by the numbers that they have in the history. */
  readonly members: readonly number[];
  readonly leader: number | undefined;
  /** Whether a member plays by the rules of mosaik 0.4.2. */
  readonly isRust: (member: number) => boolean;
  /** As of `checkHistory`. */
  readonly answer: (applied: readonly CommandName[]) => unknown;
}

/**
 * Judges the history of members of both rules. Where a member of this library leads, all of this library agree with it; whether those of
 * mosaik 0.4.2 do is another question.
 *
 * @param report told of each problem, with the members concerned in the order in which `hazardOf` wants them
 * @returns what `checkHistory` says: where a member of this library leads, as if those of mosaik 0.4.2 had left
 */
export function checkMixedHistory(
  history: readonly GroupRecord[],
  { members, leader, isRust, answer }: MixedGroup,
  report: (violation: Violation) => void,
): HistoryReport {
  const reportAll = ({ problems }: Pick<HistoryReport, "problems">): void => {
    for (const { kind, members, text } of problems) {
      const concerned = members.map(Number).sort((a, b) => Number(isRust(b)) - Number(isRust(a)));
      const all = leader === undefined ? concerned : [...concerned, leader];
      report(new Violation(kind, text, { members: all, providers: [] }));
    }
  };
  const rust = members.filter(isRust);
  if (leader === undefined || isRust(leader) || rust.length === 0) {
    const judged = checkHistory(history, { answer });
    reportAll(judged);
    return judged;
  }
  const gone = rust.map((number): GroupRecord => ({ member: String(number), kind: "ended", how: "left" }));
  const ours = checkHistory([...history, ...gone], { answer });
  reportAll(ours);
  const { problems } = checkHistory(history);
  reportAll({ problems: problems.filter(({ kind }) => kind === "unlike" || kind === "unreportedLoss") });
  return ours;
}
