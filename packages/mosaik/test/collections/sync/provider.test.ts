import { DateTime } from "@mosaik/postcard";
import { beforeEach, describe, expect, it } from "vitest";
import { SnapshotProvider } from "../../../src/collections/sync/provider.js";
import { carried, config, entries, Member, Numbers, peer, type Message } from "./fixture.js";

/** Spec 06 §8.4, §8.8. */
describe("SnapshotProvider", () => {
  let member: Member;
  let source: Numbers;
  let caughtUpAt: number;
  let provider: SnapshotProvider<number>;

  beforeEach(() => {
    member = new Member();
    source = new Numbers();
    source.items = [10, 11, 12, 13, 14, 15];
    caughtUpAt = 0;
    provider = new SnapshotProvider(config, member, source, () => caughtUpAt);
  });

  const receive = (from: string, message: Message): string[] => {
    provider.receive(carried(message), peer(from));
    member.clock.runTo(member.clock.nowMs);
    return member.takeSent();
  };
  const commit = (index: number, by: string): string[] => {
    source.requests.push({ requestedBy: peer(by), requestedAt: DateTime.fromMillis(0), index });
    provider.committed({ term: 2, index });
    return member.takeSent();
  };
  const fetch = (from: string, start: bigint, end: bigint, index = 7): string[] =>
    receive(from, { kind: "fetchDataRequest", value: { anchor: { term: 2, index }, range: { start, end } } });

  it("as leader has every member asked for a snapshot; else it does nothing", () => {
    receive("b", { kind: "requestSnapshot" });
    expect(member.fed).toEqual([]);
    member.isLeader = true;
    receive("b", { kind: "requestSnapshot" });
    expect(member.fed).toEqual([peer("b").bytes]);
  });

  it("offers its state, and gives the items, a batch at most", () => {
    expect(commit(7, "b")).toEqual(["b: offer 2/7 of 6"]);
    expect(fetch("b", 0n, 100n)).toEqual(["b: items 0: 10,11,12,13"]);
    expect(fetch("c", 4n, 6n)).toEqual(["c: items 4: 14,15"]);
    expect(source.taken).toBe(1);
  });

  it("says which log its state is of, as long as it offers it", () => {
    member.fingerprints.set(7, { low: 77, high: 1 });
    expect(commit(7, "b")).toEqual(["b: offer 2/7 of 6 as 77"]);
    member.fingerprints.clear();
    expect(commit(7, "c")).toEqual(["c: offer 2/7 of 6 as 77"]);
    expect(commit(8, "c")).toEqual(["c: offer 2/8 of 6"]);
  });

  it("keeps what it offered as it was", () => {
    commit(7, "b");
    source.items = [];
    expect(fetch("b", 0n, 2n)).toEqual(["b: items 0: 10,11"]);
  });

  it("says nothing to what lies outside, is empty, overflows, or names what is not there", () => {
    commit(7, "b");
    expect(fetch("b", 4n, 7n)).toEqual([]);
    expect(fetch("b", 6n, 7n)).toEqual([]);
    expect(fetch("b", 3n, 3n)).toEqual([]);
    expect(fetch("b", 3n, 1n)).toEqual([]);
    expect(fetch("b", 2n ** 64n - 1n, 2n ** 64n - 1n)).toEqual([]);
    expect(fetch("b", 0n, 2n ** 64n - 1n)).toEqual(["b: items 0: 10,11,12,13"]);
    expect(fetch("b", 0n, 1n, 8)).toEqual([]);
  });

  it("gives fewer items where they are large, but one at least", () => {
    member.messageMaxBytes = 4;
    commit(7, "b");
    expect(fetch("b", 0n, 4n)).toEqual(["b: items 0: 10,11"]);
    member.messageMaxBytes = 1;
    expect(fetch("b", 0n, 4n)).toEqual(["b: items 0: 10"]);
  });

  it("offers nothing to itself, or to one that is not there", () => {
    expect(commit(7, "z")).toEqual([]);
    expect(commit(8, "x")).toEqual([]);
  });

  it("takes a request that comes live whatever its time says, and one from a catch-up only if it is young", () => {
    source.isClockRight = false;
    caughtUpAt = 10;
    expect(commit(9, "b")).toEqual([]);
    expect(commit(11, "b")).toEqual(["b: offer 2/11 of 6"]);
    source.isClockRight = true;
    expect(commit(9, "b")).toEqual(["b: offer 2/9 of 6"]);
  });

  it("drops a snapshot that nobody asks for in its time", () => {
    commit(7, "b");
    member.clock.runTo(9000);
    expect(fetch("b", 0n, 1n)).toHaveLength(1);
    member.clock.runTo(18_000);
    expect(fetch("b", 0n, 1n)).toHaveLength(1);
    member.clock.runTo(28_001);
    expect(fetch("b", 0n, 1n)).toEqual([]);
    expect(source.released).toBe(1);
  });

  it("keeps eight snapshots at most: who asks for one more is offered the newest", () => {
    for (let index = 1; index <= 8; index++) commit(index, "b");
    expect(commit(9, "c")).toEqual(["c: offer 2/8 of 6"]);
  });

  it("offers the same snapshot again to one who waits for its items: putting them in order may outlast its patience", () => {
    commit(7, "b");
    provider.receive(
      { kind: "fetchDataRequest", value: { anchor: { term: 2, index: 7 }, range: { start: 0n, end: 2n } } },
      peer("b"),
    );
    expect(commit(8, "b")).toEqual(["b: offer 2/7 of 6"]);
    expect(commit(9, "c")).toEqual(["c: offer 2/9 of 6"]);
    member.clock.runTo(member.clock.nowMs);
    expect(member.takeSent()).toEqual(["b: items 0: 10,11"]);
    expect(commit(10, "b")).toEqual(["b: offer 2/10 of 6"]);
  });

  it("offers a candidate everything where nobody leads, with the log behind it", () => {
    member.log.resetTo({ term: 2, index: 5 });
    member.committed = { term: 2, index: 5 };
    member.append(entries(2, 3));
    expect(receive("b", { kind: "requestSnapshot", isPull: true })).toEqual([]);
    member.leader = undefined as never;
    expect(receive("b", { kind: "requestSnapshot", isPull: true })).toEqual(["b: offer 2/5 of 6 and 2"]);
    expect(receive("b", { kind: "requestSnapshot" })).toEqual([]);
  });

  it("lets the log go but for the last entries", () => {
    member.committed = { term: 1, index: 5000 };
    expect(provider.safeToPrune()).toBe(5000 - 1024);
    member.committed = { term: 1, index: 10 };
    expect(provider.safeToPrune()).toBe(0);
  });

  it("releases everything when it is closed", () => {
    commit(7, "b");
    provider.close();
    expect(source.released).toBe(1);
    expect(member.clock.timers).toBe(0);
  });
});
