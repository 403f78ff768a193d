import { describe, expect, it } from "vitest";
import {
  FailureDetector,
  PING_BURST_MAX,
  PINGS_PER_SECOND_MAX,
  type DetectorInput,
  type DetectorRules,
} from "../../src/discovery/failure-detector.js";
import type { PeerId } from "../../src/primitives/index.js";
import { SeededRandom } from "../../src/runtime/index.js";
import { peerIdOf } from "./entries.js";

const TICK_MS = 500;
const TIMEOUT_MS = 2000;
const rules: DetectorRules = { intervalMs: 2000, intervalMaxMs: 12_000, missedMax: 3, lookForMs: 300_000 };
/** The longest until a killed peer is silent: its turn, a tick, and three pings that nobody answers. */
const BOUND_MS = rules.intervalMaxMs + TICK_MS + 3 * TIMEOUT_MS;

/** One detector over made-up peers, of which those that are alive answer at once. */
class Watch {
  nowMs = 0;
  readonly alive: Set<PeerId>;
  readonly known: Set<PeerId>;
  readonly pings: { readonly peer: PeerId; readonly atMs: number }[] = [];
  readonly silent: { readonly peer: PeerId; readonly atMs: number }[] = [];
  readonly givenUp: PeerId[] = [];
  readonly #detector: FailureDetector;
  readonly #deadlines: { readonly peer: PeerId; readonly atMs: number }[] = [];

  constructor(count: number, seed: number) {
    const peers = Array.from({ length: count }, (_, i) => peerIdOf(i + 1));
    const random = new SeededRandom(`detector ${seed}`);
    this.alive = new Set(peers);
    this.known = new Set(peers);
    this.#detector = new FailureDetector(rules, () => random.unit());
  }

  feed(input: DetectorInput): void {
    for (const { kind, peer } of this.#detector.step(input, this.nowMs)) {
      if (kind === "silent") {
        this.silent.push({ peer, atMs: this.nowMs });
        this.known.delete(peer);
      } else if (kind === "givenUp") this.givenUp.push(peer);
      else {
        this.pings.push({ peer, atMs: this.nowMs });
        if (this.alive.has(peer)) this.feed({ kind: "answered", peer });
        else this.#deadlines.push({ peer, atMs: this.nowMs + TIMEOUT_MS });
      }
    }
  }

  get dueMs(): number {
    return this.#detector.dueMs();
  }

  dueMsOf(peer: PeerId): number {
    return this.#detector.dueMs(peer);
  }

  advance(ms: number, perTick: () => void = () => {}): void {
    for (const endMs = this.nowMs + ms; this.nowMs < endMs;) {
      this.nowMs += TICK_MS;
      while ((this.#deadlines[0]?.atMs ?? Infinity) <= this.nowMs) {
        this.feed({ kind: "missed", peer: this.#deadlines.shift()!.peer });
      }
      perTick();
      this.feed({ kind: "tick", known: this.known });
    }
  }

  pingsOf(peer: PeerId): number[] {
    return this.pings.filter((ping) => ping.peer === peer).map(({ atMs }) => atMs);
  }
}

const one = peerIdOf(1);

describe("FailureDetector", () => {
  it.each([1, 10, 50])("of %i peers calls silent the one that was killed, within the bound, and no other", (count) => {
    for (let seed = 0; seed < 50; seed++) {
      const watch = new Watch(count, seed);
      watch.advance(60_000 + seed * TICK_MS);
      const killedMs = watch.nowMs;
      watch.alive.delete(one);
      watch.advance(120_000);
      expect(
        watch.silent.map(({ peer }) => peer),
        `seed ${seed}`,
      ).toEqual([one]);
      expect(watch.silent[0]!.atMs - killedMs, `seed ${seed}`).toBeLessThanOrEqual(BOUND_MS);
    }
  });

  it("asks a peer that answers less and less often, and one that missed a ping at once", () => {
    const watch = new Watch(1, 1);
    watch.advance(120_000);
    const asked = watch.pingsOf(one);
    const gaps = asked.slice(1).map((atMs, i) => atMs - asked[i]!);
    expect(gaps.slice(0, 2).every((gap, i) => gap <= 2 * rules.intervalMs * 2 ** i + TICK_MS)).toBe(true);
    expect(Math.min(...gaps.slice(4))).toBeGreaterThanOrEqual(0.9 * rules.intervalMaxMs);
    expect(Math.max(...gaps)).toBeLessThanOrEqual(rules.intervalMaxMs + TICK_MS);
    watch.alive.delete(one);
    watch.advance(BOUND_MS);
    const [first, second, third] = watch.pingsOf(one).slice(asked.length);
    expect([second! - first!, third! - second!]).toEqual([TIMEOUT_MS, TIMEOUT_MS]);
  });

  it("does not ask a peer that is heard of, and asks a suspected one at once", () => {
    const watch = new Watch(2, 2);
    watch.feed({ kind: "heard", peer: one });
    watch.advance(60_000, () => watch.feed({ kind: "heard", peer: one }));
    expect(watch.pingsOf(one).length).toBeLessThanOrEqual(1);
    expect(watch.pingsOf(peerIdOf(2)).length).toBeGreaterThan(5);
    const before = watch.pingsOf(one).length;
    watch.feed({ kind: "suspected", peer: one });
    expect(watch.pingsOf(one).slice(before)).toEqual([watch.nowMs]);
    watch.alive.delete(one);
    watch.feed({ kind: "suspected", peer: one });
    const suspectedMs = watch.nowMs;
    watch.advance(20_000);
    expect(watch.silent).toEqual([{ peer: one, atMs: suspectedMs + 3 * TIMEOUT_MS }]);
  });

  it("counts no miss of a peer that was heard of meanwhile", () => {
    const watch = new Watch(1, 3);
    watch.alive.delete(one);
    watch.advance(300_000, () => watch.feed({ kind: "heard", peer: one }));
    expect(watch.silent).toEqual([]);
  });

  it("never asks faster than it may, though half of its peers are gone", () => {
    for (let seed = 0; seed < 20; seed++) {
      const watch = new Watch(200, seed);
      watch.advance(30_000);
      for (const peer of [...watch.alive].slice(0, 100)) watch.alive.delete(peer);
      for (const peer of watch.known) watch.feed({ kind: "suspected", peer });
      watch.advance(120_000);
      expect(watch.silent).toHaveLength(100);
      for (const [i, { atMs }] of watch.pings.entries()) {
        const before = watch.pings.slice(0, i + 1).findLast((ping) => atMs - ping.atMs > 1000);
        const within = i - (before === undefined ? -1 : watch.pings.lastIndexOf(before));
        expect(within, `seed ${seed}, ${atMs} ms`).toBeLessThanOrEqual(PING_BURST_MAX + PINGS_PER_SECOND_MAX);
      }
    }
  });

  it("looks for a silent peer, less and less often, until it is known again or given up", () => {
    const watch = new Watch(1, 4);
    watch.alive.delete(one);
    watch.advance(rules.lookForMs + 60_000);
    expect(watch.givenUp).toEqual([one]);
    const asked = watch.pingsOf(one).slice(3);
    const gaps = asked.slice(1).map((atMs, i) => atMs - asked[i]!);
    expect(gaps[0]).toBeLessThan(5000);
    expect(gaps.at(-1)).toBeGreaterThan(20_000);
    const end = watch.pings.length;
    watch.advance(60_000);
    expect(watch.pings.length).toBe(end);
  });

  it("says when a turn comes: nobody is asked at a tick before", () => {
    const watch = new Watch(3, 6);
    expect(watch.dueMs).toBe(Infinity);
    watch.advance(TICK_MS);
    let askedInVain = 0;
    for (let i = 0; i < 240; i++) {
      const { dueMs } = watch;
      const before = watch.pings.length;
      expect(dueMs).toBe(Math.min(...[...watch.known].map((peer) => watch.dueMsOf(peer))));
      watch.advance(TICK_MS);
      expect(watch.pings.length > before, `at ${watch.nowMs} ms, due at ${dueMs} ms`).toBe(dueMs <= watch.nowMs);
      if (dueMs > watch.nowMs) askedInVain++;
    }
    expect(askedInVain).toBeGreaterThan(120);
    watch.alive.delete(one);
    watch.feed({ kind: "suspected", peer: one });
    expect(watch.dueMsOf(one)).toBe(Infinity);
  });

  it("asks a silent peer that is heard of at the next tick", () => {
    const watch = new Watch(1, 5);
    watch.alive.delete(one);
    watch.advance(120_000);
    expect(watch.silent).toHaveLength(1);
    watch.advance(TIMEOUT_MS);
    watch.alive.add(one);
    watch.feed({ kind: "heard", peer: one });
    const before = watch.pingsOf(one).length;
    watch.advance(TICK_MS);
    expect(watch.pingsOf(one).length).toBe(before + 1);
  });
});
