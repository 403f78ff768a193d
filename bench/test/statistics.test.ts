import { describe, expect, it } from "vitest";
import { median, percentile } from "../src/statistics.js";

describe("statistics", () => {
  it("takes the middle value, or the mean of the two in the middle", () => {
    expect(median([9])).toBe(9);
    expect(median([10, 9, 100])).toBe(10);
    expect(median([1, 4, 2, 100])).toBe(3);
  });

  it("takes the percentile by rank", () => {
    const values = Array.from({ length: 100 }, (_, i) => 100 - i);
    expect(percentile(values, 0.5)).toBe(50);
    expect(percentile(values, 0.99)).toBe(99);
    expect(percentile(values, 0)).toBe(1);
    expect(percentile(values, 1)).toBe(100);
  });

  it("leaves its input as it is", () => {
    const values = [3, 1, 2];
    median(values);
    percentile(values, 0.5);
    expect(values).toEqual([3, 1, 2]);
  });

  it("has no middle of nothing", () => {
    expect(() => median([])).toThrow(RangeError);
    expect(() => percentile([], 0.5)).toThrow(RangeError);
  });
});
