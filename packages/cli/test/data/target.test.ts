import { describe, expect, it } from "vitest";
import { targetOf } from "../../src/data/target.js";

const TYPE = "demo::Reading{celsius:f64}";

describe("what STREAM means", () => {
  it.each([
    ["telemetry", {}, { id: "telemetry", type: "json" }],
    ["telemetry", { type: "string" }, { id: "telemetry", type: "string" }],
    ["a::b", { type: TYPE }, { id: "a::b", type: TYPE }],
    [TYPE, {}, { id: undefined, type: TYPE }],
    [TYPE, { id: "telemetry" }, { id: "telemetry", type: TYPE }],
    ["string", { id: "telemetry" }, { id: "telemetry", type: "string" }],
    ["vec<u8>", {}, { id: undefined, type: "vec<u8>" }],
    ["./types.mjs#Reading", {}, { id: undefined, type: "./types.mjs#Reading" }],
    ["./types.mjs", {}, { id: undefined, type: "./types.mjs" }],
    [".", { type: "string" }, { id: undefined, type: "string" }],
  ])("%s with %o", (argument, options, target) => {
    expect(targetOf(argument, options)).toEqual(target);
  });

  it.each([
    [".", {}, "which type?"],
    [TYPE, { type: "string" }, "both types"],
    ["telemetry", { type: "string", id: "other" }, "telemetry and --id other are both ids"],
  ])("%s with %o is refused", (argument, options, message) => {
    expect(() => targetOf(argument, options)).toThrow(message);
  });
});
