import { whyNoPeer } from "@mosaik/interop";
import { beforeAll, describe, expect, it } from "vitest";
import { buildDemo, runDemo, soundSummary } from "./run-demo.js";
import { expectBooksToBalance, expectOnlyKilled } from "./sound.js";

const obstacle = whyNoPeer();
if (obstacle !== undefined) console.warn(obstacle);

describe.skipIf(obstacle !== undefined)("the demo with Rust", () => {
  beforeAll(buildDemo);

  it("accounts for every reading between nodes of both languages", async () => {
    const summary = soundSummary(await runDemo(["--rust", "--seconds", "8", "--seed", "2"]));
    expectBooksToBalance(summary);
    expectOnlyKilled(summary, ...summary.nodes.filter(({ ending }) => ending === "killed").map(({ name }) => name));

    const rust = summary.nodes.filter(({ language }) => language === "Rust").map(({ name }) => name);
    expect(rust).toEqual(["rust-sensor", "rust-viewer"]);
    expect(summary.pairs).toHaveLength(6 * 2);
    for (const { discovered, others } of summary.viewers) expect(discovered).toHaveLength(others);
    const viewer = summary.viewers.find((found) => found.viewer === "viewer");
    expect(viewer?.firstItemMs).toBeLessThanOrEqual(1000);
  });

  it.each(["rust-sensor", "rust-viewer", "bootstrap"])("is not harmed by kill -9 of %s", async (victim) => {
    const args = ["--rust", "--seconds", "4", "--sensors", "1", "--no-kill", "--kill", `${victim}:1`];
    const summary = soundSummary(await runDemo(args));
    expectBooksToBalance(summary);
    expectOnlyKilled(summary, victim);
  });
});
