import { describe, expect, it } from "vitest";
import { accountOf, lostOf, type PairRecord } from "../src/account/pair.js";

const range = (from: number, to: number): number[] => Array.from({ length: to - from + 1 }, (_, index) => from + index);

function account(record: Partial<PairRecord>) {
  const defaults = { sensor: "s", viewer: "v", produced: 10, subscribedFrom: [1], received: [], brokenBy: undefined };
  const result = accountOf({ ...defaults, ...record });
  expect(result.received + lostOf(result)).toBe(result.produced);
  return result;
}

describe("the account of a sensor and a viewer", () => {
  it("loses nothing when everything arrives", () => {
    const all = account({ received: range(1, 10) });
    expect(all).toMatchObject({ received: 10, lost: {}, duplicates: 0, outOfOrder: 0, unknown: 0 });
  });

  it("counts what came before the subscription", () => {
    expect(account({ subscribedFrom: [4], received: range(4, 10) }).lost).toEqual({ "before subscription": 3 });
  });

  it("calls a loss right after the subscription a gap", () => {
    expect(account({ subscribedFrom: [4], received: range(6, 10) }).lost).toEqual({ "before subscription": 3, gap: 2 });
  });

  it("does not count an attempt to subscribe that came to nothing", () => {
    expect(account({ subscribedFrom: [2, 5], received: range(5, 10) }).lost).toEqual({ "before subscription": 4 });
  });

  it("calls a loss across a second subscription a gap", () => {
    const received = [...range(1, 4), ...range(7, 10)];
    expect(account({ subscribedFrom: [1, 7], received }).lost).toEqual({ gap: 2 });
  });

  it("takes the first arrival for the beginning where the sensor does not tell", () => {
    expect(account({ subscribedFrom: [], received: range(3, 10) }).lost).toEqual({ "before subscription": 2 });
  });

  it("names who was killed for the end that is missing", () => {
    const received = range(1, 8);
    expect(account({ received, brokenBy: "sensor" }).lost).toEqual({ "in flight when the sensor was killed": 2 });
    expect(account({ received, brokenBy: "viewer" }).lost).toEqual({ "the viewer was killed": 2 });
    expect(account({ received }).lost).toEqual({ "in flight at the end": 2 });
  });

  it("still calls a gap a gap when somebody was killed", () => {
    expect(account({ received: [1, 2, 5], produced: 6, brokenBy: "sensor" }).lost).toEqual({
      gap: 2,
      "in flight when the sensor was killed": 1,
    });
  });

  it("tells a subscription that got nothing from none at all", () => {
    expect(account({ subscribedFrom: [], brokenBy: "sensor" }).lost).toEqual({ "never subscribed": 10 });
    expect(account({ subscribedFrom: [9], brokenBy: "sensor" }).lost).toEqual({
      "before subscription": 8,
      "in flight when the sensor was killed": 2,
    });
  });

  it("counts each reading once however often it arrives", () => {
    const result = account({ produced: 3, received: [1, 2, 2, 3, 1] });
    expect(result).toMatchObject({ received: 3, duplicates: 2, outOfOrder: 0, lost: {} });
  });

  it("sees readings that overtake others", () => {
    expect(account({ produced: 4, received: [1, 3, 2, 4] })).toMatchObject({ received: 4, outOfOrder: 1, lost: {} });
  });

  it("sees readings that nobody produced", () => {
    expect(account({ produced: 2, received: [1, 2, 3, 0, 1.5, 3] })).toMatchObject({
      received: 2,
      unknown: 3,
      duplicates: 1,
    });
  });

  it("accounts for a sensor that produced nothing", () => {
    expect(account({ produced: 0, subscribedFrom: [] })).toMatchObject({ received: 0, lost: {} });
  });
});
