/** The numbers of the membership protocol (spec 03 A.6). */
export interface MembershipRules {
  readonly activeMax: number;
  readonly passiveMax: number;
  /** The first `ttl` of a `ForwardJoin`. */
  readonly joinWalkLength: number;
  /** The `ttl` at which a walk leaves the joiner in a passive view. */
  readonly passiveWalkLength: number;
  readonly shuffleWalkLength: number;
  readonly shuffleActiveCount: number;
  readonly shufflePassiveCount: number;
  readonly shuffleIntervalMs: number;
  readonly neighborTimeoutMs: number;
  /** Does what Rust does where that is a defect, too: a recorded run can be replayed then. */
  readonly isExact: boolean;
}

export const defaultMembershipRules: MembershipRules = {
  activeMax: 5,
  passiveMax: 30,
  joinWalkLength: 6,
  passiveWalkLength: 3,
  shuffleWalkLength: 6,
  shuffleActiveCount: 3,
  shufflePassiveCount: 4,
  shuffleIntervalMs: 60_000,
  neighborTimeoutMs: 500,
  isExact: false,
};
