import { Digest } from "../primitives/index.js";
import { GroupError } from "./errors.js";
import { guardsOf, type GuardOptions, type Guards } from "./guards.js";

/** The times of a group. Members must agree on the first three, which enter the group's id (spec 05 §3). */
interface ConsensusTimes {
  /** How often a leader, and each bond, shows that it is alive, in ms. Default: 500. */
  readonly heartbeatIntervalMs?: number;
  /** Bonds are asked up to this much sooner, at random, in ms; at least 1. Default: 150. */
  readonly heartbeatJitterMs?: number;
  /** Heartbeats that may be missed before a bond counts as lost. Default: 10. */
  readonly maxMissedHeartbeats?: number;
  /** How long a follower waits for its leader before it stands for election, in ms; more than a heartbeat. Default: 2000. */
  readonly electionTimeoutMs?: number;
  /** It waits up to this much longer, at random, in ms; at least 1. Default: 500. */
  readonly electionTimeoutJitterMs?: number;
  /** How much longer it waits before the first election of all, in ms. Default: 3000. */
  readonly bootstrapDelayMs?: number;
  /** How long a follower waits until the leader says that it has a command, in ms. Default: 2000. */
  readonly forwardTimeoutMs?: number;
  /** How long a follower waits for the leader's answer to a query, in ms. Default: 2000. */
  readonly queryTimeoutMs?: number;
}

/** How a group comes to agree. Of all this only the first three times enter the group's id. */
export interface ConsensusOptions extends ConsensusTimes {
  /** What it takes to lead and to commit. Default: nothing but who is there, so that every part of a divided group goes on. */
  readonly guards?: GuardOptions;
  /**
   * Whether this member ignores candidates as long as it hears its leader (spec 05 §19 D7): a member that comes back does not bring about
   * an election by that. Members of mosaik 0.4.2 give way to it all the same. Default: false.
   */
  readonly sticky?: boolean;
}

/** How a group comes to agree, with the defaults, checked. */
export interface ConsensusConfig extends Required<ConsensusTimes> {
  readonly guards: Guards;
  readonly sticky: boolean;
}

const DEFAULTS: Required<ConsensusTimes> = {
  heartbeatIntervalMs: 500,
  heartbeatJitterMs: 150,
  maxMissedHeartbeats: 10,
  electionTimeoutMs: 2000,
  electionTimeoutJitterMs: 500,
  bootstrapDelayMs: 3000,
  forwardTimeoutMs: 2000,
  queryTimeoutMs: 2000,
};

/** The least value of each. Rust panics for a jitter of 0 (spec 05 §3). */
const MINIMA: Required<ConsensusTimes> = {
  heartbeatIntervalMs: 1,
  heartbeatJitterMs: 1,
  maxMissedHeartbeats: 1,
  electionTimeoutMs: 1,
  electionTimeoutJitterMs: 1,
  bootstrapDelayMs: 0,
  forwardTimeoutMs: 1,
  queryTimeoutMs: 1,
};
const U32_MAX = 0xffff_ffff;

/** @throws GroupError `invalidOption` */
export function consensusConfig(options: ConsensusOptions = {}): ConsensusConfig {
  const { guards, sticky = false } = options;
  if (typeof sticky !== "boolean") throw invalid(`sticky must be true or false, not ${String(sticky)}`);
  const config = { ...DEFAULTS, guards: guardsOf(guards), sticky };
  for (const name of Object.keys(DEFAULTS) as (keyof ConsensusTimes)[]) {
    const value = options[name] ?? DEFAULTS[name];
    if (!Number.isInteger(value) || value < MINIMA[name] || value > U32_MAX) {
      throw invalid(`${name} must be a whole number from ${MINIMA[name]}, not ${String(value)}`);
    }
    config[name] = value;
  }
  if (config.heartbeatJitterMs > config.heartbeatIntervalMs) {
    throw invalid("heartbeatJitterMs must not be more than heartbeatIntervalMs");
  }
  if (config.electionTimeoutMs <= config.heartbeatIntervalMs) {
    throw invalid("electionTimeoutMs must be more than heartbeatIntervalMs");
  }
  return config;
}

/** How long a follower waits for its leader, at most, in ms. */
export function electionTimeoutMaxMs({ electionTimeoutMs, electionTimeoutJitterMs }: ConsensusConfig): number {
  return electionTimeoutMs + electionTimeoutJitterMs;
}

/** What of the times enters the group's id (spec 05 §2.3). */
export function consensusDigest(config: ConsensusConfig): Digest {
  const bytes = new Uint8Array(48);
  const view = new DataView(bytes.buffer);
  const inId = [config.heartbeatIntervalMs, config.heartbeatJitterMs, config.maxMissedHeartbeats];
  for (const [i, value] of inId.entries()) view.setBigUint64(16 * i, BigInt(value), true);
  return Digest.hash(bytes);
}

/** How a node takes part in groups. Nothing of it enters a group's id. */
export interface GroupsOptions {
  /**
   * How long a peer may take for each part of the handshake of a bond, in ms: to answer a dial, to open its stream, and to send its
   * message. Paths on which an answer takes longer need more. Peers with other times are members all the same. Default: 2000.
   */
  readonly handshakeTimeoutMs?: number;
}

/** @throws GroupError `invalidOption` */
export function groupsOptions({ handshakeTimeoutMs = 2000 }: GroupsOptions = {}): Required<GroupsOptions> {
  if (!Number.isInteger(handshakeTimeoutMs) || handshakeTimeoutMs < 1 || handshakeTimeoutMs > U32_MAX) {
    throw invalid(`handshakeTimeoutMs must be a whole number from 1, not ${String(handshakeTimeoutMs)}`);
  }
  return { handshakeTimeoutMs };
}

function invalid(message: string): GroupError {
  return new GroupError("invalidOption", message);
}
