import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { DialPlan, DIALS_MAX, HINTS_MAX } from "../../../src/groups/bonds/dial-plan.js";
import { PeerId } from "../../../src/primitives/index.js";

const peers = Array.from({ length: 600 }, (_, i) => {
  const bytes = new Uint8Array(32);
  new DataView(bytes.buffer).setUint32(0, i);
  return PeerId.fromBytes(bytes);
});
const [one, other] = peers as [PeerId, PeerId];
const saying = (...ids: readonly PeerId[]): Map<PeerId, { saying: object }> =>
  new Map(ids.map((id) => [id, { saying: SAYINGS.get(id)! }]));
const SAYINGS = new Map(peers.map((id) => [id, {}]));
const newPlan = (): DialPlan => new DialPlan(() => 0.5);

describe("whom a member dials", () => {
  it("every peer of the catalog at once, and none twice", () => {
    const plan = newPlan();
    plan.catalog(saying(one, other), 0);
    expect(plan.deadlineMs).toBe(0);
    expect(plan.due(0)).toEqual([one, other]);
    plan.catalog(saying(one, other), 1);
    plan.hint(one, 1);
    expect(plan.due(10_000)).toEqual([]);
    expect(plan.deadlineMs).toBe(Infinity);
  });

  it("again with delays that grow to two seconds", () => {
    const plan = newPlan();
    plan.catalog(saying(one), 0);
    let nowMs = 0;
    const delays: number[] = [];
    for (let i = 0; i < 7; i++) {
      expect(plan.due(nowMs)).toEqual([one]);
      plan.ended(one, "failed", nowMs);
      delays.push(plan.deadlineMs - nowMs);
      expect(plan.due(plan.deadlineMs - 1)).toEqual([]);
      nowMs = plan.deadlineMs;
    }
    expect(delays).toEqual([100, 200, 400, 800, 1600, 1600, 1600]);
    const latest = new DialPlan(() => 0.999_999);
    latest.catalog(saying(one), 0);
    for (let i = 0; i < 9; i++) {
      latest.due(1e6);
      latest.ended(one, "failed", 1e6);
    }
    expect(latest.deadlineMs).toBeLessThanOrEqual(1e6 + 2000);
  });

  it("a lost bond's peer soon, whatever the catalog does", () => {
    const plan = newPlan();
    plan.catalog(saying(one), 0);
    plan.due(0);
    plan.bonded(one, 5);
    plan.ended(one, "failed", 5);
    expect(plan.deadlineMs).toBe(Infinity);
    plan.lost(one, "failed", 60_000);
    expect(plan.due(plan.deadlineMs)).toEqual([one]);
    expect(plan.deadlineMs).toBe(Infinity);
  });

  it("not one that is gone from the catalog", () => {
    const plan = newPlan();
    plan.catalog(saying(one), 0);
    plan.due(0);
    plan.ended(one, "failed", 0);
    plan.catalog(saying(), 1);
    expect(plan.due(10_000)).toEqual([]);
  });

  it("one that refused when it says something else, or we do, or after half a minute", () => {
    const plan = newPlan();
    const refuse = (nowMs: number): void => {
      expect(plan.due(nowMs)).toEqual([one]);
      plan.ended(one, "refused", nowMs);
      expect(plan.due(nowMs + 29_999)).toEqual([]);
    };
    plan.catalog(saying(one), 0);
    refuse(0);
    plan.catalog(new Map([[one, { saying: {} }]]), 10);
    refuse(10);
    plan.askAll(20);
    refuse(20);
    expect(plan.deadlineMs).toBe(30_020);
    refuse(30_020);
  });

  it("one that only members speak of three times", () => {
    const plan = newPlan();
    plan.hint(one, 0);
    for (let i = 0; i < 3; i++) {
      expect(plan.due(plan.deadlineMs)).toEqual([one]);
      plan.ended(one, "failed", 0);
    }
    expect(plan.deadlineMs).toBe(Infinity);
    plan.hint(one, 0);
    plan.due(0);
    plan.ended(one, "refused", 0);
    expect(plan.deadlineMs).toBe(Infinity);
  });

  it("so many at once, and so many that only members speak of", () => {
    const plan = newPlan();
    for (const peer of peers) plan.hint(peer, 0);
    let dialled = 0;
    for (let due = plan.due(0); due.length > 0; due = plan.due(0)) {
      expect(due.length).toBeLessThanOrEqual(DIALS_MAX);
      dialled += due.length;
      for (const peer of due) plan.ended(peer, "refused", 0);
    }
    expect(dialled).toBe(HINTS_MAX);
  });

  it("never by two dials at once, never one with a bond, and in the end everyone in the catalog", () => {
    const step = fc.record({
      what: fc.constantFrom("catalog", "hint", "bonded", "lost", "ended", "time", "askAll"),
      peer: fc.integer({ min: 0, max: 5 }),
      isRefused: fc.boolean(),
    });
    fc.assert(
      fc.property(fc.array(step, { maxLength: 200 }), (steps) => {
        const plan = newPlan();
        const dialling = new Set<PeerId>();
        const bonded = new Set<PeerId>();
        const catalog = new Set<PeerId>();
        let nowMs = 0;
        const dial = (): void => {
          for (const peer of plan.due(nowMs)) {
            expect(dialling.has(peer)).toBe(false);
            expect(bonded.has(peer)).toBe(false);
            dialling.add(peer);
          }
        };
        const end = (peer: PeerId, isRefused: boolean): void => {
          if (dialling.delete(peer)) plan.ended(peer, isRefused ? "refused" : "failed", nowMs);
        };
        for (const { what, peer: i, isRefused } of steps) {
          const peer = peers[i]!;
          if (what === "catalog") {
            if (!catalog.delete(peer)) catalog.add(peer);
            plan.catalog(saying(...catalog), nowMs);
          } else if (what === "hint") plan.hint(peer, nowMs);
          else if (what === "bonded") plan.bonded(bonded.add(peer) && peer, nowMs);
          else if (what === "lost") {
            if (bonded.delete(peer)) plan.lost(peer, isRefused ? "refused" : "failed", nowMs);
          } else if (what === "ended") end(peer, isRefused);
          else if (what === "askAll") plan.askAll(nowMs);
          else nowMs += 500;
          dial();
        }
        nowMs += 40_000;
        dial();
        const reached = [...catalog].filter((peer) => dialling.has(peer) || bonded.has(peer));
        expect(reached).toEqual([...catalog]);
        // A plan that nothing happens to asks for no time.
        for (const peer of [...dialling]) {
          dialling.delete(peer);
          bonded.add(peer);
          plan.bonded(peer, nowMs);
          plan.ended(peer, "failed", nowMs);
        }
        expect(plan.due(nowMs)).toEqual([]);
      }),
    );
  });
});
