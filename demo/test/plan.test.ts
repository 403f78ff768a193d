import { describe, expect, it } from "vitest";
import { OptionError, parseOptions } from "../src/options.js";
import { makePlan, PlanError } from "../src/plan.js";

const planOf = (...args: string[]) => makePlan(parseOptions(args));

describe("the options", () => {
  it("have defaults", () => {
    expect(parseOptions([])).toMatchObject({ seconds: 15, sensors: 4, viewers: 1, rateHz: 20, rust: false, kills: [] });
  });

  it.each([
    ["--seconds must be a number from 2 to 3600", ["--seconds", "soon"]],
    ["--sensors must be a whole number", ["--sensors", "1.5"]],
    ["--rate must be a number from 1 to 1000", ["--rate", "0"]],
    ["--seed must be a number from 0", ["--seed="]],
    ["--kill must be a role and a time", ["--kill", "viewer"]],
    ["--frobnicate", ["--frobnicate"]],
    ["Unexpected argument", ["fast"]],
  ])("are refused: %s", (message, args) => {
    expect(() => parseOptions(args)).toThrow(OptionError);
    expect(() => parseOptions(args)).toThrow(message);
  });
});

describe("the plan", () => {
  it("kills one sensor after a third of the time and lets one join at half-time", () => {
    const plan = planOf("--seconds", "12", "--seed", "1");
    expect(plan.kills).toHaveLength(1);
    expect(plan.sensors.map(({ name }) => name)).toContain(plan.kills[0]?.name);
    expect(plan.kills[0]?.atMs).toBe(4000);
    expect(plan.late).toMatchObject({ name: "load", atMs: 6000 });
  });

  it("follows from the seed, which can choose every sensor", () => {
    const victims = Array.from({ length: 32 }, (_, seed) => planOf("--seed", String(seed)).kills[0]?.name);
    expect(new Set(victims)).toEqual(new Set(["cpu", "memory", "disk", "network"]));
    expect(planOf("--seed", "7")).toEqual(planOf("--seed", "7"));
  });

  it("kills who is named, in the order of time", () => {
    const plan = planOf("--no-kill", "--kill", "viewer:3", "--kill", "bootstrap:0.5", "--sensors", "5");
    expect(plan.kills).toEqual([
      { name: "bootstrap", atMs: 500 },
      { name: "viewer", atMs: 3000 },
    ]);
    expect(plan.sensors.at(-1)).toEqual({ name: "cpu-2", gauge: "cpu" });
  });

  it.each([
    ["there is no such role", "--kill=nobody:1"],
    ["there is no such role", "--kill=rust-viewer:1"],
    ["the demo ends after 15 s", "--kill=viewer:16"],
    ["it joins only after 7.5 s", "--kill=load:7"],
  ])("is refused: %s", (message, arg) => {
    expect(() => planOf(arg)).toThrow(PlanError);
    expect(() => planOf(arg)).toThrow(message);
  });
});
