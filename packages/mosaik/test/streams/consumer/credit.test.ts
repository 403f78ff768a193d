import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { CREDIT_FLOOR_BYTES, CreditPool, type CreditWindow } from "../../../src/streams/consumer/credit.js";

const POOL = 1024 * 1024;

describe("the credit of a consumer's producers", () => {
  it("is all for one, and half for each of two once the first has dealt with its bytes", () => {
    const pool = new CreditPool(POOL);
    const granted = [0, 0];
    const first = pool.open((bytes) => (granted[0]! += bytes));
    expect(first.sizeBytes).toBe(CREDIT_FLOOR_BYTES + POOL);
    const second = pool.open((bytes) => (granted[1]! += bytes));
    expect(second.sizeBytes).toBe(CREDIT_FLOOR_BYTES);
    first.release(POOL);
    expect([first.sizeBytes, second.sizeBytes]).toEqual([pool.shareBytes, pool.shareBytes]);
    expect(granted).toEqual([POOL / 2, POOL / 2]);
    first.close();
    expect(second.sizeBytes).toBe(CREDIT_FLOOR_BYTES + POOL);
    first.release(1000);
    expect(granted).toEqual([POOL / 2, POOL]);
  });

  it("is never more than the pool and a floor for each, and all of it once everything is dealt with", () => {
    type Step = { open: true } | { close: number } | { release: number; bytes: number };
    const step: fc.Arbitrary<Step> = fc.oneof(
      fc.constant({ open: true as const }),
      fc.record({ close: fc.nat(20) }),
      fc.record({ release: fc.nat(20), bytes: fc.integer({ min: 1, max: 400_000 }) }),
    );
    fc.assert(
      fc.property(fc.array(step, { maxLength: 80 }), (steps) => {
        const pool = new CreditPool(POOL);
        // What each producer may send, and what it has sent that is not dealt with: all that it may, at once.
        const open: { window: CreditWindow; heldBytes: number }[] = [];
        const at = (index: number) => (open.length === 0 ? undefined : open[index % open.length]!);
        for (const one of steps) {
          if ("open" in one) {
            const producer = { window: undefined as unknown as CreditWindow, heldBytes: 0 };
            producer.window = pool.open((bytes) => (producer.heldBytes += bytes));
            producer.heldBytes = producer.window.sizeBytes;
            open.push(producer);
          } else if ("close" in one) {
            const producer = at(one.close);
            if (producer === undefined) continue;
            open.splice(open.indexOf(producer), 1);
            producer.window.close();
          } else {
            const producer = at(one.release);
            if (producer === undefined) continue;
            const bytes = Math.min(one.bytes, producer.heldBytes);
            producer.heldBytes -= bytes;
            producer.window.release(bytes);
          }
          for (const { window, heldBytes } of open) expect(heldBytes).toBe(window.sizeBytes);
          const total = open.reduce((sum, { heldBytes }) => sum + heldBytes, 0);
          expect(total).toBeLessThanOrEqual(POOL + open.length * CREDIT_FLOOR_BYTES);
        }
        for (let round = 0; round < 2; round++) {
          for (const producer of open) {
            const bytes = producer.heldBytes;
            producer.heldBytes = 0;
            producer.window.release(bytes);
          }
        }
        for (const { window } of open) expect(pool.shareBytes - window.sizeBytes).toBeLessThanOrEqual(1);
      }),
    );
  });
});
