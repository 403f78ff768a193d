import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { ReceiveCredit } from "../../src/network/receive-credit.js";

const WINDOW = 1000;

describe("the credit of a link", () => {
  it("lets a frame that is larger than the window come to its end, and the window is the same after it", () => {
    let granted = WINDOW;
    const credit = new ReceiveCredit(WINDOW, (bytes) => (granted += bytes));
    let received = 0;
    const frame = 10 * WINDOW;
    while (received < frame) {
      const chunk = Math.min(300, granted - received, frame - received);
      expect(chunk).toBeGreaterThan(0);
      received += chunk;
      credit.received(chunk, frame - received);
    }
    expect(granted - received).toBeLessThanOrEqual(WINDOW);
    credit.release(frame);
    expect(granted - received).toBe(WINDOW);
  });

  it("never has more out than a window and a frame, whatever the chunks, and gives all of it back", () => {
    const frames = fc.array(fc.integer({ min: 4, max: 5 * WINDOW }), { minLength: 1, maxLength: 40 });
    const chunks = fc.array(fc.integer({ min: 1, max: 2 * WINDOW }), { minLength: 1, maxLength: 20 });
    fc.assert(
      fc.property(frames, chunks, fc.array(fc.boolean(), { minLength: 1, maxLength: 20 }), (sizes, cuts, takes) => {
        let granted = WINDOW;
        const credit = new ReceiveCredit(WINDOW, (bytes) => (granted += bytes));
        let [received, released, whole, step] = [0, 0, 0, 0];
        const ends = sizes.map((size, i) => sizes.slice(0, i).reduce((a, b) => a + b, 0) + size);
        const total = ends.at(-1)!;
        while (received < total) {
          const takesNow = takes[step % takes.length]!;
          const chunk = Math.min(cuts[step++ % cuts.length]!, granted - received, total - received);
          if (chunk === 0 || takesNow) {
            if (chunk === 0) expect(whole).toBeGreaterThan(released);
            credit.release(whole - released);
            released = whole;
            if (chunk === 0) continue;
          }
          received += chunk;
          whole = ends.filter((end) => end <= received).at(-1) ?? 0;
          const missing = received === whole ? 0 : ends.find((end) => end > received)! - received;
          credit.received(chunk, missing);
          expect(granted - released).toBeLessThanOrEqual(WINDOW + Math.max(...sizes));
        }
        credit.release(whole - released);
        expect(granted - received).toBe(WINDOW);
      }),
    );
  });
});
