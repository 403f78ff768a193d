import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { Committee } from "../../../src/groups/raft/committee.js";
import { nameOf, peer } from "./member.js";

function members(of: ReadonlyMap<ReturnType<typeof peer>, number>): string {
  return [...of.keys()].map(nameOf).sort().join("");
}

function committee(granters: string, last = 0): Committee {
  return new Committee([...granters].map(peer), last);
}

describe("the committee (spec 05 §6.6)", () => {
  it("begins with the granters, however many", () => {
    for (const granters of ["a", "ab", "abcd", "abcdefg"]) expect(members(committee(granters).voters)).toBe(granters);
  });

  it("leaves a leader alone with one later follower the only voter", () => {
    const alone = committee("a");
    expect(alone.grant(peer("b"), 1)).toBe(true);
    expect(members(alone.voters)).toBe("a");
    expect(members(alone.nonVoters)).toBe("b");
    expect(alone.quorumIndex()).toBe(0);
    alone.grant(peer("a"), 3);
    expect(alone.quorumIndex()).toBe(3);
  });

  it("needs both of two that were elected together", () => {
    const pair = committee("ab");
    pair.grant(peer("a"), 3);
    expect(pair.quorumIndex()).toBe(0);
    pair.grant(peer("b"), 2);
    expect(pair.quorumIndex()).toBe(2);
  });

  it("has three voters when two followers come later", () => {
    const three = committee("a");
    three.grant(peer("b"), 1);
    three.grant(peer("c"), 1);
    expect(members(three.voters)).toBe("abc");
  });

  it("has no more than five that were promoted", () => {
    const many = committee("a");
    for (const name of "bcdefgh") many.grant(peer(name), 1);
    expect(many.voters.size).toBe(5);
    expect(many.nonVoters.size).toBe(3);
  });

  it("promotes whoever is furthest", () => {
    const group = committee("abc");
    group.grant(peer("d"), 5);
    group.grant(peer("e"), 9);
    expect(members(group.voters)).toBe("abcde");
    group.grant(peer("f"), 7);
    group.grant(peer("g"), 8);
    group.remove(peer("b"));
    expect(members(group.voters)).toBe("acdeg");
  });

  it("lets an index go down", () => {
    const pair = committee("ab", 5);
    pair.grant(peer("b"), 2);
    expect(pair.quorumIndex()).toBe(2);
  });

  it("forgets those whose bonds have ended, and fills up", () => {
    const group = committee("abc", 4);
    group.grant(peer("d"), 4);
    group.retain((other) => "acd".includes(nameOf(other)));
    expect(members(group.voters)).toBe("acd");
  });
});

/** The committee as spec 05 §6.6 tells it, word by word, on plain arrays. */
class NaiveCommittee {
  voters: [string, number][];
  nonVoters: [string, number][] = [];

  constructor(granters: string, last: number) {
    this.voters = [...granters].map((name) => [name, last]);
  }

  grant(name: string, index: number): void {
    const voter = this.voters.find(([other]) => other === name);
    if (voter !== undefined) return void (voter[1] = index);
    const nonVoter = this.nonVoters.find(([other]) => other === name);
    if (nonVoter !== undefined) return void (nonVoter[1] = index);
    this.nonVoters.push([name, index]);
    this.backfill();
  }

  keepOnly(isKept: (name: string) => boolean): void {
    this.voters = this.voters.filter(([name]) => isKept(name));
    this.nonVoters = this.nonVoters.filter(([name]) => isKept(name));
    this.backfill();
  }

  backfill(): void {
    const total = this.voters.length + this.nonVoters.length;
    let target = Math.min(5, total);
    if (target > 2) target |= 1;
    if (this.voters.length >= target) return;
    const avail = Math.min(this.nonVoters.length, target - this.voters.length);
    let promote = (this.voters.length + avail) % 2 === 0 ? avail - 1 : avail;
    this.nonVoters.sort(([, a], [, b]) => b - a);
    for (; promote > 0; promote--) this.voters.push(this.nonVoters.shift()!);
  }

  quorum(): number {
    const ascending = this.voters.map(([, index]) => index).sort((a, b) => a - b);
    const n = ascending.length;
    return ascending[n - (Math.floor(n / 2) + 1)]!;
  }
}

type Event =
  { kind: "grant"; name: string; index: number } | { kind: "remove"; name: string } | { kind: "keep"; names: string };

const others = [..."bcdefghi"];
const event = fc.oneof(
  fc.record({ kind: fc.constant("grant" as const), name: fc.constantFrom("a", ...others), index: fc.nat(20) }),
  fc.record({ kind: fc.constant("remove" as const), name: fc.constantFrom(...others) }),
  fc.record({ kind: fc.constant("keep" as const), names: fc.subarray(others).map((names) => names.join("")) }),
);

describe("the committee against a naive one", () => {
  const play = (check: (real: Committee, naive: NaiveCommittee) => void): void =>
    fc.assert(
      fc.property(
        fc.subarray(others),
        fc.nat(9),
        fc.array<Event>(event, { maxLength: 40 }),
        (granters, last, events) => {
          const real = committee(`a${granters.join("")}`, last);
          const naive = new NaiveCommittee(`a${granters.join("")}`, last);
          for (const step of events) {
            if (step.kind === "grant") {
              real.grant(peer(step.name), step.index);
              naive.grant(step.name, step.index);
            } else if (step.kind === "remove") {
              real.remove(peer(step.name));
              naive.keepOnly((name) => name !== step.name);
            } else {
              real.retain((id) => nameOf(id) === "a" || step.names.includes(nameOf(id)));
              naive.keepOnly((name) => name === "a" || step.names.includes(name));
            }
            check(real, naive);
          }
        },
      ),
    );

  it("has the same voters and non-voters after every event", () => {
    play((real, naive) => {
      expect(members(real.voters)).toBe(naive.voters.map(([name]) => name).sort().join("")); // prettier-ignore
      expect(members(real.nonVoters)).toBe(naive.nonVoters.map(([name]) => name).sort().join("")); // prettier-ignore
    });
  });

  it("finds the same place held by a majority, and no higher one is", () => {
    play((real, naive) => {
      const quorum = real.quorumIndex();
      expect(quorum).toBe(naive.quorum());
      const held = [...real.voters.values()];
      expect(held.filter((index) => index >= quorum).length * 2).toBeGreaterThan(held.length);
      expect(held.filter((index) => index > quorum).length * 2).toBeLessThanOrEqual(held.length);
    });
  });

  it("is filled up: looking for more to promote finds none", () => {
    play((real) => {
      const before = members(real.voters);
      real.retain(() => true);
      expect(members(real.voters)).toBe(before);
    });
  });
});
