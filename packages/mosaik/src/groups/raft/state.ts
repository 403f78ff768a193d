import { PeerId } from "../../primitives/index.js";
import type { ConsensusConfig } from "../config.js";
import type { LeadershipPreference } from "../machine/machine.js";
import { ORIGIN, type Cursor, type Index } from "../positions.js";
import type { FingerprintedLog } from "./fingerprinted-log.js";
import type { LogGate } from "./gate.js";
import type { RaftOutput } from "./io.js";
import type { RaftMessage } from "./messages.js";
import type { RaftRules } from "./rules.js";
import type { CastVote } from "./voting.js";

export interface RaftCoreOptions {
  readonly localId: PeerId;
  readonly config: ConsensusConfig;
  readonly rules: RaftRules;
  /** Shared with the state sync: whoever has an open session may write too. */
  readonly log: FingerprintedLog;
  /** A number in [0, 1). */
  readonly unit: () => number;
  /** Asked whenever it matters. */
  readonly preference: () => LeadershipPreference;
  /** Asked for when this member begins to lead, and until it ends. Default: everything gets into the log. */
  readonly gate?: () => LogGate | undefined;
  /** The clock at the beginning, in ms. */
  readonly nowMs: number;
}

/** What outlives the roles: the log and what is committed of it, the vote, the bonds, and what was told of them (spec 05 §6.1). */
export class RaftState {
  readonly localId: PeerId;
  readonly config: ConsensusConfig;
  readonly rules: RaftRules;
  readonly log: FingerprintedLog;
  readonly unit: () => number;
  readonly preference: () => LeadershipPreference;
  readonly gate: () => LogGate | undefined;

  nowMs: number;
  committed: Cursor = ORIGIN;
  vote: CastVote | undefined;
  leader: PeerId | undefined;
  isOnline = false;
  isMeshComplete = false;
  /** There are too few others for the guards: nobody leads, or nothing is committed. */
  isWaitingForQuorum = false;
  /** The bond with the leader has ended, and no other was heard since. */
  hasLostLeader = false;

  /** In ascending order. */
  readonly #bonds: PeerId[] = [];
  #outputs: RaftOutput[] = [];
  #toldLeader: PeerId | undefined;
  #toldOnline = false;
  #toldWaiting = false;

  constructor(options: RaftCoreOptions) {
    this.localId = options.localId;
    this.config = options.config;
    this.rules = options.rules;
    this.log = options.log;
    this.unit = options.unit;
    this.preference = options.preference;
    this.gate = options.gate ?? (() => undefined);
    this.nowMs = options.nowMs;
  }

  get bonds(): readonly PeerId[] {
    return this.#bonds;
  }

  /** Whether as many others are there as must vote for a leader. */
  get hasVoters(): boolean {
    return this.#bonds.length + 1 >= this.rules.quorums.votes;
  }

  isBonded(peer: PeerId): boolean {
    return this.#bonds.includes(peer);
  }

  addBond(peer: PeerId): void {
    if (this.isBonded(peer)) return;
    const at = this.#bonds.findIndex((other) => PeerId.compare(other, peer) > 0);
    this.#bonds.splice(at < 0 ? this.#bonds.length : at, 0, peer);
  }

  removeBond(peer: PeerId): void {
    const at = this.#bonds.indexOf(peer);
    if (at >= 0) this.#bonds.splice(at, 1);
  }

  /** How many of the bonded members have a lower id. */
  rank(): number {
    return this.#bonds.filter((peer) => PeerId.compare(peer, this.localId) < 0).length;
  }

  /** A random time in [timeout, timeout + jitter). */
  electionTimeoutMs(): number {
    return this.config.electionTimeoutMs + this.unit() * this.config.electionTimeoutJitterMs;
  }

  emit(output: RaftOutput): void {
    this.#outputs.push(output);
  }

  send(to: PeerId, message: RaftMessage): void {
    this.#outputs.push({ kind: "send", to, message });
  }

  /** To all bonds; to nobody if there are none. */
  broadcast(message: RaftMessage): void {
    if (this.#bonds.length > 0) this.#outputs.push({ kind: "broadcast", message });
  }

  tellLogPosition(): void {
    this.#outputs.push({ kind: "logPosition", position: this.log.last() });
  }

  /** Commits what the log has up to `index`. @returns whether that is more than before */
  commitUpTo(index: Index): boolean {
    if (index <= this.committed.index) return false;
    const last = this.log.last();
    const end = Math.min(index, last.index);
    if (end <= this.committed.index) return false;
    this.committed = end === last.index ? last : { term: this.log.termAt(end)!, index: end };
    this.#outputs.push({ kind: "commit", upTo: end });
    return true;
  }

  /** What has to be done, with what has changed of the leader and of being online: the outcome counts, not what was between. */
  takeOutputs(): readonly RaftOutput[] {
    if (this.leader !== this.#toldLeader) {
      this.#toldLeader = this.leader;
      this.#outputs.push({ kind: "leader", leader: this.leader });
    }
    if (this.isOnline !== this.#toldOnline) {
      this.#toldOnline = this.isOnline;
      this.#outputs.push({ kind: "online", isOnline: this.isOnline });
    }
    if (this.isWaitingForQuorum !== this.#toldWaiting) {
      this.#toldWaiting = this.isWaitingForQuorum;
      this.#outputs.push({ kind: "quorum", isWaiting: this.isWaitingForQuorum });
    }
    if (this.#outputs.length === 0) return NOTHING;
    const outputs = this.#outputs;
    this.#outputs = [];
    return outputs;
  }
}

const NOTHING: readonly RaftOutput[] = [];
