import type { LogEntry, LogStorage } from "../../groups/index.js";
import { equalBytes, toHex } from "../../primitives/index.js";

/** A log storage did not do what the contract says. */
export class LogStorageFailure extends Error {
  override readonly name = "LogStorageFailure";
}

const NONE = new Uint8Array(0);

/** Compares by what is in them; bytes as hexadecimal. @throws LogStorageFailure */
export function assertSame(actual: unknown, expected: unknown, what: string): void {
  const [shown, wanted] = [show(actual), show(expected)];
  if (shown !== wanted) throw new LogStorageFailure(`${what}: expected ${wanted}, got ${shown}`);
}

/** Compares everything that can be asked of two logs. @throws LogStorageFailure */
export function assertSameLog(actual: LogStorage, expected: LogStorage, what: string): void {
  const range = expected.available();
  assertSame(actual.available(), range, `${what}: available`);
  assertSame(actual.last(), expected.last(), `${what}: last`);
  const around = { start: Math.max(0, range.start - 2), end: range.end + 2 };
  for (let index = around.start; index <= around.end; index++) {
    assertSameEntry(actual.get(index), expected.get(index), `${what}: entry ${index}`);
    if (actual.termAt(index) !== expected.termAt(index)) {
      assertSame(actual.termAt(index), expected.termAt(index), `${what}: term at ${index}`);
    }
  }
  const [slice, wanted] = [actual.slice(around), expected.slice(around)];
  assertSame([slice.start, slice.entries.length], [wanted.start, wanted.entries.length], `${what}: slice`);
  for (const [i, one] of slice.entries.entries()) assertSameEntry(one, wanted.entries[i], `${what}: slice, ${i}`);
}

function assertSameEntry(actual: LogEntry | undefined, expected: LogEntry | undefined, what: string): void {
  if (actual === expected) return;
  const isSame = actual?.term === expected?.term && equalBytes(actual?.command ?? NONE, expected?.command ?? NONE);
  if (!isSame) assertSame(actual, expected, what);
}

/** An entry whose command is `length` bytes of `value`. */
export function entry(value: number, term = 1, length = 8): LogEntry {
  return { term, command: new Uint8Array(length).fill(value) };
}

function show(value: unknown): string {
  return JSON.stringify(value, (_, part: unknown) => (part instanceof Uint8Array ? toHex(part) : part)) ?? "nothing";
}
