import type { RaftOutput } from "../../../src/groups/raft/io.js";
import type { Member } from "./member.js";
import { Violation } from "./violations.js";

/** More than any course of events has: then members keep each other busy for ever. */
const STEPS_MAX = 100_000;

/** How often things happened. */
export interface CourseCounts {
  steps: number;
  elections: number;
  commits: number;
  reverted: number;
  diverged: number;
  possiblyReverted: number;
  syncs: number;
}

/** Follows the course of events: counts, and makes a number that is equal for equal courses. */
export class Course {
  readonly counts: CourseCounts = {
    steps: 0,
    elections: 0,
    commits: 0,
    reverted: 0,
    diverged: 0,
    possiblyReverted: 0,
    syncs: 0,
  };
  digest = 0;

  /** @throws Violation `restless` */
  stepped(nowMs: number, { number, core }: Member, outputs: readonly RaftOutput[]): void {
    const { counts } = this;
    if (++counts.steps > STEPS_MAX) throw new Violation("restless", `${STEPS_MAX} steps and no end`);
    this.digest = Math.imul(this.digest ^ (number + 8 * outputs.length), 0x85ebca6b) ^ core.committed.index;
    this.digest = Math.imul(this.digest ^ (1000 * nowMs), 0xc2b2ae35) ^ (core.term << 4);
    for (const output of outputs) {
      if (output.kind === "commit") counts.commits++;
      else if (output.kind === "reverted") counts.reverted++;
      else if (output.kind === "diverged") counts.diverged++;
      else if (output.kind === "possiblyReverted") counts.possiblyReverted++;
      else if (output.kind === "beginSync") counts.syncs++;
      else if (output.kind === "role" && output.role === "candidate") counts.elections++;
    }
  }
}

/** One line of what a core was told, or wants: members by their numbers. */
export function lineOf(value: object): string {
  return JSON.stringify(value, (_key, inner: unknown) =>
    inner instanceof Uint8Array ? [...inner].join(" ") : inner,
  ).replace(/"(([0-9a-f]{2})\2{31})"/g, (_, __, byte: string) => String(parseInt(byte, 16) - 1));
}
