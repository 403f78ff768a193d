import { describe, expect, it } from "vitest";
import { MemoryLog } from "../../../src/groups/storage/memory.js";
import { CHUNK_ENTRIES } from "../../../src/groups/storage/memory-chunk.js";
import type { LogEntry } from "../../../src/groups/storage/storage.js";
import { usedBytes } from "../../heap.js";
import { LogStorageFailure, logStorageCases, NaiveLog } from "../../../src/testing/log-storage/index.js";

const bytes = (value: number, length: number): LogEntry => ({ term: 1, command: new Uint8Array(length).fill(value) });

describe("MemoryLog", () => {
  it.each(logStorageCases)("$name", ({ run }) => run(new MemoryLog()));

  it("keeps a million small commands in a fifth of what they take as objects", async () => {
    const before = await usedBytes();
    const log = new MemoryLog();
    const entries = Array.from({ length: 1000 }, (_, i) => bytes(i, 24));
    for (let i = 0; i < 1000; i++) log.append(entries);
    const each = ((await usedBytes()) - before) / 1e6;
    expect(log.last().index).toBe(1e6);
    expect(each).toBeLessThan(274 / 5);
  });

  it("gives memory back when it is pruned, and when it is truncated", async () => {
    const log = new MemoryLog();
    const fill = (): void => {
      for (let i = 0; i < 300; i++) log.append([bytes(i, 1000), bytes(i, 100_000)]);
    };
    const before = await usedBytes();
    fill();
    expect((await usedBytes()) - before).toBeGreaterThan(25e6);
    log.prunePrefix(599);
    expect(log.get(600)).toEqual(bytes(299, 100_000));
    expect((await usedBytes()) - before).toBeLessThan(3e6);
    fill();
    log.truncate(601);
    expect((await usedBytes()) - before).toBeLessThan(3e6);
  });

  it("prunes and appends in constant time, however long it is", () => {
    const log = new MemoryLog();
    const entries = Array.from({ length: CHUNK_ENTRIES }, (_, i) => bytes(i, 8));
    for (let i = 0; i < 1000; i++) log.append(entries);
    const startMs = performance.now();
    for (let i = 0; i < 300_000; i++) {
      log.append([entries[i % CHUNK_ENTRIES]!]);
      log.prunePrefix(i + 1);
    }
    // Half a second would be more than a microsecond and a half for each; a log that moves its entries takes minutes.
    expect(performance.now() - startMs).toBeLessThan(5000);
    expect(log.available()).toEqual({ start: 300_000, end: 300_000 + 1000 * CHUNK_ENTRIES });
  });

  it("has no index beyond 2^53-1", () => {
    const log = new MemoryLog();
    log.resetTo({ term: 1, index: Number.MAX_SAFE_INTEGER - 1 });
    expect(() => log.append([bytes(1, 1), bytes(2, 1)])).toThrow(RangeError);
    expect(log.append([bytes(1, 1)])).toBe(Number.MAX_SAFE_INTEGER);
    expect(log.get(Number.MAX_SAFE_INTEGER)).toEqual(bytes(1, 1));
  });
});

describe("the suite of log storages", () => {
  /** Storages with one defect each. */
  const defects: Record<string, () => NaiveLog> = {
    "counts from 0": () =>
      new (class extends NaiveLog {
        override append(entries: readonly LogEntry[]): number {
          return super.append(entries) - 1;
        }
      })(),
    "forgets the boundary's term": () =>
      new (class extends NaiveLog {
        override termAt(index: number): number | undefined {
          return index === 0 ? 0 : this.get(index)?.term;
        }
      })(),
    "truncates one too few": () =>
      new (class extends NaiveLog {
        override truncate(at: number): void {
          super.truncate(at + 1);
        }
      })(),
    "prunes one too few": () =>
      new (class extends NaiveLog {
        override prunePrefix(upTo: number): void {
          super.prunePrefix(upTo - 1);
        }
      })(),
    "slices one too many": () =>
      new (class extends NaiveLog {
        override slice({ start, end }: { start: number; end: number }): {
          start: number;
          entries: readonly LogEntry[];
        } {
          return super.slice({ start, end: end + 1 });
        }
      })(),
    "keeps entries on reset": () =>
      new (class extends NaiveLog {
        override resetTo(): void {}
      })(),
  };

  it("is passed by the naive log", () => {
    for (const { run } of logStorageCases) run(new NaiveLog());
  });

  it.each(Object.entries(defects))("finds a log that %s", (_what, make) => {
    const failures = logStorageCases.filter(({ run }) => {
      try {
        run(make());
        return false;
      } catch (error) {
        expect(error).toBeInstanceOf(LogStorageFailure);
        return true;
      }
    });
    expect(failures.length).toBeGreaterThan(0);
  });
});
