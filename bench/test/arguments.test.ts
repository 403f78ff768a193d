import { describe, expect, it } from "vitest";
import { parseArguments, UsageError } from "../src/arguments.js";

const known = ["one", "two", "three"];

describe("the command line", () => {
  it("means all benchmarks where it names none", () => {
    expect(parseArguments([], known)).toEqual({ names: known, json: undefined, rounds: 5, profile: undefined });
  });

  it("names benchmarks in any order, each once", () => {
    expect(parseArguments(["three", "one", "three"], known).names).toEqual(["one", "three"]);
  });

  it("takes options in both forms, between the names", () => {
    const parsed = parseArguments(["--json", "out.json", "two", "--rounds=3", "--profile=a=b"], known);
    expect(parsed).toEqual({ names: ["two"], json: "out.json", rounds: 3, profile: "a=b" });
  });

  it.each([
    [["four"], /no benchmark "four".*one, two, three/],
    [["--jsn", "x"], /unknown option --jsn/],
    [["--json"], /--json needs a value/],
    [["--json="], /--json needs a value/],
    [["--rounds", "0"], /--rounds must be a whole number from 1, not 0/],
    [["--rounds", "many"], /not many/],
  ])("refuses %j", (argv, message) => {
    expect(() => parseArguments(argv, known)).toThrow(UsageError);
    expect(() => parseArguments(argv, known)).toThrow(message);
  });
});
