export { createWorld } from "./create-world.js";
export { randomFaults, type FaultPlan, type FaultStep } from "./fault-schedule.js";
export { Faults } from "./faults.js";
export { MemoryUdp } from "./memory-udp.js";
export { Simulator, type Report, type SimulatorOptions } from "./simulator.js";
export { SimulatedWorld } from "./simulated-world.js";
export type { World, WorldKind } from "./world.js";
export { logStorageCases, LogStorageFailure, NaiveLog, type LogStorageCase } from "./log-storage/index.js";
export {
  checkHistory,
  type CheckHistoryOptions,
  type HistoryProblem,
  type HistoryProblemKind,
  type HistoryReport,
  type LostCommands,
} from "./groups/check-history.js";
export { GroupRecorder, type GroupRecorderOptions } from "./groups/group-recorder.js";
export type { AnswerModel, AnswerOf } from "./groups/known-answers.js";
export type { CommandName, CommandOutcome, GroupRecord, UnnamedRecord } from "./groups/records.js";
