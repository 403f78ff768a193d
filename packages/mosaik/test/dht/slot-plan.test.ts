import { describe, expect, it } from "vitest";
import { planWrites, type SlotView, type SlotWrite } from "../../src/dht/slot-plan.js";

const NOW = 1_790_000_000_000_000n;
const HOUR = 3_600_000_000n;
const alive = (seq = NOW - HOUR): SlotView => ({ kind: "peer", seq, isAlive: true });
const dead = (seq: bigint): SlotView => ({ kind: "peer", seq, isAlive: false });
const mine = (seq: bigint, isCurrent = true): SlotView => ({ kind: "mine", seq, isCurrent });
const empty: SlotView = { kind: "empty" };
const unknown: SlotView = { kind: "unknown" };

function plan(views: readonly SlotView[], sincePublishedMs = Infinity, unit = 0): SlotWrite[] {
  return planWrites({ views, nowUs: NOW, sincePublishedMs, random: { unit: () => unit } });
}

describe("what a node writes into the slots", () => {
  it("is its record, into a random one of those that are empty or whose peer is dead", () => {
    const views = [alive(), empty, dead(5n), unknown, { kind: "empty", seq: 9n } as const];
    expect(plan(views, Infinity, 0)).toEqual([{ kind: "publish", slot: 1, seq: NOW, cas: undefined }]);
    expect(plan(views, Infinity, 0.4)).toEqual([{ kind: "publish", slot: 2, seq: NOW, cas: 5n }]);
    expect(plan(views, Infinity, 0.99)).toEqual([{ kind: "publish", slot: 4, seq: NOW, cas: 9n }]);
  });

  it("is nothing where all are taken, or nobody answered", () => {
    expect(plan(Array.from({ length: 16 }, () => alive()))).toEqual([]);
    expect(plan(Array.from({ length: 16 }, () => unknown))).toEqual([]);
  });

  it("is nothing within ten minutes of the last time", () => {
    expect(plan([empty], 599_999)).toEqual([]);
    expect(plan([empty], 600_000)).toHaveLength(1);
  });

  it("is nothing while its record is there, until that grows old", () => {
    expect(plan([mine(NOW - HOUR), empty])).toEqual([]);
    const renewed = { kind: "publish", slot: 0, seq: NOW, cas: NOW - HOUR - 1n };
    expect(plan([mine(NOW - HOUR - 1n), empty], 0)).toEqual([renewed]);
  });

  it("replaces its record at once where its addresses are others", () => {
    expect(plan([empty, mine(NOW - 1n, false)], 0)).toEqual([{ kind: "publish", slot: 1, seq: NOW, cas: NOW - 1n }]);
  });

  it("has a greater number than what it replaces, whatever the clocks say", () => {
    expect(plan([dead(NOW + 5n)])).toEqual([{ kind: "publish", slot: 0, seq: NOW + 6n, cas: NOW + 5n }]);
    expect(plan([dead(NOW)])).toEqual([{ kind: "publish", slot: 0, seq: NOW + 1n, cas: NOW }]);
  });

  it("leaves a slot alone that nothing can replace", () => {
    expect(plan([dead(2n ** 63n - 1n), { kind: "empty", seq: 2n ** 63n - 1n }])).toEqual([]);
  });

  it("goes elsewhere where somebody keeps old addresses of it with the greatest number", () => {
    const greatest = 2n ** 63n - 1n;
    expect(plan([mine(greatest, false), empty])).toEqual([{ kind: "publish", slot: 1, seq: NOW, cas: undefined }]);
    expect(plan([mine(greatest), empty])).toEqual([]);
    expect(plan([mine(NOW - 1n), mine(greatest), mine(greatest, false)])).toEqual([]);
  });

  it("gives up what it holds beside one slot", () => {
    expect(plan([mine(NOW - 3n, false), mine(NOW - 2n), mine(NOW - 1n)])).toEqual([
      { kind: "withdraw", slot: 2, seq: NOW, cas: NOW - 1n },
      { kind: "withdraw", slot: 0, seq: NOW, cas: NOW - 3n },
    ]);
  });
});
