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

  it("takes the beginning of names for all of them, unless it is a name itself", () => {
    const several = ["a-b", "a-b-c", "a-b-d", "a-bc", "e-f", "e-g"];
    expect(parseArguments(["e"], several).names).toEqual(["e-f", "e-g"]);
    expect(parseArguments(["a-b"], several).names).toEqual(["a-b"]);
    expect(() => parseArguments(["a-b-"], several)).toThrow(UsageError);
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
