import { describe, expect, it } from "vitest";
import { DialPlaces, PLACES_MAX } from "../../../src/groups/bonds/dial-places.js";

function taken(places: DialPlaces, isRetry = false): number {
  let count = 0;
  while (places.take(isRetry)) count++;
  return count;
}

describe("the dials of a node that are under way at once", () => {
  it("are so many at first, and half of them retries at most", () => {
    const places = new DialPlaces();
    expect(taken(places, true)).toBe(4);
    expect(taken(places)).toBe(4);
  });

  it("become more by one a round while they are quick", () => {
    const places = new DialPlaces();
    for (let round = 0; round < 100; round++) {
      const count = taken(places);
      expect(count).toBeGreaterThanOrEqual(Math.min(PLACES_MAX, Math.floor(8 + 0.9 * round)));
      expect(count).toBeLessThanOrEqual(Math.min(PLACES_MAX, 8 + round));
      for (let i = 0; i < count; i++) places.release(false, "quick");
    }
  });

  it("become half as many when one is slow, and two at least", () => {
    const places = new DialPlaces();
    const numbers = [8, 4, 2, 2];
    for (const count of numbers) {
      expect(taken(places)).toBe(count);
      for (let i = 1; i < count; i++) places.release(false, "unanswered");
      places.release(false, "slow");
    }
  });

  it("leave room for one retry at the least", () => {
    const places = new DialPlaces();
    for (let i = 0; i < 9; i++) {
      places.take(false);
      places.release(false, "slow");
    }
    expect(taken(places, true)).toBe(1);
    expect(taken(places)).toBe(1);
  });

  it("begin in the order in which they waited", () => {
    const places = new DialPlaces();
    const begun: string[] = [];
    const wait = (name: string): (() => void) => {
      const begin = (): void => void (places.take(false) && begun.push(name));
      places.whenFree(begin);
      return begin;
    };
    taken(places);
    for (const name of ["a", "b", "c"]) wait(name);
    places.forget(wait("d"));
    places.release(false, "unanswered");
    expect(begun).toEqual(["a"]);
    for (let i = 0; i < 4; i++) places.release(false, "unanswered");
    expect(begun).toEqual(["a", "b", "c"]);
  });

  // 21 nodes in 10 groups on one machine, which has time for one handshake after the other. Without a limit no bond was ever made there.
  it("get done where there are far more than there is time for", () => {
    const costMs = 10;
    const timeoutMs = 2000;
    const nodes = Array.from({ length: 21 }, () => ({ places: new DialPlaces(), left: 100 }));
    const ready: (typeof nodes)[number][] = [];
    let busyUntilMs = 0;
    let wastedMs = 0;
    const underWay: { readonly node: (typeof nodes)[number]; readonly beganMs: number }[] = [];
    const dial = (node: (typeof nodes)[number]): void => {
      while (underWay.filter((each) => each.node === node).length < node.left && node.places.take(false)) {
        underWay.push({ node, beganMs: busyUntilMs });
      }
    };
    nodes.forEach(dial);
    while (underWay.length > 0 && busyUntilMs < 60_000) {
      const { node, beganMs } = underWay.shift()!;
      busyUntilMs += costMs;
      const tookMs = busyUntilMs - beganMs;
      if (tookMs <= timeoutMs) node.left--;
      else wastedMs += costMs;
      if (node.left === 0) ready.push(node);
      node.places.release(false, tookMs > 1000 ? "slow" : "quick");
      dial(node);
    }
    expect(ready).toHaveLength(nodes.length);
    expect(wastedMs).toBe(0);
  });
});
