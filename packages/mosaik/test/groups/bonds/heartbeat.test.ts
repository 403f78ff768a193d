import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { Heartbeat } from "../../../src/groups/bonds/heartbeat.js";
import { SeededRandom } from "../../../src/runtime/index.js";
import { consensusConfig } from "../../../src/groups/config.js";

const config = consensusConfig();
const half = (): number => 0.5; // 425 ms

/** Lets ticks come when they are due, until `endMs`. @returns when what was decided */
function run(heartbeat: Heartbeat, endMs: number): string[] {
  const transcript: string[] = [];
  while (heartbeat.deadlineMs <= endMs) {
    const nowMs = heartbeat.deadlineMs;
    const verdict = heartbeat.tick(nowMs);
    transcript.push(`${nowMs} ${verdict}`);
    if (verdict === "failed") break;
  }
  return transcript;
}

describe("a heartbeat", () => {
  it("beats at once, and then in its period", () => {
    expect(run(new Heartbeat(config, half, 1000), 2300)).toEqual(["1000 beat", "1425 beat", "1850 beat", "2275 beat"]);
  });

  it("does not beat before its time", () => {
    const heartbeat = new Heartbeat(config, half, 0);
    heartbeat.tick(0);
    expect(heartbeat.tick(424)).toBe("wait");
    expect(heartbeat.tick(425)).toBe("beat");
  });

  it("fails after ten ticks on which the peer had been silent for more than 650 ms", () => {
    const heartbeat = new Heartbeat(config, half, 0);
    expect(run(heartbeat, 100_000)).toEqual([
      ...[0, 425, 850, 1275, 1700, 2125, 2550, 2975, 3400, 3825, 4250].map((ms) => `${ms} beat`),
      "4675 failed",
    ]);
  });

  it("begins anew with whatever is heard", () => {
    const heartbeat = new Heartbeat(config, half, 0);
    run(heartbeat, 4300);
    heartbeat.heard(4600);
    expect(heartbeat.heardMs).toBe(4600);
    expect(run(heartbeat, 9000).at(-1)).toBe("8850 beat");
    expect(run(heartbeat, 20_000)).toEqual(["9275 failed"]);
  });

  it("counts a pause of ours as one silence, not as many", () => {
    const heartbeat = new Heartbeat(config, half, 0);
    heartbeat.tick(0);
    // One late tick, as after SIGSTOP; later ticks are put off with it.
    expect(heartbeat.tick(60_000)).toBe("beat");
    expect(heartbeat.deadlineMs).toBe(60_425);
    heartbeat.heard(60_001);
    expect(heartbeat.tick(heartbeat.deadlineMs)).toBe("beat");
  });

  it("gives a silent peer up after 3.8 to 5.6 s, and never one that is heard every half second", () => {
    fc.assert(
      fc.property(fc.integer(), fc.integer({ min: 1, max: 40 }), (seed, heardCount) => {
        const random = new SeededRandom(String(seed));
        const heartbeat = new Heartbeat(config, () => random.unit(), 0);
        for (let i = 0; i < heardCount; i++) {
          expect(run(heartbeat, 500 * i).some((line) => line.endsWith("failed"))).toBe(false);
          heartbeat.heard(500 * i);
        }
        const lastMs = 500 * (heardCount - 1);
        const failedMs = Number(/^\d+/.exec(run(heartbeat, lastMs + 60_000).at(-1)!)![0]);
        expect(failedMs - lastMs).toBeGreaterThan(3800);
        expect(failedMs - lastMs).toBeLessThanOrEqual(5600);
      }),
    );
  });

  it("draws its periods from 351 to 500 ms", () => {
    for (const [unit, periodMs] of [
      [0, 500],
      [0.999_999, 351],
    ] as const) {
      const heartbeat = new Heartbeat(config, () => unit, 0);
      heartbeat.tick(0);
      expect(heartbeat.deadlineMs).toBe(periodMs);
    }
  });
});
