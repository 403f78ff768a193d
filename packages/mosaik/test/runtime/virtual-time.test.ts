import { describe, expect, it } from "vitest";
import { VirtualEvent } from "../../src/runtime/event-heap.js";
import { SeededRandom, VirtualTime } from "../../src/runtime/index.js";

class Task extends VirtualEvent {
  readonly #task: () => void;
  constructor(task: () => void) {
    super();
    this.#task = task;
  }
  run(): void {
    this.#task();
  }
}

describe("virtual time", () => {
  it("runs events by time, and those of one moment in the order in which they were scheduled", async () => {
    const time = new VirtualTime();
    const random = new SeededRandom("order");
    const ran: { atUs: number; ordinal: number }[] = [];
    for (let ordinal = 0; ordinal < 2_000; ordinal++) {
      time.schedule(new Task(() => ran.push({ atUs: time.nowUs, ordinal })), 1 + (random.u32() % 50));
    }
    await time.until(() => ran.length === 2_000);
    const sorted = [...ran].sort((a, b) => a.atUs - b.atUs || a.ordinal - b.ordinal);
    expect(ran).toEqual(sorted);
  });

  it("stands still while nobody waits, and stops where a wait ends", async () => {
    const time = new VirtualTime();
    let ticks = 0;
    const tick = (): void => {
      ticks++;
      time.schedule(new Task(tick), 1_000);
    };
    tick();
    await time.until(() => ticks === 5);
    expect(time.nowUs).toBe(4_000);
    await new Promise((resolve) => setImmediate(resolve));
    expect(ticks).toBe(5);
    expect(await time.until(() => false, 2_500)).toBe(false);
    expect(time.nowUs).toBe(6_500);
  });

  it("runs every promise reaction of one round before the next round", async () => {
    const time = new VirtualTime();
    const log: string[] = [];
    time.schedule(
      new Task(() => {
        void (async () => {
          for (let i = 0; i < 50; i++) await Promise.resolve();
          log.push("reactions");
        })();
        time.schedule(new Task(() => log.push("same moment")), 0);
      }),
      10,
    );
    time.schedule(new Task(() => log.push("same round")), 10);
    time.schedule(new Task(() => log.push("later")), 11);
    await time.until(() => log.length === 4);
    expect(log).toEqual(["same round", "reactions", "same moment", "later"]);
  });

  it("does not run what was cancelled, and forgets it", async () => {
    const time = new VirtualTime();
    let ran = 0;
    const tasks = Array.from({ length: 20_000 }, () => new Task(() => ran++));
    for (const task of tasks) time.schedule(task, 1_000);
    for (const task of tasks.slice(1)) time.cancel(task);
    for (const task of tasks.slice(1)) time.cancel(task);
    await time.until(() => false, 2_000);
    expect(ran).toBe(1);
  });

  it("lets one wait run within another", async () => {
    const time = new VirtualTime();
    let isDone = false;
    const inner = async (): Promise<void> => {
      await time.until(() => time.nowUs >= 3_000, 3_000);
      await time.until(() => false, 2_000);
      isDone = true;
    };
    void inner();
    expect(await time.until(() => isDone, 1_000_000)).toBe(true);
    expect(time.nowUs).toBe(5_000);
  });

  it("fails whoever waits with what an event threw", async () => {
    const time = new VirtualTime();
    time.schedule(
      new Task(() => {
        throw new Error("broken");
      }),
      5,
    );
    await expect(time.until(() => false, 10)).rejects.toThrow("broken");
    expect(await time.until(() => false, 10)).toBe(false);
  });

  it("says so where nothing is left to happen, and where time stands still", async () => {
    const time = new VirtualTime();
    await expect(time.until(() => false)).rejects.toThrow("nothing is left to happen");
    const again = (): void => time.schedule(new Task(again), 0);
    again();
    await expect(time.until(() => false, 10)).rejects.toThrow("time stands still");
  });
});

describe("seeded randomness", () => {
  it("is the same for one seed, and unrelated for another", () => {
    const draw = (seed: string): number[] => {
      const random = new SeededRandom(seed);
      return Array.from({ length: 100 }, () => random.u32());
    };
    expect(draw("a/1")).toEqual(draw("a/1"));
    expect(draw("a/1").filter((word, i) => word === draw("a/2")[i])).toEqual([]);
  });

  it("is uniform enough for a simulation", () => {
    const random = new SeededRandom("uniform");
    const buckets = new Array<number>(16).fill(0);
    for (let i = 0; i < 160_000; i++) buckets[Math.floor(random.unit() * 16)]!++;
    for (const count of buckets) expect(Math.abs(count - 10_000)).toBeLessThan(500);
    const bytes = random.bytes(100_003);
    expect(bytes.length).toBe(100_003);
    expect(new Set(bytes).size).toBe(256);
  });
});
