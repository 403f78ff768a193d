import { assertSame, entry } from "./assert.js";
import type { LogStorageCase } from "./index.js";

export const entryCases: readonly LogStorageCase[] = [
  {
    name: "an empty log ends at the origin",
    run(log) {
      assertSame(log.last(), { term: 0, index: 0 }, "last");
      assertSame(log.available(), { start: 0, end: 0 }, "available");
      assertSame(log.get(0), undefined, "entry 0");
      assertSame(log.get(1), undefined, "entry 1");
      assertSame(log.termAt(0), 0, "term at 0");
      assertSame(log.termAt(1), undefined, "term at 1");
      assertSame(log.slice({ start: 0, end: 9 }).entries, [], "slice");
      log.truncate(1);
      log.prunePrefix(5);
      assertSame(log.available(), { start: 0, end: 0 }, "available after truncating and pruning nothing");
    },
  },
  {
    name: "entries have indices from 1 in the order in which they are appended",
    run(log) {
      assertSame(log.append([entry(1), entry(2, 2)]), 2, "append");
      assertSame(log.append([]), 2, "append of none");
      assertSame(log.append([entry(3, 2)]), 3, "append");
      assertSame(
        [1, 2, 3].map((i) => log.get(i)),
        [entry(1), entry(2, 2), entry(3, 2)],
        "entries",
      );
      assertSame(
        [0, 1, 2, 3, 4].map((i) => log.termAt(i) ?? "none"),
        [0, 1, 2, 2, "none"],
        "terms",
      );
      assertSame(log.last(), { term: 2, index: 3 }, "last");
    },
  },
  {
    name: "slices are clamped to what is held",
    run(log) {
      log.append([entry(1), entry(2), entry(3)]);
      assertSame(log.slice({ start: 2, end: 2 }), { start: 2, entries: [entry(2)] }, "one");
      assertSame(log.slice({ start: 0, end: 99 }), { start: 1, entries: [entry(1), entry(2), entry(3)] }, "all");
      assertSame(log.slice({ start: 4, end: 99 }).entries, [], "behind the end");
      assertSame(log.slice({ start: 3, end: 2 }).entries, [], "an empty range");
    },
  },
  {
    name: "commands of any length are kept as they are",
    run(log) {
      const lengths = [0, 1, 63, 64, 1023, 1024, 16_383, 16_384, 200_000];
      for (const [i, length] of lengths.entries()) log.append([entry(i, 1, length)]);
      for (const [i, length] of lengths.entries()) assertSame(log.get(i + 1), entry(i, 1, length), `${length} bytes`);
    },
  },
  {
    name: "terms of up to 2^53-1 are kept",
    run(log) {
      const term = Number.MAX_SAFE_INTEGER;
      log.append([entry(1, 2 ** 40), entry(2, term)]);
      assertSame([log.termAt(1), log.last()], [2 ** 40, { term, index: 2 }], "terms");
    },
  },
  {
    name: "truncating takes the entry and all behind it away",
    run(log) {
      log.append([entry(1), entry(2), entry(3)]);
      log.truncate(4);
      assertSame(log.last(), { term: 1, index: 3 }, "last after truncating behind the end");
      log.truncate(2);
      assertSame(log.available(), { start: 0, end: 1 }, "available");
      assertSame([log.get(2), log.get(3)], [undefined, undefined], "what was taken away");
      assertSame(log.append([entry(4, 2)]), 2, "append");
      assertSame([log.get(1), log.get(2)], [entry(1), entry(4, 2)], "entries");
      log.truncate(1);
      assertSame(log.last(), { term: 0, index: 0 }, "last of nothing");
    },
  },
  {
    name: "what was read stays as it is when others take its place",
    run(log) {
      log.append([entry(1), entry(2, 1, 2000), entry(3)]);
      const read = [1, 2, 3].map((i) => log.get(i));
      const { entries } = log.slice({ start: 1, end: 3 });
      log.truncate(1);
      log.append([entry(7, 2), entry(8, 2, 2000), entry(9, 2)]);
      const expected = [entry(1), entry(2, 1, 2000), entry(3)];
      assertSame(read, expected, "what get returned");
      assertSame(entries, expected, "what slice returned");
    },
  },
];
