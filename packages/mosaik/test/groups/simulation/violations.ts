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
  | "answeredBackwards"
  | "answeredAnother"
  | "neverAnswered"
  | "noLeader"
  | "heldByObservers"
  | "notFollowing"
  /** Not following a leader whose log goes back to earlier terms, which nobody of this library takes. */
  | "disorderedLog"
  | "notConverged"
  | "restless"
  | "ledWithoutMajority"
  | "committedWithoutMajority"
  | "committedDifferently"
  | "lost"
  | "overtook"
  | HistoryProblemKind;

/** Whose doing it may be. */
export interface Concerned {
  /** The member that shows it; behind it those that it follows, or is compared with. */
  readonly members: readonly number[];
  /** Who has given it entries of its log. */
  readonly providers: readonly number[];
}

export class Violation extends Error {
  override readonly name = "Violation";

  constructor(
    readonly violation: ViolationKind,
    readonly text: string,
    readonly concerned: Concerned = { members: [], providers: [] },
  ) {
    super(`${violation}: ${text}`);
  }
}
