import { describe, expect, it } from "vitest";
import { TurnOrder, type TurnRules } from "../../src/gossip/turn-order.js";

const rules: TurnRules = { share: 0.2, burstMs: 20, ownShare: 0.01, ownBurstMs: 5, ownFirstMs: 2, chargeMaxMs: 2 };

/** Sources by name, each with endless input or none, on a clock of the test's. */
class Play {
  readonly order: TurnOrder<string>;
  readonly usedMs = new Map<string, number>();
  readonly #endless = new Set<string>();
  nowMs = 0;

  constructor(...endless: string[]) {
    this.order = new TurnOrder(rules, 0);
    for (const source of endless) {
      this.#endless.add(source);
      this.open(source);
      this.order.enter(source, 0);
    }
  }

  open(source: string): void {
    this.order.open(source, this.nowMs);
  }

  /** Handles what may be handled until a time, in steps that take so long. */
  until(untilMs: number, stepMs: number): void {
    while (this.nowMs < untilMs) {
      const source = this.order.next(this.nowMs);
      if (source === undefined) {
        this.nowMs += this.order.readyInMs(this.nowMs) ?? untilMs - this.nowMs;
        continue;
      }
      this.nowMs += stepMs;
      this.usedMs.set(source, (this.usedMs.get(source) ?? 0) + stepMs);
      this.order.charge(source, stepMs, this.nowMs);
      if (this.#endless.has(source)) this.order.enter(source, this.nowMs);
    }
  }
}

describe("TurnOrder", () => {
  it("gives a flood its share of the time and a burst, and no more", () => {
    const play = new Play("flood");
    play.until(10_000, 0.05);
    const most = rules.share * 10_000 + rules.burstMs + rules.ownBurstMs;
    expect(play.usedMs.get("flood")).toBeLessThanOrEqual(most + 1);
    expect(play.usedMs.get("flood")).toBeGreaterThan(0.9 * rules.share * 10_000);
  });

  it("divides that share among several floods evenly, where one step of theirs is as dear as another", () => {
    const floods = ["one", "two", "three", "four"];
    const play = new Play(...floods);
    play.until(10_000, 0.05);
    const used = floods.map((flood) => play.usedMs.get(flood)!);
    expect(Math.max(...used)).toBeLessThan(1.1 * Math.min(...used));
    expect(used.reduce((sum, ms) => sum + ms)).toBeLessThan(rules.share * 10_000 + 60);
  });

  it("lets a source that used little come before all floods, also when they used up everything", () => {
    const play = new Play("one", "two", "three");
    play.open("honest");
    for (let round = 1; round < 50; round++) {
      play.until(round * 100, 0.05);
      play.order.enter("honest", play.nowMs);
      expect(play.order.next(play.nowMs)).toBe("honest");
      play.order.charge("honest", 0.5, play.nowMs);
    }
  });

  it("holds nobody back where all together use little", () => {
    const play = new Play();
    play.open("a");
    for (; play.nowMs < 10_000; play.nowMs += 10) {
      // 15 % of the time: more than its own, less than what all share.
      play.order.enter("a", play.nowMs);
      expect(play.order.next(play.nowMs)).toBe("a");
      play.order.charge("a", 1.5, play.nowMs);
    }
  });

  it("charges a peer nothing for a pause of the process", () => {
    const play = new Play();
    play.open("a");
    play.order.enter("a", 0);
    expect(play.order.next(0)).toBe("a");
    play.order.charge("a", 5000, 5000);
    play.order.enter("a", 5000);
    expect(play.order.next(5000)).toBe("a");
  });

  it("forgets a source with what waits of it", () => {
    const play = new Play("flood");
    play.until(1000, 0.05);
    play.order.close("flood");
    expect(play.order.next(2000)).toBeUndefined();
    expect(play.order.readyInMs(2000)).toBeUndefined();
    play.order.enter("flood", 2000);
    expect(play.order.next(2000)).toBeUndefined();
  });
});
