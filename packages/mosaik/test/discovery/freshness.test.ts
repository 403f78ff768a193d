import { describe, expect, it } from "vitest";
import { Freshness } from "../../src/discovery/freshness.js";

describe("Freshness", () => {
  it("counts what lies before the limit, also after the limit went back", () => {
    const times = [10, 20, 20, 30];
    const freshness = new Freshness(() => times);
    for (const time of times) freshness.add(time);
    const counts = [5, 10, 11, 20, 21, 31, 15, 5, 31].map((limit) => freshness.staleCount(limit));
    expect(counts).toEqual([0, 0, 1, 1, 3, 4, 1, 0, 4]);
  });

  it("looks at all times only when the limit reaches the next of them", () => {
    let looks = 0;
    const times: number[] = [];
    const freshness = new Freshness(() => (looks++, times));
    for (let time = 1000; time < 11_000; time++) {
      times.push(time);
      freshness.add(time);
    }
    for (let limit = 0; limit <= 1000; limit++) expect(freshness.staleCount(limit)).toBe(0);
    expect(looks).toBe(0);
    expect(freshness.staleCount(1001)).toBe(1);
    expect(freshness.staleCount(1001)).toBe(1);
    freshness.add(5000);
    freshness.remove(1000);
    expect(freshness.staleCount(1001)).toBe(0);
    expect(looks).toBe(1);
  });
});
