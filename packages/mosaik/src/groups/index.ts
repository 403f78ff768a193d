export type { BondInfo } from "./bonds/index.js";
export { consensusConfig, type ConsensusConfig, type ConsensusOptions, type GroupsOptions } from "./config.js";
export { GroupError, type GroupErrorCode } from "./errors.js";
export type { GroupEvent, GroupEvents } from "./events.js";
export { fingerprintField, fingerprintOf } from "./fingerprint-field.js";
export { groupId, groupIdParts, type GroupId, type GroupIdInputs } from "./group-id.js";
export { BondsView, Group, type Consistency, type GroupConfig } from "./group.js";
export { Groups, type JoinedGroup, type JoinOptions } from "./groups.js";
export type { GuardOptions, Guards } from "./guards.js";
export { GroupKey } from "./key.js";
export type { Admission, Lookahead } from "./machine/admission.js";
export type { ApplyContext, LeadershipPreference, StateMachine } from "./machine/machine.js";
export { NoOp } from "./machine/no-op.js";
export { normal, observer, reluctant } from "./machine/preference.js";
export {
  compareCursors,
  cursorCodec,
  cursorKey,
  type Cursor,
  type Index,
  type IndexRange,
  type Term,
} from "./positions.js";
export { bondMessageCodec, entryCodec as logEntryCodec, handshakeEndCodec, handshakeStartCodec } from "./protocol.js";
export { equalFingerprints } from "./raft/fingerprint.js";
export type { Fingerprint } from "./raft/messages.js";
export type { RaftRole } from "./raft/io.js";
export type { QueryResult } from "./requests.js";
export { MemoryLog } from "./storage/memory.js";
export type { LogEntry, LogSlice, LogStorage } from "./storage/storage.js";
export { LeaderTail } from "./sync/log-replay/leader-tail.js";
export { logReplaySync, type LogReplayMessage, type LogReplayOptions } from "./sync/log-replay/index.js";
export type {
  ProviderContext,
  PullContext,
  SessionContext,
  StateSync,
  SyncContext,
  SyncGap,
  SyncProvider,
  SyncPull,
  SyncSession,
} from "./sync/sync.js";
export type { WaitOptions } from "./wait.js";
export { GroupCondition, GroupWhen, PositionWhen } from "./when.js";
