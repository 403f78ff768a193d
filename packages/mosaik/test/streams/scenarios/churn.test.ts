import { describe, expect, it } from "vitest";
import { countOf, eventsOf, expectSound, jumpsOf, runCourse, type Course, type Setup } from "./churn.js";

/** What CI runs of each; MOSAIK_SEEDS sets another number. */
const seeds = Number(process.env["MOSAIK_SEEDS"] ?? 100);
const TIMEOUT_MS = 3_600_000;

const bufferItems = 8;
const bufferBytes = 400_000;
/** Of what waits and of what its connection is taking: a batch each; the datum that crosses the limit; headers and numbers. */
const queuedBytesMax = 2 * (bufferBytes + 33_000);

async function courses(setup: Setup, check: (course: Course) => void): Promise<Course[]> {
  const all: Course[] = [];
  for (let seed = 0; seed < seeds; seed++) {
    const course = await runCourse(seed, setup);
    expectSound(course);
    expect(course.queuedMax.items, `seed ${seed}: datums in a queue`).toBeLessThanOrEqual(2 * bufferItems);
    expect(course.queuedMax.bytes, `seed ${seed}: bytes in a queue`).toBeLessThanOrEqual(queuedBytesMax);
    check(course);
    all.push(course);
  }
  return all;
}

/** The courses together must have been troubled enough to prove something. */
function total(all: readonly Course[], of: (course: Course) => number): number {
  return all.reduce((sum, course) => sum + of(course), 0);
}

describe(`producers among partitions, lost connections and slow consumers, ${seeds} seeds each`, () => {
  it("wait: nothing is lost while a subscription lives", { timeout: TIMEOUT_MS }, async () => {
    const all = await courses({ producer: { bufferItems, bufferBytes }, stallMaxMs: 6500 }, (course) => {
      for (const reader of course.readers) {
        expect(jumpsOf(reader), `seed ${course.seed}: a gap for each jump`).toBeLessThanOrEqual(countOf(reader, "gap"));
      }
      expect(eventsOf(course, "dropped")).toEqual([]);
    });
    expect(total(all, ({ readers }) => readers.reduce((sum, reader) => sum + jumpsOf(reader), 0))).toBeGreaterThan(0);
    expect(total(all, (course) => eventsOf(course, "gap").length)).toBeGreaterThan(seeds / 2);
  });

  it("disconnect: the same, and `send` never waits", { timeout: TIMEOUT_MS }, async () => {
    const producer = { lag: "disconnect" as const, bufferItems, bufferBytes };
    const all = await courses({ producer, stallMaxMs: 3000 }, (course) => {
      for (const reader of course.readers) {
        expect(jumpsOf(reader), `seed ${course.seed}: a gap for each jump`).toBeLessThanOrEqual(countOf(reader, "gap"));
      }
      expect(eventsOf(course, "dropped")).toEqual([]);
    });
    expect(total(all, (course) => eventsOf(course, "disconnected").length)).toBeGreaterThan(seeds / 2);
  });

  it.each(["dropOldest", "dropNewest"] as const)(
    "%s: every drop is told and counted",
    { timeout: TIMEOUT_MS },
    async (lag) => {
      const all = await courses({ producer: { lag, bufferItems, bufferBytes }, stallMaxMs: 4000 }, (course) => {
        const missing = course.readers.reduce((sum, { numbers }) => sum + course.sent - numbers.length, 0);
        if (eventsOf(course, "disconnected").length === 0) {
          expect(missing, `seed ${course.seed}: exactly what was dropped is missing`).toBe(course.stats.dropped);
        }
      });
      expect(total(all, ({ stats }) => stats.dropped)).toBeGreaterThan(seeds);
    },
  );

  it("resume: none lost across reconnects inside the window", { timeout: TIMEOUT_MS }, async () => {
    const resume = { windowItems: 100_000, windowBytes: 1024 * 1024 * 1024, windowMs: 600_000 };
    const setup = {
      producer: { bufferItems: 2000, bufferBytes: 1e9, resume },
      consumer: { resume: true },
      stallMaxMs: 6500,
    };
    let breaks = 0;
    for (let seed = 0; seed < seeds; seed++) {
      const course = await runCourse(seed, setup);
      for (const { numbers } of course.readers) {
        const first = numbers[0]!;
        expect(numbers, `seed ${seed}`).toEqual(Array.from({ length: course.sent - first }, (_, i) => first + i));
      }
      breaks += eventsOf(course, "disconnected").length;
    }
    expect(breaks).toBeGreaterThan(seeds / 2);
  });
});
