import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { PeerId } from "../../../src/primitives/index.js";
import { Inbox, type Arrival } from "../../../src/streams/consumer/inbox.js";

const producer = PeerId.from("11".repeat(32));
const noDrops = (): never => {
  throw new Error("dropped");
};

function arrival(datums: number[], size = 1, release = (): void => {}): Arrival<number> {
  return { producer, datums: [...datums], sizes: datums.map(() => size), release };
}

describe("an inbox", () => {
  it("gives credit back when the last datum of an arrival was taken", async () => {
    const inbox = new Inbox<number>({ whenFull: "pause", bufferItems: 10, bufferBytes: 10 }, noDrops);
    let released = 0;
    inbox.push(arrival([1, 2, 3], 1, () => released++));
    inbox.push(arrival([4, 5], 1, () => released++));
    expect([inbox.take(), inbox.take(), released]).toEqual([1, 2, 0]);
    expect([inbox.take(), released]).toEqual([3, 1]);
    expect(await inbox.nextBatch()).toEqual({ done: false, value: [4, 5] });
    expect([released, inbox.items]).toEqual([2, 0]);
  });

  it("makes no promise for what is there", () => {
    const inbox = new Inbox<number>({ whenFull: "pause", bufferItems: 10, bufferBytes: 10 }, noDrops);
    inbox.push(arrival([1, 2, 3]));
    expect(inbox.next()).toEqual({ done: false, value: 1 });
    expect(inbox.nextItem()).toEqual({ done: false, value: { datum: 2, producer } });
    expect(inbox.nextBatch()).toEqual({ done: false, value: [3] });
    expect(inbox.next()).toBeInstanceOf(Promise);
  });

  it("lets backlogs hand over in their turn, only what there is room for", () => {
    const inbox = new Inbox<number>({ whenFull: "pause", bufferItems: 4, bufferBytes: 10 }, noDrops);
    const held = [10, 11, 12, 13, 14, 15];
    inbox.push(arrival([1, 2, 3, 4]));
    expect(inbox.room).toBe(0);
    inbox.hold({
      refill() {
        inbox.push(arrival(held.splice(0, inbox.room)));
        return held.length === 0;
      },
    });
    const taken: number[] = [];
    while (!inbox.isEmpty) {
      expect(inbox.items).toBeLessThanOrEqual(4);
      taken.push(inbox.take());
    }
    expect(taken).toEqual([1, 2, 3, 4, 10, 11, 12, 13, 14, 15]);
    expect(inbox.room).toBe(4);
  });

  it("has room for few datums ahead of the program where the rest can wait undecoded, else for all", () => {
    const limits = { bufferItems: 65_536, bufferBytes: 1024 * 1024 };
    expect(new Inbox({ ...limits, whenFull: "pause" }, noDrops).room).toBe(512);
    expect(new Inbox({ ...limits, whenFull: "dropOldest" }, noDrops).room).toBe(Infinity);
  });

  for (const whenFull of ["dropOldest", "dropNewest"] as const) {
    it(`${whenFull}: never above the limits, in order, and every datum is taken or counted`, () => {
      const steps = fc.array(
        fc.oneof(
          fc.record({ push: fc.integer({ min: 1, max: 12 }), size: fc.integer({ min: 0, max: 9 }) }),
          fc.record({ take: fc.integer({ min: 1, max: 12 }) }),
        ),
        { maxLength: 60 },
      );
      fc.assert(
        fc.property(steps, fc.integer({ min: 1, max: 10 }), fc.integer({ min: 1, max: 40 }), (all, items, bytes) => {
          let dropped = 0;
          let arrivals = 0;
          let released = 0;
          const inbox = new Inbox<{ number: number; size: number }>(
            { whenFull, bufferItems: items, bufferBytes: bytes },
            (_, count) => (dropped += count),
          );
          // What a plain list of the same rules holds.
          let model: { number: number; size: number }[] = [];
          let number = 0;
          const fits = (list: typeof model): boolean =>
            list.length <= 1 || (list.length <= items && list.reduce((sum, { size }) => sum + size, 0) <= bytes);
          for (const step of all) {
            if ("push" in step) {
              const datums = Array.from({ length: step.push }, () => ({ number: number++, size: step.size }));
              arrivals++;
              inbox.push({
                producer,
                datums: [...datums],
                sizes: datums.map(({ size }) => size),
                release: () => released++,
              });
              for (const datum of datums) {
                if (whenFull === "dropOldest") model.push(datum);
                else if (fits([...model, datum])) model.push(datum);
                else break;
              }
              while (!fits(model)) model = model.slice(1);
            } else {
              for (let i = 0; i < step.take && !inbox.isEmpty; i++) expect(inbox.take()).toBe(model.shift());
            }
            expect(inbox.items).toBe(model.length);
          }
          while (!inbox.isEmpty) expect(inbox.take()).toBe(model.shift());
          expect(model).toEqual([]);
          expect(inbox.datums + dropped).toBe(number);
          expect(released).toBe(arrivals);
        }),
      );
    });
  }
});
