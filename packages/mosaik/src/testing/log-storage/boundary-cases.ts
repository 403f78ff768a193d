import type { LogStorage } from "../../groups/index.js";
import { assertSame, entry } from "./assert.js";
import type { LogStorageCase } from "./index.js";

/** Entries of 10, 20, … at 1, 2, … */
function populate(log: LogStorage, count: number): void {
  for (let i = 1; i <= count; i++) log.append([entry(10 * i)]);
}

/** The tests of Rust's `src/groups/storage.rs`, by their names, and those of `reset_to`, which has none there. */
export const boundaryCases: readonly LogStorageCase[] = [
  {
    name: "prune_prefix_basic",
    run(log) {
      populate(log, 5);
      log.prunePrefix(2);
      assertSame(log.available(), { start: 2, end: 5 }, "available");
      assertSame([log.get(1), log.get(2)], [undefined, undefined], "what was pruned");
      assertSame(
        [3, 4, 5].map((i) => log.get(i)),
        [entry(30), entry(40), entry(50)],
        "what is left",
      );
    },
  },
  {
    name: "prune_prefix_last_unchanged",
    run(log) {
      populate(log, 5);
      assertSame(log.last(), { term: 1, index: 5 }, "last before");
      log.prunePrefix(3);
      assertSame(log.last(), { term: 1, index: 5 }, "last after");
    },
  },
  {
    name: "prune_prefix_then_append",
    run(log) {
      populate(log, 3);
      log.prunePrefix(2);
      assertSame(log.append([entry(60, 2)]), 4, "append");
      assertSame(log.get(4), entry(60, 2), "the entry");
      assertSame(log.last(), { term: 2, index: 4 }, "last");
    },
  },
  {
    name: "prune_prefix_get_range",
    run(log) {
      populate(log, 6);
      log.prunePrefix(2);
      assertSame(log.slice({ start: 3, end: 5 }), { start: 3, entries: [entry(30), entry(40), entry(50)] }, "held");
      assertSame(log.slice({ start: 1, end: 4 }), { start: 3, entries: [entry(30), entry(40)] }, "partly pruned");
      assertSame(log.slice({ start: 1, end: 2 }).entries, [], "pruned");
    },
  },
  {
    name: "prune_prefix_then_truncate",
    run(log) {
      populate(log, 6);
      log.prunePrefix(2);
      log.truncate(5);
      assertSame(log.last(), { term: 1, index: 4 }, "last");
      assertSame([log.get(4), log.get(5), log.get(6)], [entry(40), undefined, undefined], "entries");
    },
  },
  {
    name: "prune_prefix_idempotent",
    run(log) {
      populate(log, 5);
      for (const upTo of [3, 2, 3]) log.prunePrefix(upTo);
      assertSame(log.available(), { start: 3, end: 5 }, "available");
      assertSame(log.get(4), entry(40), "an entry");
    },
  },
  {
    name: "prune_prefix_all_entries",
    run(log) {
      populate(log, 3);
      log.prunePrefix(3);
      assertSame(log.last(), { term: 1, index: 3 }, "last");
      assertSame(log.available(), { start: 3, end: 3 }, "available");
      assertSame(log.append([entry(100, 2)]), 4, "append");
      assertSame(log.get(4), entry(100, 2), "the entry");
    },
  },
  {
    name: "prune_prefix_zero_is_noop",
    run(log) {
      populate(log, 3);
      log.prunePrefix(0);
      assertSame(log.available(), { start: 0, end: 3 }, "available");
      assertSame(log.get(1), entry(10), "the first entry");
    },
  },
  {
    name: "truncate_at_pruned_boundary_clears_remaining",
    run(log) {
      populate(log, 5);
      log.prunePrefix(3);
      log.truncate(2);
      assertSame(log.last(), { term: 1, index: 3 }, "last");
      assertSame(log.available(), { start: 3, end: 3 }, "available");
    },
  },
  {
    name: "the boundary keeps its term and is no entry",
    run(log) {
      log.append([entry(1, 1), entry(2, 4), entry(3, 5)]);
      log.prunePrefix(2);
      assertSame([log.termAt(2), log.get(2)], [4, undefined], "the boundary");
      assertSame([log.termAt(0), log.termAt(1)], [0, undefined], "before it");
    },
  },
  {
    name: "a log that is reset begins behind its boundary",
    run(log) {
      populate(log, 5);
      log.resetTo({ term: 7, index: 1000 });
      assertSame(log.last(), { term: 7, index: 1000 }, "last");
      assertSame(log.available(), { start: 1000, end: 1000 }, "available");
      assertSame([log.termAt(1000), log.termAt(5), log.get(5)], [7, undefined, undefined], "terms");
      assertSame(log.append([entry(1, 8)]), 1001, "append");
      assertSame([log.get(1001), log.get(1000)], [entry(1, 8), undefined], "entries");
      log.resetTo({ term: 0, index: 0 });
      assertSame(log.append([entry(2, 9)]), 1, "append to what is as new");
      assertSame(log.get(1), entry(2, 9), "the entry");
    },
  },
];
