import { t } from "@mosaik/postcard";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { hashRankOf } from "../../../src/collections/keys/hash-order.js";
import {
  PriorityQueueState,
  type PriorityQueueChange,
  type PriorityQueueCommand,
} from "../../../src/collections/machines/priority-queue.js";
import { loadCases } from "../../vectors/load.js";

type Queue = PriorityQueueState<number, number, number>;
type Command = PriorityQueueCommand<number, number, number>;

interface Case {
  readonly kind: string;
  readonly name: string;
  readonly [field: string]: unknown;
}

const u64 = t.u64.asNumber();
const cases = loadCases<Case>("hash-order.json");

function queue(capacity = Infinity): Queue {
  return new PriorityQueueState(u64, u64, u64, capacity, 2000);
}

function insert(state: Queue, priority: number, key: number, value = 0): void {
  state.apply({ kind: "Insert", value: { priority, key, value } });
}

function pairs(entries: Iterable<{ priority: number; key: number }>): [number, number][] {
  return Array.from(entries, ({ priority, key }) => [priority, key]);
}

describe("PriorityQueueState", () => {
  it("evicts the keys that Rust evicts", () => {
    const state = queue(2);
    let next = 1;
    for (const { name, left } of cases.filter(({ kind, name }) => kind === "eviction" && name.startsWith("CAP 2"))) {
      const key = Number(/\(10,(\d+)\)/.exec(name)![1]);
      while (next <= key) insert(state, 10, next++);
      expect(
        state.entries("ascending").map((entry) => entry.key),
        name,
      ).toEqual(left);
    }
  });

  it("evicts, and has for its ends, what Rust has", () => {
    const steps = cases.find(({ name }) => name.startsWith("CAP 5"))!["steps"] as {
      readonly insert: [number, number];
      readonly left: [number, number][];
      readonly min: [number, number];
      readonly max: [number, number];
    }[];
    const state = queue(5);
    const first = [
      [5, 1],
      [5, 2],
      [7, 3],
      [5, 4],
      [9, 5],
    ] as const;
    for (const [priority, key] of first) insert(state, priority, key);
    for (const step of steps) {
      insert(state, ...step.insert);
      expect(pairs(state.entries("ascending"))).toEqual(step.left);
      expect(pairs([state.min()!, state.max()!])).toEqual([step.min, step.max]);
    }
  });

  it("is in Rust's order in both directions", () => {
    const vector = cases.find(({ name }) => name.startsWith("PriorityQueue iter_asc"))!;
    const state = queue();
    for (const [priority, key] of vector["asc"] as [number, number][]) insert(state, priority, key);
    expect(pairs(state.entries("ascending"))).toEqual(vector["asc"]);
    expect(pairs(state.entries("descending"))).toEqual(vector["desc"]);
    expect(pairs([state.min()!, state.max()!])).toEqual([vector["min"], vector["max"]]);
  });

  it("tells what changed", () => {
    const state = queue(1);
    const changes: PriorityQueueChange<number, number, number>[] = [];
    const apply = (command: Command): unknown => state.apply(command, (change) => changes.push(change));
    apply({ kind: "Insert", value: { priority: 5, key: 1, value: 7 } });
    apply({ kind: "UpdatePriority", value: { key: 1, priority: 6 } });
    apply({ kind: "UpdateValue", value: { key: 2, value: 0 } });
    apply({ kind: "Insert", value: { priority: 1, key: 2, value: 8 } });
    const exchange = (expected: number, next?: number): unknown =>
      apply({
        kind: "CompareExchangeValue",
        value: { key: 1, expected, new: next === undefined ? next : { some: next } },
      });
    expect([exchange(6, 9), exchange(7, 9), exchange(9)]).toEqual([false, true, true]);
    apply({ kind: "Clear" });
    expect(changes).toEqual([
      { kind: "set", priority: 5, key: 1, value: 7, previous: undefined },
      { kind: "set", priority: 6, key: 1, value: 7, previous: { priority: 5, value: 7 } },
      { kind: "set", priority: 1, key: 2, value: 8, previous: undefined },
      { kind: "evicted", priority: 1, key: 2, value: 8 },
      { kind: "set", priority: 6, key: 1, value: 9, previous: { priority: 6, value: 7 } },
      { kind: "removed", priority: 6, key: 1, value: 9 },
    ]);
  });

  it("takes nothing where the capacity is 0", () => {
    const state = queue(0);
    insert(state, 1, 1);
    expect([state.size, state.min(), state.max()]).toEqual([0, undefined, undefined]);
  });

  it("refuses priorities without an order, and keys without a hash", () => {
    expect(() => new PriorityQueueState(t.f64, u64, u64, 1, 1)).toThrow(TypeError);
    expect(() => new PriorityQueueState(u64, t.f64, u64, 1, 1)).toThrow(TypeError);
  });

  it("does what a list of entries does that is searched from end to end", () => {
    const small = fc.nat(12);
    const bound = fc.oneof(
      fc.record({ kind: fc.constant("Included" as const), value: small }),
      fc.record({ kind: fc.constant("Excluded" as const), value: small }),
      fc.constant({ kind: "Unbounded" as const }),
    );
    const command: fc.Arbitrary<Command> = fc.oneof(
      fc.record({
        kind: fc.constant("Insert" as const),
        value: fc.record({ priority: small, key: fc.nat(30), value: small }),
      }),
      fc.record({
        kind: fc.constant("UpdatePriority" as const),
        value: fc.record({ key: fc.nat(30), priority: small }),
      }),
      fc.record({ kind: fc.constant("RemoveKeys" as const), value: fc.array(fc.nat(30), { maxLength: 2 }) }),
      fc.record({ kind: fc.constant("RemoveRange" as const), value: fc.record({ start: bound, end: bound }) }),
    );
    const rank = hashRankOf(u64);
    fc.assert(
      fc.property(fc.array(command, { maxLength: 80 }), fc.integer({ min: 1, max: 15 }), (commands, capacity) => {
        const state = queue(capacity);
        let model: { priority: number; key: number }[] = [];
        const put = (priority: number, key: number): void => {
          // At the end: so is the order of additions to a bucket.
          model = [...model.filter((entry) => entry.key !== key), { priority, key }];
          while (model.length > capacity) {
            const order = [...model].sort((a, b) => a.priority - b.priority || rank(a.key) - rank(b.key));
            model = model.filter((entry) => entry !== order[0]);
          }
        };
        const isIn = (priority: number, start: PriorityBoundLike, end: PriorityBoundLike): boolean =>
          (start.kind === "Unbounded" ||
            priority > start.value! ||
            (start.kind === "Included" && priority === start.value)) &&
          (end.kind === "Unbounded" || priority < end.value! || (end.kind === "Included" && priority === end.value));
        for (const one of commands) {
          state.apply(one);
          if (one.kind === "Insert") put(one.value.priority, one.value.key);
          if (one.kind === "UpdatePriority" && model.some(({ key }) => key === one.value.key))
            put(one.value.priority, one.value.key);
          if (one.kind === "RemoveKeys") model = model.filter(({ key }) => !one.value.includes(key));
          if (one.kind === "RemoveRange")
            model = model.filter(({ priority }) => !isIn(priority, one.value.start, one.value.end));
          expect(state.size).toBe(model.length);
          const order = [...model].sort((a, b) => a.priority - b.priority || rank(a.key) - rank(b.key));
          expect(pairs(state.entries("ascending"))).toEqual(pairs(order));
        }
      }),
    );
  });
});

interface PriorityBoundLike {
  readonly kind: string;
  readonly value?: number;
}
