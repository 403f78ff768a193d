import { Digest } from "../../../primitives/index.js";
import { GroupError } from "../../errors.js";

/** How a log is replayed. All of it enters the group's id. */
export interface LogReplayOptions {
  /**
   * What Rust's `type_name` prints for the machine, such as `demo::Counter` (spec 05 §2.5): members in Rust derive the group's id from
   * it. Where there are none any text will do, as long as all members have the same.
   */
  readonly typeName: string;
  /** Entries that are asked for at once, and given at most. Enters the group's id. Default: 2000. */
  readonly batchSize?: number;
  /** How long a member may take to answer, in ms, before it is asked anew. Its whole seconds enter the group's id. Default: 25 000. */
  readonly fetchTimeoutMs?: number;
}

export type LogReplayConfig = Required<LogReplayOptions>;

/** @throws GroupError `invalidOption` */
export function logReplayConfig({
  typeName,
  batchSize = 2000,
  fetchTimeoutMs = 25_000,
}: LogReplayOptions): LogReplayConfig {
  if (typeof typeName !== "string" || typeName === "") throw invalid("typeName must be a text", typeName);
  if (!Number.isSafeInteger(batchSize) || batchSize < 1)
    throw invalid("batchSize must be a whole number from 1", batchSize);
  if (!Number.isSafeInteger(fetchTimeoutMs) || fetchTimeoutMs < 1) {
    throw invalid("fetchTimeoutMs must be a whole number from 1", fetchTimeoutMs);
  }
  return { typeName, batchSize, fetchTimeoutMs };
}

/** The part of the group's id (spec 05 §2.5). */
export function logReplaySignature({ typeName, batchSize, fetchTimeoutMs }: LogReplayConfig): Digest {
  return Digest.from("mosaik_log_replay_sync")
    .derive(typeName)
    .derive(u64(batchSize))
    .derive(u64(Math.floor(fetchTimeoutMs / 1000)));
}

function u64(value: number): Uint8Array {
  const bytes = new Uint8Array(8);
  new DataView(bytes.buffer).setBigUint64(0, BigInt(value), true);
  return bytes;
}

function invalid(message: string, value: unknown): GroupError {
  return new GroupError("invalidOption", `${message}, not ${String(value)}`);
}
