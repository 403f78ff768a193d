import { afterEach, describe, expect, it } from "vitest";
import { Example } from "./example-process.js";

const example = new Example("tested-service");
const SEATS_SECRET = example.prepared("SEATS_SECRET");

afterEach(() => example.killAll());

/** Runs its tests as a person does. */
async function testRun(env: Record<string, string>): Promise<{ code: number | null; output: string }> {
  const run = example.start("node --test --test-reporter=tap", env);
  const code = await run.endInput();
  return { code, output: run.lines.join("\n") };
}

describe("examples/tested-service, as its README tells", () => {
  it("passes its tests, without the native part", async () => {
    const { code, output } = await testRun({ MOSAIK_SEEDS: "10", NODE_OPTIONS: "--no-addons" });
    expect(output).toContain("# pass 3");
    expect(code).toBe(0);
  });

  it.each([
    ["check", "1"],
    ["alone", "5"],
  ])("with the mistake %s fails them, and again with the seed that the report names, %s", async (BUG, seed) => {
    const found = await testRun({ BUG, MOSAIK_SEEDS: "10" });
    expect(found.code).toBe(1);
    expect(found.output).toContain(`MOSAIK_SEED=${seed} runs it again`);
    const again = await testRun({ BUG, MOSAIK_SEED: seed });
    const failures = (output: string): string[] => output.match(new RegExp(`seed ${seed}, at .*`, "g"))!;
    expect(again.code).toBe(1);
    expect(failures(again.output)).toEqual(failures(found.output));
  });

  it("sells a seat once, by three processes, of which one is killed", async () => {
    const [command, next] = example.commands.filter((line) => line.startsWith("node main.mjs")) as [string, string];
    const first = example.start(command, { SEATS_SECRET });
    const env = { SEATS_SECRET, PEER: await first.address() };
    const nodes = [first, example.start(next, env), example.start(next, env)];
    await Promise.all(nodes.map((node) => node.line(/^ready/)));
    first.type("1A ada", "nonsense");
    await first.line(/^ada has 1A$/);
    await first.line(/^not understood: nonsense/);
    await first.kill("SIGKILL");
    nodes[1]!.type("1A bob", "1B bob");
    await nodes[1]!.line(/^1A is taken, by ada$/);
    await nodes[1]!.line(/^bob has 1B$/);
    nodes[2]!.type("1B cyd");
    await nodes[2]!.line(/^1B is taken, by bob$/);
    expect(await Promise.all(nodes.slice(1).map((node) => node.endInput()))).toEqual([0, 0]);
  });

  it("says what it needs", async () => {
    const process = example.start("node main.mjs", { SEATS_SECRET: "a word" });
    expect(await process.endInput()).toBe(2);
    expect(process.stderr).toContain("SEATS_SECRET must be");
  });
});
