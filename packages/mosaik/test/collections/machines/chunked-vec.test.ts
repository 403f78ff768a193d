import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { ChunkedVec, type FrozenVec } from "../../../src/collections/machines/chunked-vec.js";

type Step =
  | { readonly do: "insert"; readonly at: number; readonly count: number }
  | { readonly do: "remove"; readonly at: number; readonly count: number }
  | { readonly do: "set"; readonly at: number }
  | { readonly do: "freeze" };

const place = fc.double({ min: 0, max: 1, noNaN: true });
const step: fc.Arbitrary<Step> = fc.oneof(
  fc.record({ do: fc.constant("insert" as const), at: place, count: fc.oneof(fc.nat(3), fc.nat(2000)) }),
  fc.record({ do: fc.constant("remove" as const), at: place, count: fc.oneof(fc.nat(3), fc.nat(1500)) }),
  fc.record({ do: fc.constant("set" as const), at: place }),
  fc.record({ do: fc.constant("freeze" as const) }),
);

describe("ChunkedVec", () => {
  it("is an array, and what was frozen stays", () => {
    fc.assert(
      fc.property(fc.array(step, { maxLength: 60 }), (steps) => {
        const vec = new ChunkedVec<number>();
        const model: number[] = [];
        const frozen: { readonly vec: FrozenVec<number>; readonly expected: number[] }[] = [];
        let next = 0;
        for (const one of steps) {
          if (one.do === "freeze") {
            frozen.push({ vec: vec.freeze(), expected: [...model] });
          } else if (one.do === "insert") {
            const at = Math.round(one.at * model.length);
            const items = Array.from({ length: one.count }, () => next++);
            vec.insert(at, items);
            model.splice(at, 0, ...items);
          } else if (model.length > 0) {
            const at = Math.floor(one.at * (model.length - 1));
            if (one.do === "set") {
              vec.set(at, (model[at] = next++));
            } else {
              const count = Math.min(one.count, model.length - at);
              vec.remove(at, count);
              model.splice(at, count);
            }
          }
          expect(vec.length).toBe(model.length);
          for (const at of [0, model.length >> 1, model.length - 1]) {
            if (at >= 0 && at < model.length) expect(vec.get(at)).toBe(model[at]);
          }
        }
        expect([...vec]).toEqual(model);
        for (const { vec: held, expected } of frozen) expect(held.toArray()).toEqual(expected);
      }),
      { numRuns: 200 },
    );
  });
});
