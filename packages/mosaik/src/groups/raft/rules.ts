import type { ConsensusConfig } from "../config.js";
import { quorumsOf, type Quorums } from "./quorums.js";

/**
 * How a core plays Raft where the wire leaves a choice. Every choice of `availableRules` is invisible to a Rust member but for a member
 * that behaves better (spec 05 §19); `rustRules` are what mosaik 0.4.2 does.
 */
export interface RaftRules {
  /** A leader names the fingerprint of its log, and a follower compares it (spec 08 §4). */
  readonly usesFingerprints: boolean;
  /** What is committed is never taken away silently: it counts as diverged (§19 D1). */
  readonly protectsCommitted: boolean;
  /** A new leader commits what its granters hold and says so at once; a peer that bonds with a leader hears from it at once (§19 C2). */
  readonly announcesAtOnce: boolean;
  /** The committee is looked at again when a bond ends and with each heartbeat, and every commit is told at once (§19 C1). */
  readonly reviewsCommittee: boolean;
  /** Messages of an older term are answered with the newer one (§19 D4). */
  readonly answersOldTerms: boolean;
  /** A member that has caught up tells the leader so (§19 D2). */
  readonly acknowledgesSync: boolean;
  /** A catch-up goes on when the leader changes (§19 D3). */
  readonly keepsSync: boolean;
  /** A candidate that was denied fetches what those who denied have more before it stands again (§19 D5). */
  readonly pullsWhenDenied: boolean;
  /** A candidate follows nobody, and followers tell their log positions (§19 D6). */
  readonly tellsEverything: boolean;
  /**
   * The first leader is elected as soon as all members are bonded, and another as soon as the bond with the leader ends; a leader that a
   * candidate without its entries has deposed stands again at once.
   */
  readonly electsEarly: boolean;
  /** Of the leaders of one term the one with the best log stands for election; the others give it time. */
  readonly yieldsToRival: boolean;
  /** A follower hears no other leader of its term as long as it hears the one that it has: it would begin anew with each. */
  readonly staysWithLeader: boolean;
  /** A follower that has heard its leader lately does not take part in elections (§19 D7). */
  readonly isSticky: boolean;
  /** How many members it takes at least to lead and to commit (§19 C6). */
  readonly quorums: Quorums;
  /** More entries than this go in several messages (§19 C4). */
  readonly entriesPerMessageMax: number;
  /** More bytes of commands than this go in several messages; a longer command goes alone. */
  readonly bytesPerMessageMax: number;
}

const UNGUARDED: Quorums = { votes: 1, holders: 1, contacts: 1, members: Infinity };

/** The rules of a group that stays available in every part of a divided network. */
export const availableRules: RaftRules = {
  usesFingerprints: true,
  protectsCommitted: true,
  announcesAtOnce: true,
  reviewsCommittee: true,
  answersOldTerms: true,
  acknowledgesSync: true,
  keepsSync: true,
  pullsWhenDenied: true,
  tellsEverything: true,
  electsEarly: true,
  yieldsToRival: true,
  staysWithLeader: true,
  isSticky: false,
  quorums: UNGUARDED,
  entriesPerMessageMax: 4096,
  bytesPerMessageMax: 1 << 20,
};

/** The rules of a member with such options. */
export function rulesOf({ guards, sticky }: ConsensusConfig): RaftRules {
  return { ...availableRules, quorums: quorumsOf(guards), isSticky: sticky };
}

/** What a member of mosaik 0.4.2 does: for simulations of mixed groups. */
export const rustRules: RaftRules = {
  usesFingerprints: false,
  protectsCommitted: false,
  announcesAtOnce: false,
  reviewsCommittee: false,
  answersOldTerms: false,
  acknowledgesSync: false,
  keepsSync: false,
  pullsWhenDenied: false,
  tellsEverything: false,
  electsEarly: false,
  yieldsToRival: false,
  staysWithLeader: false,
  isSticky: false,
  quorums: UNGUARDED,
  entriesPerMessageMax: Infinity,
  bytesPerMessageMax: Infinity,
};
