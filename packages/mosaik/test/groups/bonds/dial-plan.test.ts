import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { DialPlan, HINTS_MAX } from "../../../src/groups/bonds/dial-plan.js";
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
const newPlan = (unit = 0.5, goesFirst = true): DialPlan =>
  new DialPlan({ unit: () => unit, goesFirst: () => goesFirst });

/** Dials everybody whose turn it is. */
function due(plan: DialPlan, nowMs: number): PeerId[] {
  const begun: PeerId[] = [];
  expect(plan.dial(nowMs, (peer) => begun.push(peer) > 0)).toBe(true);
  return begun;
}

describe("whom a member dials", () => {
  it("every peer of the catalog at once, and none twice", () => {
    const plan = newPlan();
    plan.catalog(saying(one, other), 0);
    expect(plan.nextMs(-1)).toBe(0);
    expect(due(plan, 0)).toEqual([one, other]);
    plan.catalog(saying(one, other), 1);
    plan.hint(one, 1);
    expect(due(plan, 10_000)).toEqual([]);
    expect(plan.nextMs(0)).toBe(Infinity);
  });

  it("a moment later a peer that is to dial us", () => {
    const plan = newPlan(0.5, false);
    plan.catalog(saying(one), 1000);
    plan.hint(other, 1000);
    expect(due(plan, 1000)).toEqual([]);
    expect(plan.nextMs(1000)).toBe(1200);
    plan.bonded(one, 1100);
    expect(due(plan, 1200)).toEqual([other]);
  });

  it("again with delays that grow to two seconds", () => {
    const plan = newPlan();
    plan.catalog(saying(one), 0);
    let nowMs = 0;
    const delays: number[] = [];
    for (let i = 0; i < 7; i++) {
      expect(due(plan, nowMs)).toEqual([one]);
      plan.ended(one, "failed", nowMs);
      const nextMs = plan.nextMs(nowMs);
      delays.push(nextMs - nowMs);
      expect(due(plan, nextMs - 1)).toEqual([]);
      nowMs = nextMs;
    }
    expect(delays).toEqual([100, 200, 400, 800, 1600, 1600, 1600]);
    const latest = newPlan(0.999_999);
    latest.catalog(saying(one), 0);
    for (let i = 0; i < 9; i++) {
      due(latest, 1e6);
      latest.ended(one, "failed", 1e6);
    }
    expect(latest.nextMs(0)).toBeLessThanOrEqual(1e6 + 2000);
  });

  it("a lost bond's peer soon, whatever the catalog does", () => {
    const plan = newPlan();
    plan.catalog(saying(one), 0);
    due(plan, 0);
    plan.bonded(one, 5);
    plan.ended(one, "failed", 5);
    expect(plan.nextMs(0)).toBe(Infinity);
    plan.lost(one, "failed", 60_000);
    expect(due(plan, plan.nextMs(60_000))).toEqual([one]);
    expect(plan.nextMs(0)).toBe(Infinity);
  });

  it("not one that is gone from the catalog", () => {
    const plan = newPlan();
    plan.catalog(saying(one), 0);
    due(plan, 0);
    plan.ended(one, "failed", 0);
    plan.catalog(saying(), 1);
    expect(due(plan, 10_000)).toEqual([]);
  });

  it("one that refused when it says something else, or we do, or after half a minute", () => {
    const plan = newPlan();
    const refuse = (nowMs: number): void => {
      expect(due(plan, nowMs)).toEqual([one]);
      plan.ended(one, "refused", nowMs);
      expect(due(plan, nowMs + 29_999)).toEqual([]);
    };
    plan.catalog(saying(one), 0);
    refuse(0);
    plan.catalog(new Map([[one, { saying: {} }]]), 10);
    refuse(10);
    plan.askAll(20);
    refuse(20);
    expect(plan.nextMs(20)).toBe(30_020);
    refuse(30_020);
  });

  it("one that only members speak of three times", () => {
    const plan = newPlan();
    plan.hint(one, 0);
    for (let i = 0; i < 3; i++) {
      expect(due(plan, plan.nextMs(-1))).toEqual([one]);
      plan.ended(one, "failed", 0);
    }
    expect(plan.nextMs(-1)).toBe(Infinity);
    plan.hint(one, 0);
    due(plan, 0);
    plan.ended(one, "refused", 0);
    expect(plan.nextMs(-1)).toBe(Infinity);
  });

  it("only where there is a place, and says so of peers that it has tried in vain", () => {
    const plan = newPlan();
    plan.catalog(saying(one, other), 0);
    const offered: [PeerId, boolean][] = [];
    const offer = (peer: PeerId, isRetry: boolean): boolean => offered.push([peer, isRetry]) === 1;
    expect(plan.dial(0, offer)).toBe(false);
    expect(offered.splice(0)).toEqual([
      [one, false],
      [other, false],
    ]);
    plan.ended(one, "failed", 0);
    expect(plan.dial(100, offer)).toBe(false);
    expect(offered.splice(0)).toEqual([
      [other, false],
      [one, true],
    ]);
    plan.bonded(other, 100);
    plan.ended(other, "failed", 100);
    plan.bonded(one, 100);
    plan.ended(one, "failed", 100);
    plan.lost(one, "failed", 200);
    plan.dial(1000, offer);
    expect(offered.splice(0)[0]).toEqual([one, true]);
    plan.ended(one, "failed", 1000);
    plan.catalog(new Map([[one, { saying: {} }]]), 1000);
    plan.dial(10_000, offer);
    expect(offered[0]).toEqual([one, false]);
  });

  it("all in turn where there is one place, however many do not answer", () => {
    const plan = newPlan();
    const some = peers.slice(0, 10);
    plan.catalog(saying(...some), 0);
    const begun: PeerId[] = [];
    for (let nowMs = 0; begun.length < 3 * some.length; nowMs += 2000) {
      let [isTaken, begins] = [false, undefined as PeerId | undefined];
      plan.dial(nowMs, (peer) => !isTaken && ((begins = peer), (isTaken = true)));
      begun.push(begins!);
      plan.ended(begins!, "failed", nowMs + 2000);
    }
    for (const round of [0, 1, 2]) expect(new Set(begun.slice(10 * round, 10 * round + 10)).size).toBe(10);
  });

  it("so many that only members speak of", () => {
    const plan = newPlan();
    for (const peer of peers) plan.hint(peer, 0);
    expect(due(plan, 0)).toHaveLength(HINTS_MAX);
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
          for (const peer of due(plan, nowMs)) {
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
        expect(due(plan, nowMs)).toEqual([]);
      }),
    );
  });
});
