import { t } from "@mosaik/postcard";
import { describe, expect, it } from "vitest";
import { MapState, mapCommandCodec, type MapChange } from "../../../src/collections/machines/map.js";
import { finish } from "../steps.js";
import type { Frozen } from "../../../src/collections/machines/state.js";

function all<Item>(frozen: Frozen<Item>): readonly Item[] {
  return finish(frozen.items());
}

function numbers(unsortedMax = 2000): MapState<string, number> {
  return new MapState(t.string, t.u64.asNumber(), unsortedMax);
}

describe("MapState", () => {
  it("carries out each command, and tells what changed", () => {
    const state = numbers();
    const changes: MapChange<string, number>[] = [];
    const apply = (command: Parameters<typeof state.apply>[0]): unknown => state.apply(command, (c) => changes.push(c));
    apply({ kind: "Insert", value: { key: "a", value: 1 } });
    apply({
      kind: "Extend",
      value: [
        ["b", 2],
        ["a", 3],
        ["b", 4],
      ],
    });
    apply({ kind: "RemoveMany", value: ["nobody", "a"] });
    expect([state.size, state.get("a"), state.get("b"), state.has("a")]).toEqual([1, undefined, 4, false]);
    apply({ kind: "Clear" });
    apply({ kind: "Clear" });
    expect(state.size).toBe(0);
    expect(changes).toEqual([
      { kind: "set", key: "a", value: 1, previous: undefined },
      { kind: "set", key: "b", value: 2, previous: undefined },
      { kind: "set", key: "a", value: 3, previous: 1 },
      { kind: "set", key: "b", value: 4, previous: 2 },
      { kind: "removed", key: "a", previous: 3 },
      { kind: "cleared" },
    ]);
  });

  it("compares and exchanges, and says whether it did", () => {
    const state = numbers();
    const exchange = (expected: number | undefined, next: number | undefined): unknown => {
      const some = (value: number | undefined) => (value === undefined ? undefined : { some: value });
      return state.apply(
        { kind: "CompareExchange", value: { key: "k", expected: some(expected), new: some(next) } },
        undefined,
      );
    };
    expect([exchange(1, 2), state.get("k")]).toEqual([false, undefined]);
    expect([exchange(undefined, undefined), state.get("k")]).toEqual([true, undefined]);
    expect([exchange(undefined, 1), state.get("k")]).toEqual([true, 1]);
    expect([exchange(undefined, 2), state.get("k")]).toEqual([false, 1]);
    expect([exchange(2, 3), state.get("k")]).toEqual([false, 1]);
    expect([exchange(1, 3), state.get("k")]).toEqual([true, 3]);
    expect([exchange(3, undefined), state.has("k")]).toEqual([true, false]);
  });

  it("compares values by their bytes", () => {
    const state = new MapState(t.string, t.f64, 10);
    state.apply({ kind: "Insert", value: { key: "k", value: NaN } }, undefined);
    const exchange = (expected: number, next: number): unknown =>
      state.apply(
        { kind: "CompareExchange", value: { key: "k", expected: { some: expected }, new: { some: next } } },
        undefined,
      );
    expect(exchange(NaN, 0)).toBe(true);
    expect(exchange(-0, 1)).toBe(false);
  });

  it("keeps values that are undefined apart from those that are not there", () => {
    const state = new MapState(t.u8, t.option(t.u8), 10);
    state.apply({ kind: "Insert", value: { key: 1, value: undefined } }, undefined);
    const command = { key: 1, expected: { some: undefined }, new: { some: 5 } };
    expect([state.has(1), state.get(1)]).toEqual([true, undefined]);
    expect(state.apply({ kind: "CompareExchange", value: command }, undefined)).toBe(true);
    expect(state.get(1)).toBe(5);
  });

  it("finds struct keys by their value", () => {
    const key = t.struct("demo::Key", { a: t.u8, b: t.string });
    const state = new MapState(key, t.u8, 10);
    state.apply({ kind: "Insert", value: { key: { a: 1, b: "x" }, value: 7 } }, undefined);
    expect(state.get({ b: "x", a: 1 })).toBe(7);
    expect(all(state.freeze())).toEqual([[{ a: 1, b: "x" }, 7]]);
  });

  it("refuses keys that Rust cannot hash", () => {
    expect(() => new MapState(t.f64, t.u8, 10)).toThrow(TypeError);
  });

  describe("frozen", () => {
    const insert = (state: MapState<string, number>, key: string, value: number): unknown =>
      state.apply({ kind: "Insert", value: { key, value } }, undefined);
    const remove = (state: MapState<string, number>, key: string): unknown =>
      state.apply({ kind: "RemoveMany", value: [key] }, undefined);

    it("stays as it was, whatever happens", () => {
      const state = numbers();
      for (const [i, key] of ["a", "b", "c"].entries()) insert(state, key, i);
      const frozen = state.freeze();
      insert(state, "a", 10);
      remove(state, "b");
      insert(state, "d", 11);
      remove(state, "c");
      insert(state, "c", 12);
      const before = [
        ["a", 0],
        ["b", 1],
        ["c", 2],
      ];
      expect([...all(frozen)].sort()).toEqual(before);
      state.apply({ kind: "Clear" }, undefined);
      insert(state, "e", 13);
      expect([frozen.size, [...all(frozen)].sort()]).toEqual([3, before]);
    });

    it("is in Rust's order once it is fetched in parts, also when it changes between two steps", () => {
      const count = 20_000;
      const state = new MapState(t.string, t.u64.asNumber(), 2000);
      state.apply({ kind: "Extend", value: Array.from({ length: count }, (_, i) => [`key-${i}`, i]) }, undefined);
      const order = all(state.freeze()).map(([key]) => key);
      // The one pair of one rank is in the reverse order of insertion.
      expect(order.indexOf("key-15617")).toBe(order.indexOf("key-6195") - 1);
      const steps = state.freeze().items();
      let seen = 0;
      for (let step = steps.next(); ; step = steps.next()) {
        if (step.done) {
          expect(step.value.map(([key]) => key)).toEqual(order);
          expect(step.value.every(([key, value]) => key === `key-${value}`)).toBe(true);
          break;
        }
        const at = (seen++ * 1000) % count;
        insert(state, `key-${at}`, -1 + at);
        remove(state, `key-${at + 1}`);
        insert(state, `key-${at + 1}`, 0);
        insert(state, `new-${at}`, 0);
      }
    });

    it("costs nothing once it is released", () => {
      const state = numbers();
      insert(state, "a", 1);
      const frozen = state.freeze();
      frozen.release();
      insert(state, "a", 2);
      expect(all(state.freeze())).toEqual([["a", 2]]);
    });
  });

  it("is gone through as it was at the beginning", () => {
    const state = numbers();
    state.apply({
      kind: "Extend",
      value: [
        ["a", 1],
        ["b", 2],
        ["c", 3],
      ],
    });
    const early = state.entries();
    expect(early.next().value).toEqual(["a", 1]);
    state.apply({ kind: "RemoveMany", value: ["a", "b"] });
    state.apply({
      kind: "Extend",
      value: [
        ["a", 4],
        ["c", 5],
        ["d", 6],
      ],
    });
    expect([...early]).toEqual([
      ["b", 2],
      ["c", 3],
    ]);
    const late = state.entries();
    expect(late.next().value).toEqual(["c", 5]);
    state.apply({ kind: "Clear" });
    expect([...late]).toEqual([
      ["a", 4],
      ["d", 6],
    ]);
    expect([...state.entries()]).toEqual([]);
  });

  it("is installed from the items of a snapshot, unless one is there twice", () => {
    const state = numbers();
    const install = (...items: [string, number][]): boolean => finish(state.install(items));
    expect(install(["a", 1], ["b", 2])).toBe(true);
    expect([state.size, state.get("b")]).toEqual([2, 2]);
    expect(install(["a", 3], ["a", 4])).toBe(false);
    expect([state.size, state.get("a")]).toEqual([2, 1]);
  });
});

describe("mapCommandCodec", () => {
  const codec = mapCommandCodec(t.string, t.u64.asNumber());
  it.each([
    ["0106" + "05616c696365" + "012a", { kind: "Insert", value: { key: "alice", value: 42 } }],
    ["0202016b01010100", { kind: "CompareExchange", value: { key: "k", expected: { some: 1 }, new: undefined } }],
    ["03010605616c696365", { kind: "RemoveMany", value: ["alice"] }],
    [
      "0402020161010102016202ac02",
      {
        kind: "Extend",
        value: [
          ["a", 1],
          ["b", 300],
        ],
      },
    ],
  ] as const)("is as in spec 06 §6.8: %s", (hex, command) => {
    expect(Buffer.from(codec.encode(command as never)).toString("hex")).toBe(hex);
    expect(codec.decode(Buffer.from(hex, "hex"))).toEqual(command);
  });
});
