import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { rustRules } from "../../../src/groups/raft/rules.js";
import { Cluster } from "./cluster.js";

/** Numbers in [0, 1) that are the same every time. */
function units(seed: number): () => number {
  let state = seed;
  return () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return state / 2 ** 32;
  };
}

function agree(cluster: Cluster): void {
  const [leader] = cluster.leaders;
  const { core, log } = cluster.member(leader!);
  for (const member of cluster.members.values()) {
    expect(member.core.isOnline).toBe(true);
    expect(member.core.term).toBe(core.term);
    expect(member.entries()).toEqual(cluster.member(leader!).entries());
    expect(member.core.committed).toEqual(core.committed);
    expect(member.log.fingerprintAt(log.last().index)).toEqual(log.fingerprintAt(log.last().index));
  }
}

describe("three members", () => {
  it("elect the lowest as soon as all are bonded", () => {
    const cluster = new Cluster("abc");
    cluster.connectAll();
    for (const name of "abc") cluster.do(name, (member) => member.step({ kind: "mesh", isComplete: true }));
    cluster.run(700);
    expect(cluster.leaders).toEqual(["a"]);
    agree(cluster);
  });

  it("replicate what any of them proposes", () => {
    const cluster = new Cluster("abc", { unit: units(1) });
    cluster.connectAll();
    cluster.run(6000);
    for (const name of "abc") cluster.propose(name, 1, `${name}1`, `${name}2`);
    cluster.run(100);
    expect(cluster.member("a").core.committed.index).toBe(6);
    agree(cluster);
    for (const name of "abc")
      expect(cluster.told.get(name)).toContainEqual(expect.objectContaining({ kind: "assigned" }));
  });

  it("commit within three message delays, as a follower sees it", () => {
    const cluster = new Cluster("abc", { unit: units(1) });
    cluster.connectAll();
    cluster.run(6000);
    const follower = [..."abc"].find((name) => !cluster.leaders.includes(name))!;
    cluster.propose(follower, 1, "x");
    cluster.run(3);
    expect(cluster.member(follower).core.committed.index).toBe(0);
    cluster.run(1);
    expect(cluster.member(follower).core.committed.index).toBe(1);
  });

  it("go on within a second when the leader leaves", () => {
    const cluster = new Cluster("abc", { unit: units(1) });
    cluster.connectAll();
    cluster.run(6000);
    const [leader] = cluster.leaders;
    cluster.propose(leader!, 1, "x");
    cluster.run(50);
    cluster.do(leader!, (member) => member.step({ kind: "leave" }));
    cluster.run(5);
    cluster.remove(leader!);
    cluster.run(1000);
    expect(cluster.leaders).toHaveLength(1);
    for (const name of cluster.members.keys()) cluster.propose(name, 2, name);
    cluster.run(100);
    agree(cluster);
    expect(cluster.member(cluster.leaders[0]!).entries()).toHaveLength(3);
  });

  it("lose nothing that was committed when the leader dies", () => {
    const cluster = new Cluster("abc", { unit: units(3), rules: { electsEarly: false } });
    cluster.connectAll();
    cluster.run(6000);
    const [leader] = cluster.leaders;
    for (let i = 0; i < 10; i++) cluster.propose(leader!, i, `x${i}`);
    cluster.run(50);
    const { index } = cluster.member(leader!).core.committed;
    expect(index).toBe(10);
    cluster.remove(leader!);
    cluster.run(5000);
    agree(cluster);
    expect(cluster.member(cluster.leaders[0]!).core.committed.index).toBe(10);
  });

  it("take in one that comes later", () => {
    const cluster = new Cluster("abc", { unit: units(1) });
    cluster.connect("a", "b");
    cluster.run(6000);
    cluster.propose("a", 1, "x", "y", "z");
    cluster.run(600);
    cluster.connect("a", "c");
    cluster.connect("b", "c");
    cluster.run(300);
    agree(cluster);
  });
});

describe("two parts of a group that went on alone", () => {
  it("agree on one log when they meet, and say what was lost", () => {
    const cluster = new Cluster("abcd", { unit: units(5) });
    cluster.connectAll();
    cluster.run(6000);
    cluster.propose("a", 1, "common");
    cluster.run(600);
    for (const near of "ab") for (const far of "cd") cluster.disconnect(near, far);
    cluster.run(8000);
    expect(cluster.leaders).toHaveLength(2);
    for (const name of "abcd") for (let i = 0; i < 3; i++) cluster.propose(name, i, `${name}${i}`);
    cluster.run(1000);
    cluster.connectAll();
    cluster.run(10_000);
    expect(cluster.leaders).toHaveLength(1);
    agree(cluster);
    const lost = [...cluster.told.values()]
      .flat()
      .filter(({ kind }) => kind === "diverged" || kind === "possiblyReverted");
    expect(lost.length).toBeGreaterThan(0);
  });

  it("find out that their logs differ though they end alike (spec 05 §13 S3)", () => {
    const cluster = new Cluster("ab", { unit: units(5) });
    cluster.run(6000);
    expect(cluster.leaders).toEqual(["a", "b"]);
    cluster.propose("a", 1, "mine");
    cluster.propose("b", 1, "yours");
    cluster.connectAll();
    cluster.run(5000);
    agree(cluster);
    expect([...cluster.told.values()].flat().map(({ kind }) => kind)).toContain("diverged");
  });

  it("stay different for ever with the rules of Rust", () => {
    const cluster = new Cluster("ab", { unit: units(5), base: rustRules });
    cluster.run(6000);
    cluster.propose("a", 1, "mine");
    cluster.propose("b", 1, "yours");
    cluster.connectAll();
    cluster.run(20_000);
    expect(cluster.leaders).toHaveLength(1);
    expect(cluster.member("a").entries()).not.toEqual(cluster.member("b").entries());
  });
});

describe("any history of bonds and commands", () => {
  const names = "abcde";
  type Action =
    | { kind: "propose"; at: number; count: number }
    | { kind: "run"; ms: number }
    | { kind: "cut" | "join"; a: number; b: number };
  const action: fc.Arbitrary<Action> = fc.oneof(
    { weight: 3, arbitrary: fc.record({ kind: fc.constant("propose" as const), at: fc.nat(4), count: fc.integer({ min: 1, max: 4 }) }) }, // prettier-ignore
    { weight: 2, arbitrary: fc.record({ kind: fc.constant("run" as const), ms: fc.nat(4000) }) },
    { weight: 1, arbitrary: fc.record({ kind: fc.constant("cut" as const), a: fc.nat(4), b: fc.nat(4) }) },
    { weight: 1, arbitrary: fc.record({ kind: fc.constant("join" as const), a: fc.nat(4), b: fc.nat(4) }) },
  );

  interface History {
    readonly cluster: Cluster;
    /** How many proposals were made. */
    readonly proposed: number;
  }

  /** Plays it, bonds all members with each other at the end, and lets a minute pass. */
  function play(seed: number, size: number, actions: readonly Action[], rust = ""): History {
    const random = units(seed);
    const cluster = new Cluster(names.slice(0, size), { unit: random }, () => 1 + Math.floor(random() * 20), rust);
    cluster.connectAll();
    let proposed = 0;
    for (const step of actions) {
      if (step.kind === "run") cluster.run(step.ms);
      else if (step.kind === "propose") {
        const commands = Array.from({ length: step.count }, (_, i) => `${proposed}.${i}`);
        cluster.propose(names[step.at % size]!, proposed++, ...commands);
      } else {
        const [a, b] = [names[step.a % size]!, names[step.b % size]!];
        if (a === b) continue;
        if (step.kind === "cut") cluster.disconnect(a, b);
        else cluster.connect(a, b);
      }
    }
    cluster.connectAll();
    cluster.run(60_000);
    return { cluster, proposed };
  }

  it("ends with one leader and one log once all are bonded again, and every proposal is answered", () => {
    fc.assert(
      fc.property(fc.nat(), fc.integer({ min: 2, max: 5 }), fc.array(action, { maxLength: 30 }), (...history) => {
        const { cluster, proposed } = play(...history);
        expect(cluster.leaders).toHaveLength(1);
        cluster.propose(cluster.leaders[0]!, proposed, "last");
        cluster.run(5000);
        agree(cluster);
        const told = [...cluster.told.values()].flat();
        expect(told.filter(({ kind }) => kind === "assigned" || kind === "rejected")).toHaveLength(proposed + 1);
      }),
      { numRuns: 150 },
    );
  }, 60_000);

  it("ends with one leader whom all follow, with members that play by the rules of Rust, too", () => {
    fc.assert(
      fc.property(fc.nat(), fc.subarray([..."abcde"]), fc.array(action, { maxLength: 30 }), (seed, rust, actions) => {
        const { cluster } = play(seed, 5, actions, rust.join(""));
        expect(cluster.leaders).toHaveLength(1);
        const { core } = cluster.member(cluster.leaders[0]!);
        for (const member of cluster.members.values()) {
          expect(member.core.term).toBe(core.term);
          expect(member.core.leader).toBe(core.leader);
          expect(member.core.isOnline).toBe(true);
        }
      }),
      { numRuns: 150 },
    );
  }, 60_000);
});
