import { describe, expect, it } from "vitest";
import { Histogram } from "../../src/bench/histogram.js";

describe("a histogram of times", () => {
  it("knows percentiles to 2 %", () => {
    const histogram = new Histogram();
    for (let ms = 1; ms <= 1000; ms++) histogram.add(ms);
    expect(histogram.count).toBe(1000);
    for (const share of [0.01, 0.5, 0.9, 0.99]) {
      const ms = histogram.percentile(share);
      expect(ms).toBeGreaterThanOrEqual(share * 1000);
      expect(ms).toBeLessThanOrEqual(share * 1000 * 1.02);
    }
    expect(histogram.percentile(1)).toBe(1000);
    expect(histogram.maxMs).toBe(1000);
  });

  it("takes what is too short to be measured, and has nothing to say of nothing", () => {
    const histogram = new Histogram();
    expect(histogram.percentile(0.5)).toBe(0);
    histogram.add(0);
    expect(histogram.percentile(0.99)).toBe(0);
    expect(histogram.count).toBe(1);
  });
});
