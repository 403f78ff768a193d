import { beforeEach, describe, expect, it } from "vitest";
import { SnapshotPull } from "../../../src/collections/sync/pull.js";
import { carried, config, entries, Member, Numbers, peer } from "./fixture.js";

/** Spec 05 §19 D5, of a group that catches up by snapshots. */
describe("SnapshotPull", () => {
  let member: Member;
  let target: Numbers;
  let pull: SnapshotPull<number>;

  beforeEach(() => {
    member = new Member();
    target = new Numbers();
  });

  const open = (from: string): string[] => {
    pull = new SnapshotPull(config, member, target, [...from].map(peer));
    return member.takeSent();
  };
  const offer = (from: string, index: number, itemsCount: number, ...tail: number[]): string[] => {
    const value = { anchor: { term: 1, index }, itemsCount };
    pull.receive(carried({ kind: "snapshotOffer", value, tail: entries(...tail) }), peer(from));
    member.clock.runTo(member.clock.nowMs);
    return member.takeSent();
  };
  const give = (from: string, offset: number, items: readonly number[]): string[] => {
    const value = { anchor: { term: 1, index: 7 }, offset, items };
    pull.receive(carried({ kind: "fetchDataResponse", value }), peer(from));
    member.clock.runTo(member.clock.nowMs);
    return member.takeSent();
  };

  it("takes the state and the log of one who has more", () => {
    expect(open("b")).toEqual(["b: pull"]);
    expect(offer("b", 7, 3, 1, 2)).toEqual(["b: fetch 1/7 0…3"]);
    give("b", 0, [1, 2, 3]);
    expect(target.items).toEqual([1, 2, 3]);
    expect(member.notes).toEqual(["installed 1/7", "done at 2/9"]);
    expect(member.clock.timers).toBe(0);
  });

  it("goes on to the next, who may have still more", () => {
    open("bc");
    offer("b", 7, 0);
    expect(member.notes).toEqual(["installed 1/7"]);
    expect(offer("c", 7, 0, 3)).toEqual([]);
    expect(member.notes).toEqual(["installed 1/7", "installed 1/7", "done at 3/8"]);
  });

  it("leaves what is not more, or behind what is committed here", () => {
    member.installed({ term: 1, index: 8 });
    open("bc");
    expect(offer("b", 8, 5)).toEqual(["c: pull"]);
    offer("c", 7, 5, 9);
    expect(member.notes).toEqual(["installed 1/8", "done at 1/8"]);
  });

  it("waits two seconds for one who says nothing, as Rust's members, and not for one who is gone", () => {
    open("bc");
    member.clock.runTo(2000);
    expect(member.takeSent()).toEqual(["c: pull"]);
    member.peers = [];
    pull.bondsChanged();
    expect(member.notes).toEqual(["done at 0/0"]);
  });

  it("drops what does not fit together", () => {
    open("b");
    offer("b", 7, 2);
    give("b", 0, [5, 5]);
    expect(target.items).toEqual([]);
    expect(member.notes).toEqual(["done at 0/0"]);
  });

  it("hears only whom it asked", () => {
    open("b");
    expect(offer("c", 7, 3)).toEqual([]);
    pull.close();
    expect(member.clock.timers).toBe(0);
  });
});
