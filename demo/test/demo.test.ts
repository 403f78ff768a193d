import { beforeAll, describe, expect, it } from "vitest";
import { buildDemo, runDemo, soundSummary } from "./run-demo.js";
import { expectBooksToBalance, expectOnlyKilled } from "./sound.js";

beforeAll(buildDemo);

describe("the demo", () => {
  it("accounts for every reading of sensors that are killed and that join late", async () => {
    const run = await runDemo(["--seconds", "8", "--seed", "1"]);
    const summary = soundSummary(run);
    expectBooksToBalance(summary);

    expect(summary.nodes.map(({ name }) => name)).toEqual([
      "bootstrap",
      "cpu",
      "memory",
      "disk",
      "network",
      "viewer",
      "load",
    ]);
    const killed = summary.nodes.find(({ ending }) => ending === "killed")!;
    expect(killed.role).toBe("sensor");
    expectOnlyKilled(summary, killed.name);
    const [ofKilled] = summary.pairs.filter(({ sensor }) => sensor === killed.name);
    expect(ofKilled?.received).toBeGreaterThan(0);
    expect(ofKilled?.lost["in flight when the sensor was killed"] ?? 0).toBeLessThanOrEqual(20);
    expect(run.stdout).toContain(`kill -9 ${killed.name}`);
    expect(run.stdout).toContain("load joins late");

    expect(summary.pairs.find(({ sensor }) => sensor === "load")?.received).toBeGreaterThan(0);

    const [viewer] = summary.viewers;
    expect(viewer?.discovered).toHaveLength(6);
    expect(viewer?.firstItemMs).toBeLessThanOrEqual(1000);
  });

  it("goes on without a viewer's words when that is killed, and shows the next one's table", async () => {
    const run = await runDemo([
      "--seconds",
      "4",
      "--viewers",
      "2",
      "--sensors",
      "1",
      "--no-kill",
      "--kill",
      "viewer:1",
    ]);
    expectOnlyKilled(soundSummary(run), "viewer");
    const after = run.stdout.slice(run.stdout.indexOf("kill -9 viewer"));
    expect(after).toMatch(/cpu .* connected/);
  });

  it("ends everybody in order, with a summary, when it is interrupted", async () => {
    const onceUp = whenUp((signal) => signal("SIGINT"));
    const { code, summary } = await runDemo(["--seconds", "60", "--sensors", "1", "--no-kill"], onceUp);
    expect(code).toBe(130);
    expect(summary).toMatchObject({ isInterrupted: true, violations: [] });
    expectOnlyKilled(summary!);
  });

  it("leaves nobody behind when it is killed itself", async () => {
    // A run is over when every process has let go of the output that they share.
    const { code, summary } = await runDemo(
      ["--seconds", "60", "--sensors", "1"],
      whenUp((signal) => signal("SIGKILL")),
    );
    expect(code).toBeNull();
    expect(summary).toBeUndefined();
  });

  it("refuses bad options with code 2", async () => {
    const { code, stderr } = await runDemo(["--seconds", "forever"]);
    expect(code).toBe(2);
    expect(stderr).toContain('--seconds must be a number from 2 to 3600, not "forever"');
  });
});

/** Does something once, when everybody is up. */
function whenUp(act: (signal: (name: NodeJS.Signals) => void) => void): Parameters<typeof runDemo>[1] {
  let isDone = false;
  return (stdout, signal) => {
    if (isDone || !stdout.includes("everybody is up")) return;
    isDone = true;
    act(signal);
  };
}
