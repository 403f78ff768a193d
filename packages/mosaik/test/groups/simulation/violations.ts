import type { HistoryProblemKind } from "../../../src/testing/index.js";

/** What a group must never do, as it is seen in the moment when it happens. */
export type ViolationKind =
  | "committedBackwards"
  | "committedTruncated"
  | "unreportedRevert"
  | "termBackwards"
  | "votedTwice"
  | "votedUnequal"
  | "ledWithoutQuorum"
  | "leaderRewroteItsLog"
  | "falseAcknowledgement"
  | "committedWithoutQuorum"
  | "committedAnotherLog"
  | "committedAheadOfLeader"
  | "onlineOnAnotherLog"
  | "appliedAnotherLog"
  | "assignedAnotherPlace"
  | "neverAnswered"
  | "noLeader"
  | "notConverged"
  | "restless"
  | HistoryProblemKind;

export class Violation extends Error {
  override readonly name = "Violation";

  constructor(
    readonly violation: ViolationKind,
    message: string,
  ) {
    super(`${violation}: ${message}`);
  }
}
