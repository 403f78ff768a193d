import { Digest, littleEndian } from "../../primitives/index.js";
import { CollectionError } from "../errors.js";

/** How late members get the state of a collection (spec 06 §3). All of it enters the group's id: members must agree on it. */
export interface SyncOptions {
  /** Items that are asked for at once, and given at most. Default: 2000. */
  readonly fetchBatchSize?: number;
  /** How long a member keeps a snapshot that nobody asks for, and how old a request for one may be, in ms. Default: 10 000. */
  readonly snapshotTtlMs?: number;
  /** How long a late member waits for the offer of a snapshot before it asks again, in ms. Default: 15 000. */
  readonly snapshotRequestTimeoutMs?: number;
  /** How long a late member waits for items before it asks another member, in ms. Default: 5000. */
  readonly fetchTimeoutMs?: number;
}

export type SyncConfig = Required<SyncOptions>;

const DEFAULTS: SyncConfig = {
  fetchBatchSize: 2000,
  snapshotTtlMs: 10_000,
  snapshotRequestTimeoutMs: 15_000,
  fetchTimeoutMs: 5000,
};

/** @throws CollectionError `invalidOption` */
export function syncConfig(options: SyncOptions = {}): SyncConfig {
  const config = { ...DEFAULTS };
  for (const name of Object.keys(DEFAULTS) as (keyof SyncConfig)[]) {
    const value = options[name] ?? DEFAULTS[name];
    if (!(Number.isSafeInteger(value) && value >= 1)) {
      throw new CollectionError("invalidOption", `${name} must be a whole number from 1, not ${String(value)}`);
    }
    config[name] = value;
  }
  return config;
}

/** The part of the group's id (spec 06 §2.3). */
export function syncSignature(machineTypeName: string, config: SyncConfig): Digest {
  return Digest.from("mosaik_collections_snapshot_sync")
    .derive(machineTypeName)
    .derive(littleEndian(config.fetchBatchSize, 8))
    .derive(littleEndian(config.snapshotTtlMs, 16))
    .derive(littleEndian(config.snapshotRequestTimeoutMs, 16))
    .derive(littleEndian(config.fetchTimeoutMs, 16));
}
