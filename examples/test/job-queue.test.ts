import { afterEach, describe, expect, it } from "vitest";
import { Example, type ExampleProcess } from "./example-process.js";

const example = new Example("job-queue");
const [tryIt, firstWorker, nextWorker, producer] = example.commands as [string, string, string, string];

afterEach(() => example.killAll());

/** Two workers that have each other. */
async function openShop(): Promise<{ workers: [ExampleProcess, ExampleProcess]; env: { PEER: string } }> {
  const first = example.start(firstWorker);
  const env = { PEER: await first.address() };
  const second = example.start(nextWorker, env);
  await Promise.all([first, second].map((worker) => worker.line(/^ready$/)));
  return { workers: [first, second], env };
}

const idsOf = (worker: ExampleProcess, what: string): string[] =>
  worker.lines.filter((line) => line.startsWith(`${what}: `)).map((line) => /: ([^,]+)/.exec(line)![1]!);

describe("examples/job-queue, as its README tells", () => {
  it("try.mjs: a worker is killed at work, its job is taken again, and all are done", async () => {
    const all = example.start(tryIt);
    const code = await all.endInput();
    expect(all.lines.at(-1)).toMatch(/^30 jobs were added, 30 were done; [1-9]\d* had been taken before/);
    expect({ code, stderr: all.stderr }).toEqual({ code: 0, stderr: "" });
  });

  it("the most urgent first; a worker that stood still has lost its job, and one that leaves gives it back", async () => {
    const { workers, env } = await openShop();
    const [first, second] = workers;
    const jobs = example.start(producer.replace("100", "24"), env);
    await first.line(/^taken/, 2);
    first.pause();
    const [held] = idsOf(first, "taken").slice(-1);
    await second.line(new RegExp(`^taken: ${held}, attempt 2$`));
    await second.line(new RegExp(`^done: ${held}$`));
    first.resume();
    await first.line(new RegExp(`^lost: ${held}$`));
    await jobs.line(/^all done$/);
    expect(await jobs.endInput()).toBe(0);
    const done = workers.flatMap((worker) => idsOf(worker, "done"));
    expect(new Set(done).size).toBe(24);
    expect(done).toHaveLength(24);
    const urgent = idsOf(second, "done")
      .slice(0, 5)
      .map((id) => Number(id.split("-")[1]) % 3);
    expect(urgent).toEqual([2, 2, 2, 2, 2]);

    const more = example.start(producer.replace("100", "12"), env);
    await more.line(/^added/);
    await second.line(/^taken/, idsOf(second, "taken").length + 1);
    expect(await second.kill("SIGTERM")).toBe(0);
    const [given] = idsOf(second, "given back");
    if (given !== undefined) await first.line(new RegExp(`^taken: ${given}, attempt 2$`));
    await more.line(/^all done$/);
  });

  it.each([
    ["", "say one role"],
    ["worker --queue ''", "--queue is empty"],
    ["producer --jobs none", "--jobs is a number"],
    ["worker --peer somebody", "--peer takes"],
  ])("main.mjs %s: tells what is wrong, and how it is used", async (args, message) => {
    const process = example.start(`node main.mjs ${args}`);
    expect(await process.endInput()).toBe(2);
    expect(process.stderr).toContain(message);
    expect(process.stderr).toContain("node main.mjs ROLE");
  });
});
