/**
 * Tests of programs on Mosaik: simulated networks in virtual time, that fail as the test says and repeat by a seed; worlds of real time
 * on loopback; and checkers of what a group did.
 */
// Simulated networks: what a program's own tests begin with.
export { simulate, type SimulateOptions, type SimulationRun } from "./simulate.js";
export { Simulation, type ChaosPlan } from "./simulation.js";
export { SimulatedNode, type NodeProgram } from "./simulated-node.js";
export { NodeContext } from "./node-context.js";
export { SimulationFailure } from "./simulation-failure.js";
export { Faults } from "./faults.js";
export type { Latency, LatencyRange } from "../runtime/index.js";

// Tests that run in simulated worlds and in live ones.
export { createWorld } from "./create-world.js";
export type { World, WorldKind } from "./world.js";

// What `simulate` is made of.
export { randomFaults, type FaultPlan, type FaultStep } from "./fault-schedule.js";
export { MemoryUdp } from "./memory-udp.js";
export { SimulatedWorld } from "./simulated-world.js";
export { Simulator, type Report, type SimulatorOptions, type TranscriptLine } from "./simulator.js";

// Proofs for storages and groups of one's own.
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
