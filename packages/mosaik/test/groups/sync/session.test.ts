import { beforeEach, describe, expect, it } from "vitest";
import type { LogEntry } from "../../../src/groups/storage/storage.js";
import { WAITING_MAX_BYTES } from "../../../src/groups/sync/log-replay/fetches.js";
import { logReplaySync, type LogReplayMessage } from "../../../src/groups/sync/log-replay/index.js";
import { TAIL_MAX_BYTES } from "../../../src/groups/sync/log-replay/leader-tail.js";
import type { SyncSession } from "../../../src/groups/sync/sync.js";
import { entriesIn, entriesOf, FakeContext, logOf, nameOf, peer } from "./fixture.js";

interface Opening {
  /** What this member has; the first `committed` of it are committed. */
  readonly has?: readonly LogEntry[];
  readonly committed?: number;
  /** The leader's log, and how much of its end came with the gap. */
  readonly leaders: readonly LogEntry[];
  readonly came?: number;
  /** The members by letter; `a` leads. */
  readonly peers?: string;
  readonly isDisputed?: boolean;
  readonly batchSize?: number;
}

const log20 = entriesOf([1, 1, 1, 1, 2, 2, 2, 2, 2, 2, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3]);

describe("LogReplaySession", () => {
  let context: FakeContext;
  let session: SyncSession<LogReplayMessage>;
  let leaders: readonly LogEntry[];
  let sent: string[];

  /** What was sent since the last look: `b?` asks what b has, `b: 3…8` asks it for those. */
  const takeSent = (): string[] => sent.splice(0);
  const gapAt = (log: readonly LogEntry[], at: number, upTo = log.length) => ({
    prev: { term: log[at - 1]?.term ?? 0, index: at },
    leaderCommit: 0,
    entries: log.slice(at, upTo),
  });
  const open = (opening: Opening): void => {
    leaders = opening.leaders;
    context = new FakeContext(logOf(opening.has ?? []));
    context.commit(opening.committed ?? 0);
    context.peers = [...(opening.peers ?? "ab")].map(peer);
    sent = [];
    context.onSend = (to, message) => {
      if (message.kind === "availabilityRequest") sent.push(`${nameOf(to)}?`);
      else if (message.kind !== "fetchEntriesRequest") sent.push(`${nameOf(to)} ${message.kind}`);
      else sent.push(`${nameOf(to)}: ${message.value.start}…${message.value.end}`);
    };
    session = logReplaySync({ typeName: "m", batchSize: opening.batchSize ?? 5 }).session(context, {
      ...gapAt(leaders, leaders.length - (opening.came ?? 0)),
      isDisputed: opening.isDisputed ?? false,
    });
  };
  const has = (from: string, end: number, start = 0): string[] => {
    session.receive({ kind: "availabilityResponse", value: { start, end } }, peer(from));
    return takeSent();
  };
  const answer = (from: string, start: number, end: number, entries: readonly LogEntry[]): string[] => {
    session.receive({ kind: "fetchEntriesResponse", value: { range: { start, end }, entries } }, peer(from));
    return takeSent();
  };
  const gives = (from: string, start: number, end: number, log = leaders): string[] =>
    answer(from, start, end, log.slice(start - 1, end));
  const pass = (ms: number): string[] => {
    context.clock.runTo(context.clock.nowMs + ms);
    return takeSent();
  };
  const isWhole = (): void => expect(entriesIn(context.log)).toEqual(leaders);

  describe("fetching", () => {
    it("asks the leader only where others may have what was disputed", () => {
      open({ leaders: log20, peers: "abc", isDisputed: true });
      takeSent();
      expect(has("b", 20)).toEqual([]);
      expect(has("a", 20)).toEqual(["a: 1…5"]);
    });

    it("asks who has what, the others for pieces that join, and the leader for the last entry", () => {
      open({ leaders: log20, peers: "abc" });
      expect(takeSent()).toEqual(["a?", "b?", "c?"]);
      expect(has("b", 20)).toEqual(["b: 1…5"]);
      expect(has("c", 20)).toEqual(["c: 5…9"]);
      expect(gives("b", 1, 5)).toEqual(["b: 9…13", "b: 13…17"]);
      expect(gives("c", 5, 9)).toEqual(["c: 17…19"]);
      expect(has("a", 20)).toEqual(["a: 19…20"]);
      expect(gives("b", 13, 17)).toEqual([]);
      expect(gives("c", 17, 19)).toEqual([]);
      expect(gives("a", 19, 20)).toEqual([]);
      expect(context.log.last().index).toBe(9);
      expect(gives("b", 9, 13)).toEqual([]);
      expect(context.notes).toEqual(["done at 3/20"]);
      isWhole();
    });

    it("a leader alone gives everything, though it says only what is committed, as Rust's do", () => {
      open({ leaders: log20.slice(0, 7), peers: "a" });
      takeSent();
      expect(has("a", 3)).toEqual(["a: 1…5"]);
      expect(gives("a", 1, 5)).toEqual(["a: 5…7"]);
      gives("a", 5, 7);
      expect(context.notes).toEqual(["done at 2/7"]);
      isWhole();
    });

    it("begins with the last committed entry", () => {
      open({ has: log20.slice(0, 10), committed: 8, leaders: log20, peers: "a" });
      takeSent();
      expect(has("a", 20)).toEqual(["a: 8…12"]);
      expect(gives("a", 8, 12)).toEqual(["a: 12…16", "a: 16…20"]);
      expect(context.notes).toEqual([]);
    });

    it("pieces of one entry do not overlap", () => {
      open({ leaders: log20.slice(0, 3), peers: "a", batchSize: 1 });
      takeSent();
      expect(has("a", 3)).toEqual(["a: 1…1"]);
      expect(gives("a", 1, 1)).toEqual(["a: 2…2", "a: 3…3"]);
      gives("a", 2, 2);
      gives("a", 3, 3);
      isWhole();
    });

    it("takes less than it asked for, and asks for the rest", () => {
      open({ leaders: log20, peers: "a" });
      has("a", 20);
      takeSent();
      expect(gives("a", 1, 2)).toEqual(["a: 2…6", "a: 6…10"]);
      expect(gives("a", 2, 4)).toEqual(["a: 4…6", "a: 10…14"]);
    });

    it("has one more under way to a member with each answer, up to four, and the others while there are any", () => {
      const leaders = entriesOf(new Array<number>(90).fill(1));
      open({ leaders, peers: "a" });
      has("a", 90);
      takeSent();
      const counts: number[] = [];
      for (let start = 1; start < 89; start += 4) counts.push(gives("a", start, Math.min(90, start + 4)).length);
      expect(counts.slice(0, 5)).toEqual([2, 2, 2, 1, 1]);
      expect(context.notes).toEqual([]);
      gives("a", 89, 90);
      expect(context.notes).toEqual(["done at 1/90"]);
      isWhole();
    });

    it("is done in a quarter of the round trips, once a member has shown what it can", () => {
      const leaders = entriesOf(new Array<number>(441).fill(1));
      open({ leaders, peers: "a", batchSize: 8 });
      let requests = has("a", 441);
      let roundTrips = 0;
      for (; context.notes.length === 0; roundTrips++) {
        requests = requests.flatMap((request) => {
          const [start, end] = request.slice(3).split("…").map(Number);
          return gives("a", start!, end!);
        });
      }
      // One at a time it would be 63.
      expect(roundTrips).toBe(17);
      isWhole();
    });

    it("asks a member that is late for nothing more, and begins again with one", () => {
      const leaders = entriesOf(new Array<number>(90).fill(1));
      open({ leaders, peers: "ab" });
      has("b", 90);
      for (const start of [1, 5, 9, 13]) gives("b", start, start + 4);
      pass(1000);
      takeSent();
      pass(1000);
      expect(has("b", 90)).toEqual([]);
      expect(has("a", 90)).toEqual(["a: 17…21"]);
      for (const start of [17, 21, 25]) expect(gives("b", start, start + 4)).toEqual([]);
      expect(gives("b", 29, 33)).toEqual(["b: 33…37", "b: 37…41", "b: 41…45", "b: 45…49"]);
    });

    it("an answer of nothing but the overlap is asked for without it, all of the leader", () => {
      open({ leaders: log20.slice(0, 7), peers: "ab" });
      has("b", 7);
      gives("b", 1, 5);
      gives("b", 5, 5);
      expect(has("a", 7)).toEqual(["a: 1…5"]);
      expect(gives("a", 1, 5)).toEqual(["a: 5…7"]);
      expect(gives("a", 5, 5)).toEqual(["a: 6…7"]);
      gives("a", 6, 7);
      expect(context.notes).toEqual(["done at 2/7"]);
      isWhole();
    });

    it("asks nobody for what it has not", () => {
      open({ leaders: log20, peers: "abc" });
      takeSent();
      expect(has("b", 3)).toEqual(["b: 1…3"]);
      expect(has("c", 20, 4)).toEqual([]);
      // c has not the entry that its piece would have to join to.
      expect(gives("b", 1, 3)).toEqual([]);
      expect(has("b", 10)).toEqual(["b: 3…7", "c: 7…11"]);
    });

    it("the end of a gap that is all there is left comes from the leader", () => {
      open({ has: log20.slice(0, 6), committed: 6, leaders: log20.slice(0, 7), peers: "ab" });
      takeSent();
      expect(has("b", 7)).toEqual(["b: 6…6"]);
      expect(has("a", 7)).toEqual(["a: 6…7"]);
      gives("b", 6, 6);
      expect(context.notes).toEqual([]);
      gives("a", 6, 7);
      expect(context.notes).toEqual(["done at 2/7"]);
    });
  });

  describe("answers that are not what was asked", () => {
    beforeEach(() => {
      open({ leaders: log20, peers: "ab" });
      has("b", 20);
      expect(takeSent()).toEqual([]);
      takeSent();
    });

    it.each<[string, () => void]>([
      ["empty, as Rust's are", () => answer("b", 0, 0, [])],
      ["empty at the right place", () => answer("b", 1, 0, [])],
      ["fewer entries than the range", () => answer("b", 1, 5, log20.slice(0, 4))],
      ["more entries than the range", () => answer("b", 1, 4, log20.slice(0, 5))],
      ["beyond the end", () => gives("b", 1, 6)],
      ["terms that go back", () => answer("b", 1, 2, [log20[10]!, log20[0]!])],
    ])("%s: dropped, and nothing is asked of it until it says again what it has", (_what, give) => {
      give();
      expect(context.log.last().index).toBe(0);
      expect(pass(999)).toEqual([]);
      // The leader has not said what it has, and b has to say it again.
      expect(pass(1)).toEqual(["a?", "b?"]);
      expect(has("b", 20)).toEqual(["b: 1…5"]);
    });

    it("from elsewhere: dropped, and the right one is waited for", () => {
      expect(gives("b", 2, 5)).toEqual([]);
      expect(gives("b", 1, 5)).toEqual(["b: 5…9", "b: 9…13"]);
    });

    it("unasked, or twice: dropped", () => {
      expect(gives("a", 1, 5)).toEqual([]);
      expect(context.log.last().index).toBe(0);
      expect(gives("b", 1, 5)).toEqual(["b: 5…9", "b: 9…13"]);
      expect(gives("b", 1, 5)).toEqual([]);
      expect(context.log.last().index).toBe(5);
    });

    it("from a member without a bond: dropped", () => {
      context.peers = [peer("a")];
      session.bondsChanged!();
      gives("b", 1, 5);
      has("c", 20);
      expect(context.log.last().index).toBe(0);
    });
  });

  describe("differences", () => {
    const others = entriesOf([1, 1, 1, 1, 2, 2, 2, 2], 7);

    it("the leader's committed entry is another: this member has diverged", () => {
      open({ has: others, committed: 6, leaders: log20, peers: "a" });
      has("a", 20);
      gives("a", 6, 10);
      expect(context.notes).toEqual(["diverged at 2/6 from a"]);
      expect(entriesIn(context.log)).toEqual(others);
      expect(context.clock.timers).toBe(0);
    });

    it("a follower's committed entry is another: the leader decides, here for us", () => {
      open({ has: log20.slice(0, 6), committed: 6, leaders: log20.slice(0, 10), peers: "ab" });
      takeSent();
      expect(has("b", 8)).toEqual(["b: 6…8"]);
      expect(gives("b", 6, 8, others)).toEqual([]);
      expect(has("a", 10)).toEqual(["a: 6…10"]);
      gives("a", 6, 10);
      expect(context.notes).toEqual(["done at 2/10"]);
      isWhole();
    });

    it("a follower's committed entry is another: the leader decides, here for the follower", () => {
      open({ has: others, committed: 6, leaders: log20, peers: "ab" });
      has("b", 20);
      gives("b", 6, 10);
      has("a", 20);
      gives("a", 6, 10);
      expect(context.notes).toEqual(["diverged at 2/6 from a"]);
    });

    it("the leader's word takes away what is not committed", () => {
      open({ has: [...log20.slice(0, 4), ...others.slice(4)], committed: 4, leaders: log20, peers: "a" });
      has("a", 20);
      gives("a", 4, 8);
      expect(context.notes).toEqual(["truncated from 5"]);
      for (const start of [8, 12, 16]) gives("a", start, start + 4);
      expect(context.notes).toEqual(["truncated from 5", "done at 3/20"]);
      isWhole();
    });

    it("nobody else's does", () => {
      open({ has: log20.slice(0, 8), committed: 4, leaders: log20, peers: "ab" });
      has("b", 20);
      gives("b", 4, 8, [...log20.slice(0, 6), ...others.slice(6)]);
      expect(entriesIn(context.log)).toEqual(log20.slice(0, 8));
      expect(context.notes).toEqual([]);
      expect(has("a", 20)).toEqual(["a: 4…8"]);
    });

    it("pieces that do not join are fetched again, from the leader", () => {
      open({ leaders: log20.slice(0, 10), peers: "abc" });
      has("b", 10);
      has("c", 10);
      gives("b", 1, 5, [...log20.slice(0, 4), others[4]!]);
      expect(gives("c", 5, 9)).toEqual([]);
      expect(has("a", 10)).toEqual(["a: 1…5"]);
      gives("a", 1, 5);
      gives("a", 5, 9);
      gives("a", 9, 10);
      expect(context.notes).toEqual(["truncated from 5", "done at 2/10"]);
      isWhole();
    });

    it("what the leader has at its end is not what the others gave: fetched again", () => {
      const same = entriesOf([1, 1, 1, 1, 2, 2, 2, 2, 2, 2], 7);
      open({ leaders: log20.slice(0, 10), peers: "ab", batchSize: 9 });
      has("b", 10);
      gives("b", 1, 9, same);
      expect(has("a", 10)).toEqual(["a: 9…10"]);
      expect(gives("a", 9, 10)).toEqual(["a: 1…9", "a: 9…10"]);
      gives("a", 1, 9);
      gives("a", 9, 10);
      expect(context.notes).toEqual(["truncated from 1", "done at 2/10"]);
      isWhole();
    });

    it("a leader that contradicts itself is asked once a second", () => {
      open({ leaders: log20.slice(0, 10), peers: "a", batchSize: 10 });
      has("a", 10);
      const wrong = entriesOf([1, 1, 1, 1, 1, 1, 1, 1, 1, 1]);
      expect(gives("a", 1, 10, wrong)).toEqual(["a: 1…10"]);
      expect(gives("a", 1, 10, wrong)).toEqual([]);
      expect(pass(999)).toEqual([]);
      expect(pass(1)).toEqual(["a: 1…10"]);
      gives("a", 1, 10);
      isWhole();
    });

    it("what is behind the leader's end goes, but for what is committed", () => {
      const longer = [...log20.slice(0, 5), ...others.slice(5)];
      open({ has: longer, committed: 3, leaders: log20.slice(0, 5), peers: "a" });
      has("a", 5);
      gives("a", 3, 5);
      expect(context.notes).toEqual(["truncated from 6", "done at 2/5"]);
      isWhole();
    });

    it("of a boundary only the term is compared", () => {
      open({ has: log20.slice(0, 8), committed: 6, leaders: log20, peers: "a" });
      context.log.prunePrefix(6);
      has("a", 20);
      gives("a", 6, 10);
      expect(context.log.last()).toEqual({ term: 2, index: 10 });
      expect(context.notes).toEqual([]);
    });
  });

  describe("time", () => {
    it("asks again every second without progress, and others for what somebody owes", () => {
      open({ leaders: log20, peers: "abc" });
      has("b", 20);
      takeSent();
      expect(pass(1000)).toEqual(["a?", "c?"]);
      expect(has("c", 20)).toEqual(["c: 5…9"]);
      expect(gives("c", 5, 9)).toEqual(["c: 9…13", "c: 13…17"]);
      // b owes 1…5 for more than a second, and nothing can be joined without it.
      pass(1000);
      expect(gives("c", 9, 13)).toEqual(["c: 17…19"]);
      gives("c", 13, 17);
      expect(pass(2000)).toEqual(["a?", "a?", "b?", "c?"]);
      expect(gives("c", 17, 19)).toEqual(["c: 1…5"]);
      gives("c", 1, 5);
      expect(context.log.last().index).toBe(19);
      // Late, but what was asked for: compared, and of no more use.
      gives("b", 1, 5);
      expect(context.log.last().index).toBe(19);
    });

    it("is quiet while there is progress", () => {
      open({ leaders: log20, peers: "a" });
      has("a", 20);
      takeSent();
      pass(900);
      gives("a", 1, 5);
      expect(pass(200)).toEqual([]);
    });

    it("forgets who does not answer within the timeout", () => {
      open({ leaders: log20, peers: "a" });
      has("a", 20);
      takeSent();
      pass(24_900);
      takeSent();
      expect(has("a", 20)).toEqual([]);
      expect(pass(100)).toEqual(["a?"]);
      expect(has("a", 20)).toEqual(["a: 1…5"]);
    });

    it("says nothing once it is closed, whatever comes", () => {
      open({ leaders: log20, peers: "ab" });
      has("b", 20);
      session.close();
      takeSent();
      session.leaderSent(gapAt(log20, 20));
      session.bondsChanged!();
      gives("b", 1, 5);
      pass(60_000);
      expect(takeSent()).toEqual([]);
      expect(context.log.last().index).toBe(0);
      expect(context.clock.timers).toBe(0);
    });
  });

  describe("a leader that goes on", () => {
    it("its entries follow what was fetched", () => {
      open({ leaders: log20.slice(0, 8), came: 2, peers: "a", batchSize: 6 });
      has("a", 6);
      session.leaderSent(gapAt(log20, 8, 10));
      session.leaderSent(gapAt(log20, 10, 10));
      gives("a", 1, 6);
      expect(context.notes).toEqual(["done at 2/10"]);
      expect(entriesIn(context.log)).toEqual(log20.slice(0, 10));
    });

    it("what was lost between is fetched too, instead of asserting as Rust does", () => {
      open({ leaders: log20.slice(0, 6), came: 2, peers: "a", batchSize: 9 });
      has("a", 4);
      session.leaderSent(gapAt(log20, 8, 10));
      leaders = log20.slice(0, 10);
      takeSent();
      expect(gives("a", 1, 4)).toEqual(["a: 4…8"]);
      gives("a", 4, 8);
      expect(context.notes).toEqual(["done at 2/10"]);
      isWhole();
    });

    it("keeps so much of it and no more: the rest is fetched", () => {
      const large = Array.from({ length: 40 }, () => ({ term: 3, command: new Uint8Array(TAIL_MAX_BYTES / 32) }));
      const all = [...log20, ...large];
      open({ leaders: all.slice(0, 20), peers: "a", batchSize: 100 });
      has("a", 20);
      for (let at = 20; at < 60; at += 4) session.leaderSent(gapAt(all, at, at + 4));
      leaders = all;
      takeSent();
      const [asked] = gives("a", 1, 20);
      expect(asked).toMatch(/^a: 20…(5[0-9])$/);
      gives("a", 20, Number(asked!.slice(6)));
      expect(context.notes).toEqual(["done at 3/60"]);
    });

    it("another leader with another log: what both have stays", () => {
      const next = [...log20.slice(0, 12), ...entriesOf([4, 4, 4], 9)];
      open({ has: log20.slice(0, 4), committed: 4, leaders: log20.slice(0, 15), peers: "ab", batchSize: 20 });
      has("a", 15);
      gives("a", 4, 14);
      expect(context.notes).toEqual([]);
      context.leader = peer("b");
      session.leaderChanged!(peer("b"));
      takeSent();
      has("b", 15);
      session.leaderSent(gapAt(next, 15));
      leaders = next;
      expect(takeSent()).toEqual([]);
      expect(gives("b", 14, 15)).toEqual(["b: 4…15"]);
      gives("b", 4, 15);
      expect(context.notes).toEqual(["truncated from 13", "done at 4/15"]);
      isWhole();
    });

    it("is not done by the word of a leader that leads no more", () => {
      open({ leaders: log20.slice(0, 6), peers: "ab", batchSize: 9 });
      session.leaderChanged!(peer("b"));
      has("b", 6);
      gives("b", 1, 6);
      expect(context.log.last().index).toBe(6);
      expect(context.notes).toEqual([]);
      session.leaderSent(gapAt(log20, 6, 6));
      expect(context.notes).toEqual(["done at 2/6"]);
    });

    it("asks a leader that leads again in a later term for its log anew: it may have lost it", () => {
      open({ leaders: log20.slice(0, 10), peers: "ab", batchSize: 20 });
      has("a", 10);
      gives("a", 1, 9);
      expect(takeSent()).toEqual([]);
      session.leaderChanged!(peer("a"));
      expect(takeSent()).toEqual(["a?"]);
      leaders = [...log20.slice(0, 3), ...entriesOf([5], 9)];
      session.leaderSent(gapAt(leaders, 4, 4));
      expect(context.notes).toEqual([]);
      expect(has("a", 4)).toEqual(["a: 3…4"]);
      gives("a", 3, 4);
      expect(context.notes).toEqual(["truncated from 4", "done at 5/4"]);
      isWhole();
    });

    it("takes nothing that another leader sent for the word of this one, though it ends where its log does", () => {
      open({ leaders: log20.slice(0, 8), came: 4, peers: "ab", batchSize: 20 });
      takeSent();
      session.leaderChanged!(peer("b"));
      leaders = [...log20.slice(0, 6), ...entriesOf([2, 2], 9)];
      session.leaderSent(gapAt(leaders, 8));
      takeSent();
      expect(has("b", 8)).toEqual(["b: 1…8"]);
      gives("b", 1, 8);
      expect(context.notes).toEqual(["done at 2/8"]);
      isWhole();
    });

    it("compares what others gave with a leader whose log is shorter, before it is done", () => {
      open({ leaders: log20.slice(0, 10), peers: "abc", batchSize: 20 });
      has("b", 10);
      session.leaderChanged!(peer("c"));
      gives("b", 1, 9);
      takeSent();
      session.leaderSent(gapAt(log20, 6, 6));
      expect(has("c", 6)).toEqual(["c: 5…6"]);
      expect(context.notes).toEqual([]);
      gives("c", 5, 6);
      expect(context.notes).toEqual(["truncated from 7", "done at 2/6"]);
    });

    it("a new leader that contradicts what is committed: this member has diverged", () => {
      open({ has: log20.slice(0, 8), committed: 8, leaders: log20, peers: "ab" });
      session.leaderChanged!(peer("b"));
      session.leaderSent(gapAt(entriesOf([1, 1, 1, 1, 1, 5]), 6));
      expect(context.notes).toEqual(["diverged at 2/6 from b"]);
    });
  });

  describe("bonds that come and go", () => {
    it("a new member is asked, and what a lost one owed is asked of others", () => {
      open({ leaders: log20, peers: "ab" });
      has("b", 20);
      context.peers = [peer("a"), peer("c")];
      takeSent();
      session.bondsChanged!();
      expect(takeSent()).toEqual(["c?"]);
      expect(has("c", 20)).toEqual(["c: 1…5"]);
      context.peers = [peer("a"), peer("b"), peer("c")];
      session.bondsChanged!();
      expect(takeSent()).toEqual(["b?"]);
      expect(has("b", 20)).toEqual(["b: 5…9"]);
    });

    it("goes on from nobody to somebody", () => {
      open({ leaders: log20.slice(0, 3), peers: "" });
      expect(pass(5000)).toEqual([]);
      context.peers = [peer("a")];
      session.bondsChanged!();
      expect(takeSent()).toEqual(["a?"]);
      expect(has("a", 3)).toEqual(["a: 1…3"]);
    });
  });

  describe("bounds", () => {
    it("fetches so much ahead of what is missing and no more", () => {
      const large = Array.from({ length: 200 }, () => ({ term: 1, command: new Uint8Array(WAITING_MAX_BYTES / 32) }));
      open({ leaders: large, peers: "abc", batchSize: 10 });
      has("b", 200);
      has("c", 200);
      let asked = sent.length;
      let at = 10;
      for (let requests = [`c: ${at}…${at + 9}`]; requests.length > 0; asked++) {
        requests = gives("c", at, at + 9);
        at += 9;
      }
      expect(asked).toBeLessThanOrEqual(5);
      expect(gives("b", 1, 10)).not.toEqual([]);
    });
  });

  it("tells no end before it was made: a gap that is none ends in a later turn", () => {
    open({ has: log20.slice(0, 6), committed: 6, leaders: log20.slice(0, 5), peers: "a" });
    expect(context.notes).toEqual([]);
    pass(0);
    expect(context.notes).toEqual(["done at 2/6"]);
  });
});
