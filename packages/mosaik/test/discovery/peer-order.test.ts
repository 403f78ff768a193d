import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { PeerOrder } from "../../src/discovery/peer-order.js";
import { PeerId } from "../../src/primitives/index.js";

function idOf(number: number): PeerId {
  const bytes = new Uint8Array(32);
  new DataView(bytes.buffer).setUint16(0, number);
  return PeerId.fromBytes(bytes);
}

describe("PeerOrder", () => {
  it("holds each id once, in ascending order, whatever was added and removed", () => {
    const change = fc.tuple(fc.boolean(), fc.nat(2000));
    fc.assert(
      fc.property(fc.array(change, { maxLength: 4000, size: "max" }), (changes) => {
        const order = new PeerOrder();
        const model = new Set<number>();
        for (const [isAdded, number] of changes) {
          if (isAdded) order.add(idOf(number));
          else order.delete(idOf(number));
          if (isAdded) model.add(number);
          else model.delete(number);
        }
        expect([...order]).toEqual([...model].sort((a, b) => a - b).map(idOf));
        for (const { ids } of order.chunks) expect(ids.length).toBeGreaterThan(0);
      }),
      { numRuns: 30 },
    );
  });

  it("divides ids into chunks, and forgets only what was made of a chunk that changed", () => {
    const order = new PeerOrder<string>();
    for (let number = 0; number < 10_000; number++) order.add(idOf((number * 7919) % 10_000));
    expect(Math.max(...order.chunks.map(({ ids }) => ids.length))).toBeLessThanOrEqual(512);
    for (const chunk of order.chunks) chunk.made = "made";
    order.add(idOf(5000));
    order.delete(idOf(9999));
    order.delete(idOf(10_000));
    expect(order.chunks.filter(({ made }) => made === undefined)).toHaveLength(2);
  });
});
