import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { EMPTY_FINGERPRINT } from "../../../src/groups/raft/fingerprint.js";
import { FingerprintedLog } from "../../../src/groups/raft/fingerprinted-log.js";
import { MemoryLog } from "../../../src/groups/storage/memory.js";
import type { LogEntry } from "../../../src/groups/storage/storage.js";
import { bytes, entry } from "./member.js";

function logOf(entries: readonly LogEntry[]): FingerprintedLog {
  const log = new FingerprintedLog(new MemoryLog());
  log.append(entries);
  return log;
}

const anyEntry: fc.Arbitrary<LogEntry> = fc.record({
  term: fc.oneof(fc.nat(3), fc.maxSafeNat()),
  command: fc.uint8Array({ maxLength: 9 }),
});

describe("the fingerprint of a log (spec 08 §4)", () => {
  it("has these values, which members of other versions compute, too", () => {
    expect(logOf([]).fingerprintAt(0)).toEqual({ low: 0, high: 0 });
    const log = logOf([entry("1:"), entry("1:a"), entry("2:abcd"), entry("4294967298:abcdefg")]);
    expect([1, 2, 3, 4].map((index) => log.fingerprintAt(index))).toMatchInlineSnapshot(`
      [
        {
          "high": 1511440086,
          "low": 3499702647,
        },
        {
          "high": 896596379,
          "low": 3468211941,
        },
        {
          "high": 3680186639,
          "low": 1138856404,
        },
        {
          "high": 3404896172,
          "low": 413813061,
        },
      ]
    `);
  });

  it("is the same however the entries were appended", () => {
    fc.assert(
      fc.property(fc.array(anyEntry), fc.array(anyEntry), (first, second) => {
        const log = logOf(first);
        log.append(second);
        const whole = logOf([...first, ...second]);
        expect(log.fingerprintAt(log.last().index)).toEqual(whole.fingerprintAt(whole.last().index));
      }),
    );
  });

  it("is another for another log", () => {
    const key = (entries: LogEntry[]) => entries.map(({ term, command }) => `${term}:${command.join()}`).join(";");
    fc.assert(
      fc.property(fc.array(anyEntry, { maxLength: 5 }), fc.array(anyEntry, { maxLength: 5 }), (a, b) => {
        fc.pre(key(a) !== key(b));
        expect(logOf(a).fingerprintAt(a.length)).not.toEqual(logOf(b).fingerprintAt(b.length));
      }),
      { numRuns: 2000 },
    );
  });

  it("tells single bits, zeros at the end, and the order apart", () => {
    const base = new Uint8Array(8);
    const seen = new Set<string>();
    const see = (entries: LogEntry[]) => seen.add(JSON.stringify(logOf(entries).fingerprintAt(entries.length)));
    for (let bit = 0; bit < 64; bit++) {
      for (let other = 0; other <= bit; other++) {
        const command = base.slice();
        command[bit >> 3]! ^= 1 << (bit & 7);
        command[other >> 3]! ^= 1 << (other & 7);
        if (bit !== other) see([{ term: 1, command }]);
      }
    }
    for (let length = 0; length < 8; length++) see([{ term: 1, command: new Uint8Array(length) }]);
    see([entry("1:a"), entry("1:b")]);
    see([entry("1:b"), entry("1:a")]);
    see([entry("1:ab"), entry("1:")]);
    expect(seen.size).toBe((64 * 63) / 2 + 8 + 3);
  });
});

describe("a log with fingerprints", () => {
  it("keeps those of what was pruned as long as they cost nothing, and all others", () => {
    const entries = Array.from({ length: 1000 }, (_, i) => ({ term: 1, command: bytes(String(i)) }));
    const whole = logOf(entries);
    const log = logOf(entries);
    log.prunePrefix(900);
    log.append([entry("1:more")]);
    whole.append([entry("1:more")]);
    for (const index of [900, 901, 1000, 1001]) expect(log.fingerprintAt(index)).toEqual(whole.fingerprintAt(index));
    expect(log.fingerprintAt(899)).toBeUndefined();
    expect(log.fingerprintAt(1002)).toBeUndefined();
  });

  it("goes back with a truncation", () => {
    const log = logOf(["1:x", "1:y", "1:z"].map(entry));
    log.truncate(2);
    expect(log.fingerprintAt(2)).toBeUndefined();
    log.append([entry("2:w")]);
    expect(log.fingerprintAt(2)).toEqual(logOf(["1:x", "2:w"].map(entry)).fingerprintAt(2));
  });

  it("knows nothing behind a boundary whose fingerprint nobody told, until one is told", () => {
    const whole = logOf(["1:x", "1:y", "1:z"].map(entry));
    const log = logOf([]);
    log.resetTo({ term: 1, index: 1 });
    log.append([entry("1:y")]);
    expect(log.fingerprintAt(1)).toBeUndefined();
    expect(log.fingerprintAt(2)).toBeUndefined();
    log.adoptFingerprint(1, whole.fingerprintAt(1)!);
    expect(log.fingerprintAt(1)).toBeUndefined();
    log.adoptFingerprint(2, whole.fingerprintAt(2)!);
    log.append([entry("1:z")]);
    expect(log.fingerprintAt(3)).toEqual(whole.fingerprintAt(3));
    log.truncate(2);
    expect(log.fingerprintAt(1)).toBeUndefined();

    log.resetTo({ term: 1, index: 2 }, whole.fingerprintAt(2));
    log.append([entry("1:z")]);
    expect(log.fingerprintAt(3)).toEqual(whole.fingerprintAt(3));
    log.resetTo({ term: 0, index: 0 });
    expect(log.fingerprintAt(0)).toEqual(EMPTY_FINGERPRINT);
  });

  it("reads a log that is there already, unless its beginning is gone", () => {
    const entries = ["1:x", "1:y", "1:z"].map(entry);
    const stored = new MemoryLog();
    stored.append(entries);
    expect(new FingerprintedLog(stored).fingerprintAt(3)).toEqual(logOf(entries).fingerprintAt(3));
    stored.prunePrefix(1);
    expect(new FingerprintedLog(stored).fingerprintAt(3)).toBeUndefined();
  });
});
