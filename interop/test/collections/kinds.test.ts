import { isDeepStrictEqual } from "node:util";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { RustPeer, startRelay, type CollectionStep, type RustCollectionType } from "../../src/index.js";
import type { Language } from "../group-members.js";
import { Languages, obstacle } from "../setup.js";
import { agreed, Party, type Peer, type Share } from "./members.js";
import { SHARED_TYPES } from "./shared-types.js";

interface Story {
  /** Taken by the writers in turn. */
  readonly steps: readonly CollectionStep[];
  /** What there is then, in any order unless the kind has one. */
  readonly entries: readonly unknown[];
  /** Taken when two more have come. */
  readonly last: CollectionStep;
}

const U64_MAX = "18446744073709551615";
const seat = (row: number, venue: unknown = { Hall: 2 }, holder: string | null = null): object => ({
  venue,
  row,
  seat: -row,
  holder,
});
const order = (note: string, quantity: number | string = 1): object => ({ quantity, price: 0.5, note });

/** Every operation that a type has, where one of its kind has not had it. */
const STORIES: Readonly<Record<RustCollectionType, Story>> = {
  "map<string, u64>": {
    steps: [
      ["insert", "a", 1],
      ["insert", "ä😀", U64_MAX],
      ["insert", "a", 2],
      [
        "extend",
        [
          ["b", 3],
          ["c", 4],
          ["d", 5],
          ["b", 6],
        ],
      ],
      ["compareExchange", "c", 4, 40],
      ["compareExchange", "d", 4, 50],
      ["compareExchange", "e", null, 7],
      ["compareExchange", "b", 6, null],
      ["remove", "nobody"],
      ["removeMany", ["d", "nobody"]],
    ],
    entries: [
      ["a", 2],
      ["ä😀", U64_MAX],
      ["c", 40],
      ["e", 7],
    ],
    last: ["remove", "a"],
  },
  "map<u64, bytes>": {
    steps: [
      ["insert", 1, "ff"],
      ["clear"],
      ["insert", U64_MAX, ""],
      ["extend", Array.from({ length: 50 }, (_, i) => [i, `0${i % 10}`])],
      ["removeMany", Array.from({ length: 40 }, (_, i) => i)],
    ],
    entries: [[U64_MAX, ""], ...Array.from({ length: 10 }, (_, i) => [40 + i, `0${i}`])],
    last: ["insert", 1000, "00".repeat(1000)],
  },
  "map<place, order>": {
    steps: [
      ["insert", seat(1), order("one")],
      ["insert", seat(1, "Open"), order("two", U64_MAX)],
      ["insert", seat(2, { Tent: { name: "big" } }, "me"), order("three")],
      ["extend", Array.from({ length: 20 }, (_, i) => [seat(i + 10), order(String(i), i)])],
      ["removeMany", Array.from({ length: 19 }, (_, i) => seat(i + 10))],
      ["compareExchange", seat(1), order("one"), order("one more")],
      ["compareExchange", seat(1, "Open"), order("other"), null],
    ],
    entries: [
      [seat(1), order("one more")],
      [seat(1, "Open"), order("two", U64_MAX)],
      [seat(2, { Tent: { name: "big" } }, "me"), order("three")],
      [seat(29), order("19", 19)],
    ],
    last: ["insert", seat(7), order("")],
  },
  "map<(u64, string), string>": {
    steps: [
      ["insert", [1, "a"], "x"],
      ["insert", [1, "b"], "y"],
      ["insert", [2, "a"], "z"],
      ["remove", [1, "b"]],
      [
        "extend",
        [
          [[1, "a"], "w"],
          [[3, ""], ""],
        ],
      ],
    ],
    entries: [
      [[1, "a"], "w"],
      [[2, "a"], "z"],
      [[3, ""], ""],
    ],
    last: ["clear"],
  },
  "vec<string>": {
    steps: [
      ["pushBack", "c"],
      ["pushFront", "a"],
      ["insert", 1, "b"],
      ["extend", ["d", "e", "f", "g"]],
      ["popBack"],
      ["popFront"],
      ["remove", 1],
      ["remove", 100],
      ["swap", 0, 2],
      ["swap", 0, 100],
      ["truncate", 3],
      ["insert", 3, "z"],
    ],
    entries: ["e", "d", "b", "z"],
    last: ["pushFront", "first"],
  },
  "vec<order>": {
    steps: [["pushBack", order("1")], ["clear"], ["popBack"], ["extend", [order("2", U64_MAX), order("3")]]],
    entries: [order("2", U64_MAX), order("3")],
    last: ["popFront"],
  },
  "set<string>": {
    steps: [
      ["insert", "a"],
      ["insert", "a"],
      ["extend", ["b", "c", "ß", "a", "d"]],
      ["remove", "b"],
      ["removeMany", ["c", "nobody"]],
    ],
    entries: ["a", "ß", "d"],
    last: ["insert", "last"],
  },
  "set<u64>": {
    steps: [
      ["insert", 1],
      ["clear"],
      ["extend", Array.from({ length: 30 }, (_, i) => i)],
      ["removeMany", Array.from({ length: 20 }, (_, i) => i)],
    ],
    entries: Array.from({ length: 10 }, (_, i) => 20 + i),
    last: ["insert", U64_MAX],
  },
  "cell<order>": {
    steps: [
      ["set", order("1")],
      ["clear"],
      ["compareExchange", null, order("2")],
      ["compareExchange", null, order("3")],
      ["compareExchange", order("2"), order("4", U64_MAX)],
    ],
    entries: [order("4", U64_MAX)],
    last: ["clear"],
  },
  "once<bytes>": {
    steps: [
      ["set", "01"],
      ["set", "02"],
    ],
    entries: ["01"],
    last: ["set", "03"],
  },
  "queue<u64, string, u64>": {
    steps: [
      ["insert", 10, "a", 1],
      [
        "extend",
        [
          [20, "b", 2],
          [30, "c", 3],
          [10, "d", 4],
          [U64_MAX, "e", 5],
          [10, "f", 6],
          [40, "g", 7],
          [50, "h", 8],
        ],
      ],
      ["updatePriority", "a", 25],
      ["updatePriority", "nobody", 1],
      ["updateValue", "d", U64_MAX],
      ["compareExchangeValue", "b", 2, 22],
      ["compareExchangeValue", "c", 4, 0],
      ["compareExchangeValue", "f", 6, null],
      ["remove", "nobody"],
      ["removeRange", { included: 40 }, { excluded: 50 }],
      ["removeRange", { excluded: 50 }, { included: 60 }],
      ["insert", 60, "i", 9],
      ["removeMany", ["i"]],
    ],
    entries: [
      [10, "d", U64_MAX],
      [20, "b", 22],
      [25, "a", 1],
      [30, "c", 3],
      [50, "h", 8],
      [U64_MAX, "e", 5],
    ],
    last: ["removeRange", null, { excluded: 25 }],
  },
  "queue<place, u64, string>": {
    steps: [
      ["insert", seat(2), 1, "hall"],
      ["insert", seat(9, "Open"), 2, "open"],
      ["insert", seat(1, { Tent: { name: "a" } }), 3, "tent"],
      ["insert", seat(2, { Hall: 2 }, "me"), 4, "held"],
      ["extend", [[seat(1, { Tent: { name: "B" } }), 5, "Tent"]]],
      ["removeRange", { included: seat(1, { Tent: { name: "a" } }) }, null],
    ],
    entries: [
      [seat(9, "Open"), 2, "open"],
      [seat(2), 1, "hall"],
      [seat(2, { Hall: 2 }, "me"), 4, "held"],
      [seat(1, { Tent: { name: "B" } }), 5, "Tent"],
    ],
    last: ["updatePriority", 5, seat(0, "Open")],
  },
  "queue<u64, u64, u64; 3>": {
    steps: [
      ["insert", 10, 1, 0],
      ["insert", 10, 2, 0],
      ["insert", 10, 3, 0],
      // Of one priority 0, 2, 1, 3 is Rust's order.
      ["insert", 10, 0, 0],
      ["insert", 5, 9, 0],
      ["insert", 20, 4, 0],
    ],
    entries: [
      [10, 1, 0],
      [10, 3, 0],
      [20, 4, 0],
    ],
    last: ["insert", 11, 0, 0],
  },
  "queue<u64, string, u64; 100>": {
    steps: [
      ["extend", Array.from({ length: 150 }, (_, i) => [i, `key-${i}`, i])],
      ["insert", 49, "low", 0],
    ],
    entries: Array.from({ length: 100 }, (_, i) => [50 + i, `key-${50 + i}`, 50 + i]),
    last: ["removeRange", { included: 60 }, null],
  },
};

const NAMES = Object.keys(SHARED_TYPES) as RustCollectionType[];
/** The first of them leads. */
const CASTS: readonly (readonly [Language, Language, "reader" | "writer"])[] = [
  ["ts", "rust", "reader"],
  ["rust", "ts", "reader"],
  ["ts", "rust", "writer"],
  ["rust", "ts", "writer"],
];

describe.skipIf(obstacle !== undefined).each(CASTS)("a writer in %s, and in %s a %s", (first, second, role) => {
  let party: Party;
  const shares = new Map<RustCollectionType, readonly [Share, Share]>();
  const late: Peer[] = [];

  beforeAll(async () => {
    party = new Party(new Languages(await startRelay(), await RustPeer.start()), `kinds ${first} ${second} ${role}`);
    const peers = [await party.join(first), await party.join(second)] as const;
    const open = async (name: RustCollectionType): Promise<void> => {
      const one = await peers[0].open(name);
      await one.online();
      const other = await peers[1].open(name, { role });
      await other.online();
      shares.set(name, [one, other]);
    };
    await Promise.all(NAMES.map(open));
    late.push(await party.join("ts"), await party.join("rust"));
  });

  afterAll(() => party?.languages.close());

  it.concurrent.each(NAMES)("%s: what is written is everywhere, also where somebody comes late", async (name) => {
    const { steps, entries, last } = STORIES[name];
    const [one, other] = shares.get(name)!;
    expect(other.groupId).toBe(one.groupId);
    const writers = role === "writer" ? [one, other] : [one];
    let version = 0;
    for (const [i, step] of steps.entries()) {
      const writer = writers[i % writers.length]!;
      await writer.reaches(version);
      const [written] = await writer.write(step);
      expect(written).toBeGreaterThan(version);
      version = written!;
    }
    const there = await agreed(one, other);
    if (/^(map|set)/.test(name)) expect(there).toEqual(inOrderOf(there, entries));
    else expect(there).toEqual(entries);

    const latecomers = await Promise.all(late.map((peer) => peer.open(name, { role: "reader" })));
    for (const latecomer of latecomers) await latecomer.online();
    expect(await agreed(one, other, ...latecomers)).toEqual(there);
    await one.write(last);
    const after = await agreed(one, other, ...latecomers);
    if (name !== "once<bytes>") expect(after).not.toEqual(there);
  });
});

/** The same entries in the order of others, and at the end those that are not among them. */
function inOrderOf(others: readonly unknown[], entries: readonly unknown[]): unknown[] {
  const known = others.filter((other) => entries.some((entry) => isDeepStrictEqual(entry, other)));
  return [...known, ...entries.filter((entry) => !known.some((other) => isDeepStrictEqual(entry, other)))];
}
