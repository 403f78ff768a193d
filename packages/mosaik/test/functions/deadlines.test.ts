import { describe, expect, it } from "vitest";
import { Deadlines, Timed } from "../../src/functions/deadlines.js";
import { SeededRandom } from "../../src/runtime/index.js";
import { Simulator } from "../../src/testing/index.js";

class Alarm extends Timed {
  firedMs: number | undefined;

  constructor(private readonly nowMs: () => number) {
    super();
  }

  override onDue(): void {
    expect(this.firedMs).toBeUndefined();
    this.firedMs = this.nowMs();
  }
}

describe("deadlines", () => {
  it("pass in time, each once, and not those that were removed", async () => {
    const sim = new Simulator({ seed: "deadlines" });
    const runtime = sim.runtime("node");
    const deadlines = new Deadlines(runtime);
    const random = new SeededRandom("deadlines");
    const alarms: { alarm: Alarm; dueMs: number; isRemoved: boolean }[] = [];
    for (let round = 0; round < 200; round++) {
      for (let i = 0; i < 10; i++) {
        const alarm = new Alarm(() => runtime.monoMs());
        const dueMs = runtime.monoMs() + random.unit() ** 3 * 5000;
        deadlines.add(alarm, dueMs);
        alarms.push({ alarm, dueMs, isRemoved: false });
      }
      for (const one of alarms.slice(-30)) {
        if (one.alarm.firedMs !== undefined || random.unit() > 0.3) continue;
        one.isRemoved = true;
        deadlines.remove(one.alarm);
      }
      await sim.advance(random.unit() * 100);
    }
    await sim.advance(6000);
    for (const { alarm, dueMs, isRemoved } of alarms) {
      if (isRemoved) expect(alarm.firedMs).toBeUndefined();
      else {
        expect(alarm.firedMs! - dueMs).toBeGreaterThanOrEqual(-0.001);
        expect(alarm.firedMs! - dueMs).toBeLessThan(2);
      }
    }
  });

  it("of never do not pass, and none do once all are forgotten", async () => {
    const sim = new Simulator({ seed: "deadlines" });
    const runtime = sim.runtime("node");
    const deadlines = new Deadlines(runtime);
    const [never, soon] = [new Alarm(() => 0), new Alarm(() => 0)];
    deadlines.add(never, Infinity);
    deadlines.add(soon, runtime.monoMs() + 10);
    deadlines.close();
    await sim.advance(100_000);
    expect([never.firedMs, soon.firedMs]).toEqual([undefined, undefined]);
  });

  it("that are made while others pass do not wait for the next", async () => {
    const sim = new Simulator({ seed: "deadlines" });
    const runtime = sim.runtime("node");
    const deadlines = new Deadlines(runtime);
    let fired = 0;
    const chain = new (class extends Timed {
      override onDue(): void {
        if (++fired < 5) deadlines.add(this, runtime.monoMs() + 10);
      }
    })();
    const startMs = sim.nowMs;
    deadlines.add(chain, runtime.monoMs() + 10);
    await sim.until(() => fired === 5, { withinMs: 1000 });
    expect(sim.nowMs - startMs).toBeLessThan(60);
  });
});
