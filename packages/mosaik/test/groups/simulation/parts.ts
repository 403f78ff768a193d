import { RaftCore } from "../../../src/groups/raft/core.js";
import { availableRules, rustRules } from "../../../src/groups/raft/rules.js";
import { MemoryLog } from "../../../src/groups/storage/memory.js";
import { logReplaySync } from "../../../src/groups/sync/log-replay/index.js";
import type { MemberParts } from "./member.js";
import { OrderMachine } from "./order-machine.js";
import { RustLogReplay } from "./rust-log-replay.js";

/** Small batches and a short patience, so that catch-ups take several fetches and meet what goes wrong. */
export const SYNC_OPTIONS = { typeName: "simulated::Order", batchSize: 8, fetchTimeoutMs: 3000 };

/** A member of this library. */
export const ourParts: MemberParts = {
  core: (options) => new RaftCore({ ...options, rules: availableRules }),
  sync: () => logReplaySync(SYNC_OPTIONS),
  log: () => new MemoryLog(),
  machine: (sync, preference) => new OrderMachine(sync, preference),
};

/** A member of mosaik 0.4.2, as the spec describes it. */
export const rustParts: MemberParts = {
  ...ourParts,
  core: (options) => new RaftCore({ ...options, rules: rustRules }),
  sync: () => new RustLogReplay(SYNC_OPTIONS),
};
