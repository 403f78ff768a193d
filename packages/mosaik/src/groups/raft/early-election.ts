import type { ConsensusConfig } from "../config.js";

/** A leader that is there was heard within this time after its bond: it shows itself once every interval. */
export function leaderSilenceMs({ heartbeatIntervalMs, heartbeatJitterMs }: ConsensusConfig): number {
  return heartbeatIntervalMs + heartbeatJitterMs;
}

/** How long after the bonds are complete a member of this rank stands for the first election of all, if no leader was heard. */
export function firstElectionDelayMs(config: ConsensusConfig, rank: number): number {
  return leaderSilenceMs(config) + rank * turnMs(config);
}

/** How long after the bond with the leader has ended a member of this rank stands for election. A bond that comes back at once prevents it. */
export function successionDelayMs(config: ConsensusConfig, rank: number): number {
  return (rank + 1) * turnMs(config);
}

/** How long after it has fetched what it lacked a member of this rank stands again: others may have done the same. */
export function returnDelayMs(config: ConsensusConfig, rank: number): number {
  return rank * turnMs(config);
}

/** How long a leader that has heard another of its term waits before it stands for election: there may be more, with better logs. */
export function rivalryDelayMs(config: ConsensusConfig): number {
  return turnMs(config);
}

/** How much later the next one in rank tries: long enough for a round of votes and a first heartbeat. */
function turnMs({ heartbeatIntervalMs }: ConsensusConfig): number {
  return heartbeatIntervalMs / 2;
}
