import type { PeerId } from "../../primitives/index.js";
import type { LeadershipPreference } from "../machine/machine.js";
import { compareCursors, type Cursor, type Term } from "../positions.js";
import type { RequestVote, Vote } from "./messages.js";

/** For whom a member voted last. */
export interface CastVote {
  readonly term: Term;
  readonly candidate: PeerId;
}

export interface Ballot {
  readonly vote: Vote;
  /** The vote is spent: nobody else gets it in this term. */
  readonly isRecorded: boolean;
  /** There is a candidate that may win: a follower gives it time. */
  readonly resetsTimer: boolean;
  /** The candidate lacks entries that we have. */
  readonly isBehind: boolean;
  /** We lack entries that the candidate has. */
  readonly isAhead: boolean;
}

const NEITHER = { isBehind: false, isAhead: false };
const VOTED: Ballot = { ...NEITHER, vote: "denied", isRecorded: false, resetsTimer: false };
const BEHIND: Ballot = { ...VOTED, isBehind: true };
const AHEAD: Ballot = { ...NEITHER, vote: "abstained", isRecorded: false, resetsTimer: true, isAhead: true };
const OBSERVED: Ballot = { ...NEITHER, vote: "abstained", isRecorded: true, resetsTimer: true };
const GRANTED: Ballot = { ...OBSERVED, vote: "granted" };

/** Whether the vote of `term` is still to be had. */
export function canVote(last: CastVote | undefined, term: Term, candidate: PeerId): boolean {
  return last === undefined || last.term < term || (last.term === term && last.candidate === candidate);
}

/** How to vote on a request of our own term (spec 05 §6.3). Granted only to a candidate whose log ends exactly where ours does. */
export function judge(
  last: CastVote | undefined,
  request: RequestVote,
  ours: Cursor,
  preference: LeadershipPreference,
): Ballot {
  if (!canVote(last, request.term, request.candidate)) return VOTED;
  const order = compareCursors(request.position, ours);
  if (order < 0) return BEHIND;
  if (order > 0) return AHEAD;
  return preference.kind === "observer" ? OBSERVED : GRANTED;
}
