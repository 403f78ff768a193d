import { spawnSync } from "node:child_process";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";

const path = (relative: string): string => fileURLToPath(new URL(relative, import.meta.url));

function outputOf(...args: string[]): string {
  const program = spawnSync(process.execPath, args, { cwd: path("../.."), encoding: "utf8", timeout: 20_000 });
  expect(program.stderr).toBe("");
  expect(program.status).toBe(0);
  return program.stdout;
}

describe("the short examples run as they stand", () => {
  it("examples/telemetry.mjs", () => {
    const lines = outputOf(path("../../../../examples/telemetry.mjs")).trim().split("\n").sort();
    const readings = ["21.5", "21.6", "21.7"].map((celsius) => `attic ${celsius} °C`);
    const nodes = ["kitchen", "study"];
    expect(lines).toEqual(nodes.flatMap((node) => readings.map((reading) => `${node}: ${reading}`)));
  });

  it("examples/counter.mjs", () => {
    const lines = outputOf(path("../../../../examples/counter.mjs")).trim().split("\n").sort();
    expect(lines).toEqual(["north", "south", "west"].map((name) => `${name}: 111 after 3 commands`));
  });

  it("examples/greet.mjs", () => {
    const output = outputOf(path("../../../../examples/greet.mjs"));
    expect(output).toBe("hello Ada\nrefused: nobody is there\nhello Grace\n");
  });
});
