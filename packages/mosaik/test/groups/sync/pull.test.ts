import { beforeEach, describe, expect, it } from "vitest";
import type { LogEntry } from "../../../src/groups/storage/storage.js";
import { logReplaySync, type LogReplayMessage } from "../../../src/groups/sync/log-replay/index.js";
import { DIFFERING_MAX_BYTES } from "../../../src/groups/sync/log-replay/pull.js";
import type { SyncPull } from "../../../src/groups/sync/sync.js";
import { entriesIn, entriesOf, FakeContext, logOf, nameOf, peer } from "./fixture.js";

interface Opening {
  /** What this member has; the first `committed` of it are committed. */
  readonly has?: readonly LogEntry[];
  readonly committed?: number;
  /** Who denied, in this order. */
  readonly from?: string;
  readonly batchSize?: number;
}

const log9 = entriesOf([1, 1, 1, 2, 2, 2, 3, 3, 3]);

describe("LogReplayPull", () => {
  let context: FakeContext;
  let pull: SyncPull<LogReplayMessage>;
  let sent: string[];

  const open = ({ has = [], committed = 0, from = "b", batchSize = 4 }: Opening): void => {
    context = new FakeContext(logOf(has));
    context.commit(committed);
    context.peers = [...from].map(peer);
    sent = [];
    context.onSend = (to, message) => {
      if (message.kind === "fetchEntriesRequest")
        sent.push(`${nameOf(to)}: ${message.value.start}…${message.value.end}`);
    };
    pull = logReplaySync({ typeName: "m", batchSize, fetchTimeoutMs: 3000 }).pull!(context, context.peers);
  };
  const takeSent = (): string[] => sent.splice(0);
  const answer = (from: string, start: number, entries: readonly LogEntry[]): string[] => {
    const range = { start, end: start + entries.length - 1 };
    pull.receive({ kind: "fetchEntriesResponse", value: { range, entries } }, peer(from));
    return takeSent();
  };
  const gives = (from: string, start: number, end: number, log: readonly LogEntry[]): string[] =>
    answer(from, start, log.slice(start - 1, end));
  /** As a Rust member says that it has nothing of what it was asked for. */
  const hasNoMore = (from: string): string[] => {
    pull.receive({ kind: "fetchEntriesResponse", value: { range: { start: 0, end: 0 }, entries: [] } }, peer(from));
    return takeSent();
  };
  const advertises = (from: string, end: number): string[] => {
    pull.receive({ kind: "availabilityResponse", value: { start: 0, end } }, peer(from));
    return takeSent();
  };

  it("fetches everything where there is nothing, piece by piece, each with the end of the one before", () => {
    open({});
    expect(takeSent()).toEqual(["b: 1…4"]);
    expect(gives("b", 1, 4, log9)).toEqual(["b: 4…7"]);
    expect(gives("b", 4, 7, log9)).toEqual(["b: 7…10"]);
    expect(gives("b", 7, 9, log9)).toEqual(["b: 9…12"]);
    expect(gives("b", 9, 9, log9)).toEqual(["b: 10…13"]);
    expect(hasNoMore("b")).toEqual([]);
    expect(entriesIn(context.log)).toEqual(log9);
    expect(context.notes).toEqual(["done at 3/9"]);
    expect(context.clock.timers).toBe(0);
  });

  it("begins at the end of the log where the other's goes on", () => {
    open({ has: log9.slice(0, 6), committed: 2 });
    expect(takeSent()).toEqual(["b: 6…9"]);
    expect(gives("b", 6, 9, log9)).toEqual(["b: 9…12"]);
    expect(gives("b", 9, 9, log9)).toEqual(["b: 10…13"]);
    // A member of ours tells what it has instead.
    expect(advertises("b", 7)).toEqual([]);
    expect(entriesIn(context.log)).toEqual(log9);
    expect(context.notes).toEqual(["done at 3/9"]);
  });

  it("goes on to the next member", () => {
    open({ from: "bc" });
    gives("b", 1, 2, log9);
    gives("b", 2, 2, log9);
    expect(hasNoMore("b")).toEqual(["c: 2…5"]);
    expect(gives("b", 2, 5, log9)).toEqual([]);
    expect(gives("c", 2, 4, log9)).toEqual(["c: 4…7"]);
  });

  it("changes nothing where the other log is the same, or ends earlier", () => {
    open({ has: log9, committed: 2 });
    expect(takeSent()).toEqual(["b: 9…12"]);
    expect(gives("b", 9, 9, log9)).toEqual(["b: 10…13"]);
    expect(hasNoMore("b")).toEqual([]);
    expect(context.notes).toEqual(["done at 3/9"]);

    open({ has: log9, committed: 2 });
    takeSent();
    expect(hasNoMore("b")).toEqual(["b: 2…5"]);
    expect(gives("b", 2, 5, log9)).toEqual(["b: 5…8"]);
    expect(gives("b", 5, 5, log9)).toEqual(["b: 6…9"]);
    expect(hasNoMore("b")).toEqual([]);
    expect(context.notes).toEqual(["done at 3/9"]);
    expect(entriesIn(context.log)).toEqual(log9);
  });

  it("puts a log that ends later in the place of its own from the first difference on, all at once", () => {
    const own = entriesOf([1, 1, 1, 2, 2, 2, 2]);
    const theirs = entriesOf([1, 1, 1, 1, 1, 3], 0);
    open({ has: own, committed: 2, batchSize: 3 });
    takeSent();
    expect(hasNoMore("b")).toEqual(["b: 2…4"]);
    expect(gives("b", 2, 4, theirs)).toEqual(["b: 4…6"]);
    // Up to here it might end earlier.
    expect(entriesIn(context.log)).toEqual(own);
    expect(gives("b", 4, 6, theirs)).toEqual(["b: 6…8"]);
    expect(context.notes).toEqual(["truncated from 4"]);
    expect(entriesIn(context.log)).toEqual(theirs);
  });

  it("keeps its own where the other log differs and ends earlier", () => {
    const own = entriesOf([1, 1, 4]);
    const theirs = entriesOf([1, 1, 3, 3, 3, 3, 3]);
    open({ has: own, batchSize: 3 });
    takeSent();
    expect(gives("b", 3, 5, theirs)).toEqual(["b: 1…3"]);
    expect(gives("b", 1, 3, theirs)).toEqual(["b: 3…5"]);
    expect(gives("b", 3, 5, theirs)).toEqual(["b: 5…7"]);
    expect(gives("b", 5, 7, theirs)).toEqual(["b: 7…9"]);
    gives("b", 7, 7, theirs);
    hasNoMore("b");
    expect(context.notes).toEqual(["done at 4/3"]);
    expect(entriesIn(context.log)).toEqual(own);
  });

  it("leaves a log alone that differs for more than is kept", () => {
    const own = entriesOf([1, 4]);
    const half = { term: 3, command: new Uint8Array(DIFFERING_MAX_BYTES / 2) };
    open({ has: own, batchSize: 3 });
    answer("b", 2, [half, half]);
    expect(takeSent()).toEqual([]);
    expect(answer("b", 1, [own[0]!, half, half])).toEqual([]);
    expect(context.notes).toEqual(["done at 4/2"]);
  });

  it("says that what is committed is another, if the other log ends later", () => {
    open({ has: entriesOf([1, 1, 1], 1), committed: 3 });
    takeSent();
    expect(gives("b", 3, 6, log9)).toEqual([]);
    expect(context.notes).toEqual(["diverged at 1/3 from b"]);

    open({ has: entriesOf([1, 5, 5], 1), committed: 3 });
    gives("b", 3, 6, log9);
    expect(gives("b", 6, 9, log9)).toEqual(["b: 9…12"]);
    gives("b", 9, 9, log9);
    hasNoMore("b");
    expect(context.notes).toEqual(["done at 5/3"]);
  });

  describe("gives up a member", () => {
    beforeEach(() => {
      open({ from: "bc", has: log9.slice(0, 3) });
      takeSent();
    });

    it("that is silent for a second, and asks it once more behind the others", () => {
      context.clock.runTo(999);
      expect(takeSent()).toEqual([]);
      context.clock.runTo(1000);
      expect(takeSent()).toEqual(["c: 3…6"]);
      expect(gives("c", 3, 3, log9)).toEqual(["c: 4…7"]);
      expect(hasNoMore("c")).toEqual(["b: 3…6"]);
      // For so long at most, and no longer than an answer may take in this group.
      context.clock.runTo(3999);
      expect(context.notes).toEqual([]);
      context.clock.runTo(4000);
      expect(context.notes).toEqual(["done at 1/3"]);
    });

    it("but takes what one that is slow gives to the first request", () => {
      context.peers = [peer("b")];
      pull.bondsChanged!();
      open({ from: "b", has: log9.slice(0, 3) });
      context.clock.runTo(1000);
      expect(takeSent()).toEqual(["b: 3…6", "b: 3…6"]);
      expect(gives("b", 3, 6, log9)).toEqual(["b: 6…9"]);
      expect(gives("b", 3, 6, log9)).toEqual([]);
      expect(entriesIn(context.log)).toEqual(log9.slice(0, 6));
    });

    it("whose bond has ended", () => {
      context.peers = [peer("c")];
      pull.bondsChanged!();
      expect(takeSent()).toEqual(["c: 3…6"]);
      context.peers = [];
      pull.bondsChanged!();
      expect(context.notes).toEqual(["done at 1/3"]);
    });

    it("whose answer is not what was asked for", () => {
      expect(answer("b", 3, entriesOf([1, 1, 1, 1, 1]))).toEqual(["c: 3…6"]);
      expect(answer("c", 3, entriesOf([1, 2, 1]))).toEqual([]);
      expect(context.notes).toEqual(["done at 1/3"]);
    });

    it("whose log changes meanwhile", () => {
      gives("b", 3, 6, log9);
      const other = entriesOf([1, 1, 1, 2, 2, 4, 4]);
      // It is compared from the beginning on, and found to be another.
      expect(gives("b", 6, 7, other)).toEqual(["b: 1…4"]);
      expect(gives("b", 1, 4, other)).toEqual(["b: 4…7"]);
      gives("b", 4, 7, other);
      expect(context.notes).toEqual(["truncated from 6"]);
      expect(entriesIn(context.log)).toEqual(other);
    });
  });

  it("passes over what comes late, and what others say", () => {
    open({ has: log9.slice(0, 6) });
    takeSent();
    expect(gives("b", 1, 4, log9)).toEqual([]);
    expect(gives("x", 6, 9, log9)).toEqual([]);
    expect(gives("b", 6, 8, log9)).toEqual(["b: 8…11"]);
  });

  it("does nothing with pieces of one entry, which have no room to be compared", () => {
    open({ batchSize: 1 });
    expect(takeSent()).toEqual([]);
    expect(context.notes).toEqual(["done at 0/0"]);
  });
});
