/** What one member's machine has applied, from its first command to its end. A member that begins anew has another life. */
export interface Life<C> {
  readonly member: string;
  /** In the order of the log: the first has the place 1. */
  readonly applied: readonly C[];
  /** `diverged`: the member has reported that it begins anew, since the others have something else. */
  readonly end: "running" | "diverged" | "crashed" | "left";
  /** The places that the member has reported as possibly reverted, both ends included. */
  readonly doubts: readonly { readonly start: number; readonly end: number }[];
}

/** An `execute` that resolved. */
export interface Execution<C> {
  readonly life: Life<C>;
  readonly index: number;
  readonly command: C;
}

/** What happened in a group, to be judged when it has come to rest: no faults, nothing under way. */
export interface GroupHistory<C> {
  readonly lives: readonly Life<C>[];
  /** Every command that was given to the group; each is unlike the others. */
  readonly proposed: readonly C[];
  readonly executions: readonly Execution<C>[];
}

/** Something that a group must never do. */
export interface HistoryProblem {
  readonly kind: "unlike" | "invented" | "repeated" | "unreportedLoss";
  readonly text: string;
}

/**
 * Judges the history of a group: all running members have applied the same commands in the same order; each was proposed, and none is
 * there twice; and what `execute` confirmed is there, unless the member that confirmed it has said that it may not be, or is gone.
 */
export function checkHistory<C>({ lives, proposed, executions }: GroupHistory<C>): HistoryProblem[] {
  const problems: HistoryProblem[] = [];
  const running = lives.filter(({ end }) => end === "running");
  const final = running[0]?.applied ?? [];
  for (const { member, applied } of running) {
    const at = firstDifference(final, applied);
    if (at === undefined) continue;
    const [here, there] = [String(applied[at]), String(final[at])];
    problems.push({
      kind: "unlike",
      text: `at ${at + 1} ${member} has applied ${here}, and ${running[0]!.member} ${there}`,
    });
  }
  const given = new Set(proposed);
  for (const { member, applied } of lives) {
    const seen = new Set<C>();
    for (const [i, command] of applied.entries()) {
      const where = `${String(command)}, which ${member} has applied at ${i + 1}`;
      if (!given.has(command)) problems.push({ kind: "invented", text: `nobody proposed ${where}` });
      if (seen.has(command)) problems.push({ kind: "repeated", text: `it has applied before ${where}` });
      seen.add(command);
    }
  }
  if (running.length === 0) return problems;
  for (const { life, index, command } of executions) {
    if (final[index - 1] === command || isExplained(life, index)) continue;
    problems.push({
      kind: "unreportedLoss",
      text: `${life.member} has confirmed ${String(command)} at ${index}, where ${String(final[index - 1])} is now`,
    });
  }
  return problems;
}

function isExplained<C>({ end, doubts }: Life<C>, index: number): boolean {
  return end !== "running" || doubts.some((range) => range.start <= index && index <= range.end);
}

function firstDifference<C>(one: readonly C[], other: readonly C[]): number | undefined {
  for (let i = 0; i < Math.max(one.length, other.length); i++) if (one[i] !== other[i]) return i;
  return undefined;
}
