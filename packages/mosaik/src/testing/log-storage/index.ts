import type { LogStorage } from "../../groups/index.js";
import { boundaryCases } from "./boundary-cases.js";
import { entryCases } from "./entry-cases.js";
import { randomCases } from "./random-cases.js";

export { LogStorageFailure } from "./assert.js";
export { NaiveLog } from "./naive-log.js";

/** One behaviour that every log storage shows. */
export interface LogStorageCase {
  readonly name: string;
  /** @throws LogStorageFailure, or what the storage threw, where the behaviour is not shown. @param log a new one, empty */
  readonly run: (log: LogStorage) => void;
}

/**
 * The suite that proves a log storage. It needs no test framework; with one that has `it`:
 *
 * ```ts
 * for (const { name, run } of logStorageCases) it(name, () => run(makeEmptyStorage()));
 * ```
 */
export const logStorageCases: readonly LogStorageCase[] = [...entryCases, ...boundaryCases, ...randomCases];
