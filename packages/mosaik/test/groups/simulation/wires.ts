import type { Random } from "../../../src/runtime/index.js";
import type { Timeline } from "./timeline.js";

/** What messages travel through, from one member to another: in order, and reliably until the bond breaks. */
export class Lane {
  /** When the last one arrives. */
  arrivesMs = 0;
  /** They wait for the partition to end. */
  held: (() => void)[] = [];
  isDead = false;
}

/** What lies between the members: how long messages travel, and which ways are cut. */
export class Wires {
  readonly #timeline: Timeline;
  readonly #random: Random;
  readonly #cuts = new Map<string, number>();
  readonly #slowedMs = new Map<string, number>();

  constructor(timeline: Timeline, random: Random) {
    this.#timeline = timeline;
    this.#random = random;
  }

  isCut(from: number, to: number): boolean {
    return (this.#cuts.get(way(from, to)) ?? 0) > 0;
  }

  /** Until as many calls with -1. */
  cut(from: number, to: number, by: 1 | -1): void {
    this.#cuts.set(way(from, to), (this.#cuts.get(way(from, to)) ?? 0) + by);
  }

  /** Adds to the latency of the two, in both directions. */
  slow(one: number, other: number, byMs: number): void {
    for (const key of [way(one, other), way(other, one)]) this.#slowedMs.set(key, byMs);
  }

  /** 1 to 20 ms by the pair, up to 30 % more by chance, and what it was slowed down by. */
  latencyMs(one: number, other: number): number {
    const baseMs = 1 + ((7 * (one + other) + 5 * one * other) % 20);
    return (baseMs + (this.#slowedMs.get(way(one, other)) ?? 0)) * (1 + 0.3 * this.#random.unit());
  }

  /** In the order of the lane; what is cut waits in it. */
  travel(lane: Lane, from: number, to: number, arrive: () => void): void {
    if (lane.isDead) return;
    const { nowMs } = this.#timeline;
    lane.arrivesMs = Math.max(lane.arrivesMs, nowMs + this.latencyMs(from, to));
    this.#timeline.after(lane.arrivesMs - nowMs, () => {
      if (lane.isDead) return;
      if (lane.held.length > 0 || this.isCut(from, to)) lane.held.push(arrive);
      else arrive();
    });
  }

  /** What waits in the lane is sent again. */
  release(lane: Lane, from: number, to: number): void {
    if (lane.held.length === 0) return;
    this.#timeline.after(this.latencyMs(from, to), () => {
      // What arrives meanwhile has queued behind what waited.
      if (this.isCut(from, to)) return;
      for (const arrive of lane.held) if (!lane.isDead) arrive();
      lane.held = [];
    });
  }
}

function way(from: number, to: number): string {
  return `${from}>${to}`;
}
