import type { ConsensusOptions } from "mosaik";

/** Times of a group for tests that see leaders come and go, in both languages: some five times as quick as the defaults. */
export const QUICK: ConsensusOptions = {
  heartbeatIntervalMs: 150,
  heartbeatJitterMs: 50,
  maxMissedHeartbeats: 10,
  electionTimeoutMs: 700,
  electionTimeoutJitterMs: 300,
  bootstrapDelayMs: 800,
};
