import fc from "fast-check";
import { describe, it, expect } from "vitest";
import { anySchema } from "../../../postcard/test/support/schemas.js";
import { NotationError, parseNotation, printNotation } from "../../src/notation/index.js";
import { SchemaError } from "../../src/schema/index.js";
import { jsonOf, parseJson, valueOf } from "../../src/values/index.js";
import { printJson } from "../../src/json.js";

const PIECES = [
  ..."{}()[]<>,:;?=&@\"'|/\\ \n".split(""),
  ...[
    "::",
    "struct",
    "enum",
    "demo::A",
    "demo::B",
    "a",
    "b",
    "u8",
    "string",
    "option<",
    "map<",
    "[u8;4]",
    "//",
    "1",
    "-7",
  ],
  ...["@x", '"q"', '"\\ud800"', "__proto__", "é", "𝒳", "nonZero<", "btreeSet<", "f64", "json", "box<demo::A>"],
];

describe("the notation, fuzzed", () => {
  it("is printed of any codec, and parsed to one of the same name and bytes", () => {
    fc.assert(
      fc.property(
        anySchema.chain(({ codec, values }) => fc.tuple(fc.constant(codec), fc.array(values, { maxLength: 5 }))),
        ([codec, values]) => {
          const text = notationOf(codec);
          const parsed = parseNotation(text);
          expect(printNotation(parsed)).toBe(text);
          if (codec.rustName !== undefined) expect(parsed.rustName).toBe(codec.rustName);
          for (const value of values) {
            // The values may look different in TypeScript: what is the same is their JSON.
            const json = printJson(jsonOf(codec, value));
            const back = valueOf(parsed, parseJson(json));
            expect(parsed.encode(back)).toEqual(codec.encode(value));
            expect(codec.encode(valueOf(codec, parseJson(json)))).toEqual(codec.encode(value));
          }
        },
      ),
      { numRuns: 1000 },
    );
  });

  it("refuses any other text with a NotationError", () => {
    const text = fc.oneof(
      fc.string({ unit: "binary" }),
      fc.array(fc.constantFrom(...PIECES), { maxLength: 30 }).map((pieces) => pieces.join("")),
    );
    fc.assert(
      fc.property(text, (text) => {
        try {
          const codec = parseNotation(text);
          expect(printNotation(parseNotation(printNotation(codec)))).toBe(printNotation(codec));
        } catch (error) {
          if (!(error instanceof NotationError)) throw error;
        }
      }),
      { numRuns: 20_000 },
    );
  });
});

/** The notation, where the codec is not one of two types of one name. */
function notationOf(codec: Parameters<typeof printNotation>[0]): string {
  try {
    return printNotation(codec);
  } catch (error) {
    if (error instanceof SchemaError) fc.pre(!error.message.includes("there are two types"));
    throw error;
  }
}
