import type { Violation, ViolationKind } from "./violations.js";

/** What a group that stays available may lose, by its number in the spec (05 §13.2); L5 to L7 are of §13.3. */
export type Hazard = "S1" | "S2" | "S3, S4" | "S5, S6" | "S7" | "S8" | "S9" | "S10" | "S11" | "L5, L6" | "L7";

/** How often each was seen: by its number, and how it was seen. */
export class Hazards {
  readonly seen = new Map<string, number>();

  add(hazard: Hazard, how: string): void {
    const key = `${hazard}: ${how}`;
    this.seen.set(key, (this.seen.get(key) ?? 0) + 1);
  }
}

/** What a member of mosaik 0.4.2 does by its own rules, whomever it follows. */
const OF_RUST: Partial<Record<ViolationKind, Hazard>> = {
  committedTruncated: "S2",
  appliedAnotherLog: "S2",
  answeredBackwards: "S2",
  onlineOnAnotherLog: "S3, S4",
  falseAcknowledgement: "S3, S4",
  committedAnotherLog: "S3, S4",
  falselyExecuted: "S8",
  unlike: "S2",
  unreportedLoss: "S1",
  notConverged: "S2",
  heldByObservers: "L5, L6",
  noLeader: "L7",
};

/** What a member of this library cannot see where its leader is one of mosaik 0.4.2: that leader sends no fingerprints of its log. */
const UNDER_RUST: Partial<Record<ViolationKind, Hazard>> = {
  onlineOnAnotherLog: "S3, S4",
  falseAcknowledgement: "S3, S4",
  committedAnotherLog: "S3, S4",
  unlike: "S3, S4",
  unreportedLoss: "S1",
  notConverged: "S3, S4",
  disorderedLog: "S3, S4",
};

/**
 * What it cannot see where it has entries of one: they join on, and are not the leader's. It acknowledges a catch-up before it has
 * compared fingerprints, and takes that back with the leader's next message.
 */
const GIVEN_BY_RUST: Partial<Record<ViolationKind, Hazard>> = { falseAcknowledgement: "S2" };

/** The weakness of mosaik 0.4.2 that explains what went wrong, if one does. */
export function hazardOf({ violation, concerned }: Violation, isRust: (member: number) => boolean): Hazard | undefined {
  const [one, ...others] = concerned.members;
  return (
    (one !== undefined && isRust(one) ? OF_RUST[violation] : undefined) ??
    (others.some(isRust) ? UNDER_RUST[violation] : undefined) ??
    (concerned.providers.some(isRust) ? GIVEN_BY_RUST[violation] : undefined)
  );
}
