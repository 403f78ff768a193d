import { beforeEach, describe, expect, it } from "vitest";
import { SnapshotSession } from "../../../src/collections/sync/session.js";
import { carried, config, entries, Member, Numbers, peer } from "./fixture.js";

const numbers = (start: number, end: number): number[] => Array.from({ length: end - start }, (_, i) => start + i);

/** Spec 06 §8.5, §8.6, §8.8. */
describe("SnapshotSession", () => {
  let member: Member;
  let target: Numbers;
  let session: SnapshotSession<number>;

  beforeEach(() => {
    member = new Member();
    target = new Numbers();
    session = new SnapshotSession(config, member, target, {
      prev: { term: 1, index: 20 },
      leaderCommit: 20,
      entries: entries(1, 1),
    });
  });

  const offer = (from: string, index: number, itemsCount: number, term = 1, print?: number): string[] => {
    const fingerprint = print === undefined ? undefined : { low: print, high: 3 };
    const message = { kind: "snapshotOffer", value: { anchor: { term, index }, itemsCount }, fingerprint } as const;
    session.receive(carried(message), peer(from));
    return member.takeSent();
  };
  const give = (from: string, offset: number, items: readonly number[], index = 21): string[] => {
    const value = { anchor: { term: 1, index }, offset, items };
    session.receive(carried({ kind: "fetchDataResponse", value }), peer(from));
    member.clock.runTo(member.clock.nowMs);
    return member.takeSent();
  };
  const wait = (ms: number): string[] => {
    member.clock.runTo(member.clock.nowMs + ms);
    return member.takeSent();
  };

  it("asks the leader, fetches from all who offer, the leader last, and joins the leader's entries on", () => {
    expect(member.takeSent()).toEqual(["a: request"]);
    expect(offer("b", 21, 10)).toEqual(["b: fetch 1/21 0…4", "b: fetch 1/21 4…8", "b: fetch 1/21 8…10"]);
    expect(give("b", 4, numbers(4, 8))).toEqual([]);
    give("b", 8, numbers(8, 10));
    give("b", 0, numbers(0, 4));
    expect(target.items).toEqual(numbers(0, 10));
    expect(member.notes).toEqual(["installed 1/21", "done at 1/22"]);
    expect(member.clock.timers).toBe(0);
  });

  it("shares the work among those who offer the same", () => {
    member.takeSent();
    expect(offer("a", 21, 40)).toEqual([
      "a: fetch 1/21 0…4",
      "a: fetch 1/21 4…8",
      "a: fetch 1/21 8…12",
      "a: fetch 1/21 12…16",
    ]);
    expect(offer("b", 21, 40)).toHaveLength(4);
    expect(give("b", 16, numbers(16, 20))).toEqual(["b: fetch 1/21 32…36"]);
  });

  it("takes no items of members whose log is another one, and tells which log it has", () => {
    member.takeSent();
    expect(offer("b", 21, 6, 1, 5)).toHaveLength(2);
    expect(offer("c", 21, 6, 1, 6)).toEqual([]);
    give("b", 0, numbers(0, 4));
    give("b", 4, numbers(4, 6));
    expect(member.notes).toEqual(["installed 1/21 as 5", "done at 1/22"]);
  });

  it("believes the leader of two logs, and members in Rust, who tell of none, both", () => {
    member.takeSent();
    expect(offer("c", 19, 40, 1, 6)).toEqual([]);
    session.bondsChanged();
    expect(offer("b", 21, 40)).toHaveLength(4);
    expect(offer("c", 21, 40, 1, 6)).toHaveLength(4);
    expect(offer("a", 21, 40, 1, 6)).toHaveLength(2);
  });

  it("takes an empty snapshot", () => {
    offer("a", 21, 0);
    wait(0);
    expect(member.notes).toEqual(["installed 1/21", "done at 1/22"]);
  });

  it("takes none that the leader's entries do not follow", () => {
    member.takeSent();
    expect(offer("b", 19, 5)).toEqual([]);
    expect(offer("c", 20, 5)).toEqual(["c: fetch 1/20 0…4", "c: fetch 1/20 4…5"]);
  });

  it("drops late, doubled, unasked and empty answers, and those of other snapshots", () => {
    offer("b", 21, 6);
    give("b", 0, [90, 91, 92, 93], 20);
    give("c", 0, [90, 91, 92, 93]);
    give("b", 1, [90, 91, 92]);
    give("b", 0, numbers(0, 4));
    give("b", 0, [90, 91, 92, 93]);
    give("b", 4, numbers(4, 6));
    expect(target.items).toEqual(numbers(0, 6));
  });

  it("takes shorter answers, and asks for the rest", () => {
    offer("b", 21, 4);
    expect(give("b", 0, [0])).toEqual(["b: fetch 1/21 1…4"]);
    give("b", 1, [1, 2, 3]);
    expect(target.items).toEqual(numbers(0, 4));
  });

  it("asks one who gives nothing, or too much, for nothing more", () => {
    offer("b", 21, 4);
    offer("c", 21, 4);
    expect(give("b", 0, [])).toEqual(["c: fetch 1/21 0…4"]);
    expect(give("c", 0, [1, 2, 3, 4, 5])).toEqual([]);
    expect(wait(1750)).toEqual([]);
    expect(wait(500)).toEqual(["a: request"]);
  });

  it("turns to others when one does not answer, or is gone", () => {
    offer("b", 21, 8);
    offer("c", 21, 8);
    member.takeSent();
    expect(wait(5250)).toEqual(["c: fetch 1/21 0…4", "c: fetch 1/21 4…8"]);
    member.peers = [peer("a"), peer("b")];
    session.bondsChanged();
    expect(member.takeSent()).toEqual(["a: request"]);
  });

  it("asks again when nobody offers anything", () => {
    member.takeSent();
    expect(wait(14_750)).toEqual([]);
    expect(wait(500)).toEqual(["a: request"]);
  });

  it("goes on under another leader, whom it asks if nothing was offered yet", () => {
    member.takeSent();
    session.leaderChanged(peer("c"));
    expect(member.takeSent()).toEqual(["c: request"]);
    offer("b", 21, 2);
    session.leaderChanged(peer("b"));
    expect(member.takeSent()).toEqual([]);
    give("b", 0, [0, 1]);
    expect(member.notes).toEqual(["installed 1/21", "done at 1/22"]);
  });

  it("fetches anew from a single one where what several gave does not fit together", () => {
    offer("b", 21, 8);
    give("b", 0, [0, 1, 2, 3]);
    offer("c", 21, 8);
    expect(give("b", 4, [3, 4, 5, 6])).toEqual(["b: fetch 1/21 0…4", "b: fetch 1/21 4…8"]);
    give("b", 0, [0, 1, 2, 3]);
    give("b", 4, [4, 5, 6, 7]);
    expect(target.items).toEqual(numbers(0, 8));
  });

  it("believes the leader of those that say different sizes", () => {
    offer("b", 21, 1_000_000);
    expect(offer("a", 21, 2)).toEqual([]);
    wait(5250);
    member.takeSent();
    expect(offer("a", 21, 2)).toEqual(["a: fetch 1/21 0…2"]);
  });

  it("hears nobody that it has no bond with, and nothing once it is closed", () => {
    expect(offer("x", 21, 4)).toEqual(["a: request"]);
    session.close();
    expect(offer("b", 21, 4)).toEqual([]);
    expect(member.clock.timers).toBe(0);
  });
});
