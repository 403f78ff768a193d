import { consensusConfig } from "../../../src/groups/config.js";
import type { LeadershipPreference } from "../../../src/groups/machine/machine.js";
import { RaftCore, type RaftCoreOptions } from "../../../src/groups/raft/core.js";
import { availableRules, rulesOf, rustRules } from "../../../src/groups/raft/rules.js";
import { MemoryLog } from "../../../src/groups/storage/memory.js";
import type { LogStorage } from "../../../src/groups/storage/storage.js";
import { logReplaySync } from "../../../src/groups/sync/log-replay/index.js";
import type { StateSync } from "../../../src/groups/sync/sync.js";
import { OrderMachine } from "./order-machine.js";
import { RustLogReplay } from "./rust-log-replay.js";

export type MemberCore = Pick<RaftCore, keyof RaftCore>;

/** What a member is made of; planted bugs replace a part. */
export interface MemberParts {
  core(options: RaftCoreOptions): MemberCore;
  sync(): StateSync;
  log(): LogStorage;
  machine(sync: StateSync, preference: LeadershipPreference): OrderMachine;
  /** Whether it takes whatever is committed in the places of its commands for them. */
  readonly looksAtPlacesOnly: boolean;
}

/** Small batches and a short patience, so that catch-ups take several fetches and meet what goes wrong. */
export const SYNC_OPTIONS = { typeName: "simulated::Order", batchSize: 8, fetchTimeoutMs: 3000 };

/** A member of this library. */
export const ourParts: MemberParts = {
  core: (options) => new RaftCore({ ...options, rules: availableRules }),
  sync: () => logReplaySync(SYNC_OPTIONS),
  log: () => new MemoryLog(),
  machine: (sync, preference) => new OrderMachine(sync, preference),
  looksAtPlacesOnly: false,
};

/** A member of this library that goes on only with a majority of so many (spec 05 §19 C6). */
export function guardedParts(members: number, sticky: boolean): MemberParts {
  const rules = rulesOf(consensusConfig({ guards: { members }, sticky }));
  return { ...ourParts, core: (options) => new RaftCore({ ...options, rules }) };
}

/** A member of mosaik 0.4.2, as the spec describes it. */
export const rustParts: MemberParts = {
  ...ourParts,
  core: (options) => new RaftCore({ ...options, rules: rustRules }),
  sync: () => new RustLogReplay(SYNC_OPTIONS),
  looksAtPlacesOnly: true,
};
