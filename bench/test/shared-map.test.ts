import { beforeEach, describe, expect, it } from "vitest";
import { SharedMap, type MapMember } from "../src/harness/shared-map.js";

/** Members that keep what they are told, each under its name; `lost` is what the second one lacks. */
function membersOf(told: string[], lost: { count: number }): MapMember[] {
  const shared = new Set<number>();
  const insert = (first: number, count: number): void => {
    for (let number = first; number < first + count; number++) shared.add(number);
  };
  return ["a", "b"].map((name) => ({
    open: (store) => Promise.resolve(told.push(`${name} opens ${store.length > 0}`)),
    insert({ first, count, inFlight }) {
      insert(first, count);
      told.push(`${name} inserts ${first}+${count}, ${inFlight} at a time`);
      return Promise.resolve({ p50Micros: 1, p99Micros: 2 });
    },
    fill({ first, count }) {
      insert(first, count);
      return Promise.resolve(told.push(`${name} fills ${first}+${count}`));
    },
    get: ({ count }) => Promise.resolve(count),
    right: () => Promise.resolve(shared.size - (name === "b" ? lost.count : 0)),
  }));
}

describe("a shared map", () => {
  let told: string[];
  let lost: { count: number };
  let map: SharedMap;

  beforeEach(() => {
    told = [];
    lost = { count: 0 };
    map = new SharedMap(membersOf(told, lost), { close: () => Promise.resolve() });
  });

  it("is opened by one member after the other: the first one leads", async () => {
    await map.open();
    expect(told).toEqual(["a opens true", "b opens true"]);
  });

  it("is filled by the first member in steps, and goes on with new entries, inserted by the last one", async () => {
    await map.fill(150_000);
    await map.inserts().call({ count: 10, inFlight: 4 });
    await map.inserts().call({ count: 5, inFlight: 1 });
    await map.check();
    expect(told).toEqual([
      "a fills 0+100000",
      "a fills 100000+50000",
      "b inserts 150000+10, 4 at a time",
      "b inserts 150010+5, 1 at a time",
    ]);
  });

  it("tells where a member lacks what another one inserted", async () => {
    lost.count = 1;
    await expect(map.fill(10)).rejects.toThrow("a member has 9 of 10 entries");
  });
});
