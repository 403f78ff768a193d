import { digestCodec, Digest, t, type Codec } from "mosaik";
import { Duration } from "@mosaik/postcard";
import { describe, expect, it } from "vitest";
import { printJson } from "../../src/json.js";
import { parseNotation } from "../../src/notation/index.js";
import { humanText, jsonOf, parseJson, parseValue, valueOf, ValueError } from "../../src/values/index.js";

const Reading = parseNotation("demo::Reading{sensor:string,celsius:f32,at:u64,tags:[string]?}");
const Cmd = parseNotation("enum demo::Cmd{add(u32),reset,set{by:i64},pair(u8,bool)}");

function json(codec: Codec<unknown>, value: unknown): string {
  return printJson(jsonOf(codec, value));
}

describe("values as JSON", () => {
  it.each<[what: string, codec: Codec<unknown>, value: unknown, json: string]>([
    ["64-bit integers in all their digits", t.u64, 18446744073709551615n, "18446744073709551615"],
    ["negative zero", t.f64, -0, "-0.0"],
    [
      "what JSON has no number for, as Rust prints it",
      t.vec(t.f64),
      [NaN, Infinity, -Infinity],
      '["NaN","inf","-inf"]',
    ],
    ["32-bit floats in their own digits", t.f32, Math.fround(0.1), "0.1"],
    ["bytes as numbers", t.vec(t.u8), Uint8Array.of(1, 255), "[1,255]"],
    ["unit variants as text", t.enum({ a: t.unit, b: t.u8 }), { kind: "a" }, '"a"'],
    ["other variants as an object", t.enum({ a: t.unit, b: t.u8 }), { kind: "b", value: 5 }, '{"b":5}'],
    ["a unit struct in a variant", t.enum({ a: t.unitStruct("demo::Ping") }), { kind: "a" }, '{"a":null}'],
    ["none as null", t.option(t.u8), undefined, "null"],
    ["some as what it is", t.nestedOption(t.option(t.u8)), { some: 5 }, "5"],
    ["some of none, which serde loses", t.nestedOption(t.option(t.u8)), { some: undefined }, '{"Some":null}'],
    [
      "what looks like that",
      t.option(t.hashMap(t.string, t.option(t.u8))),
      new Map([["Some", undefined]]),
      '{"Some":{"Some":null}}',
    ],
    [
      "maps in their order",
      t.hashMap(t.u32, t.bool),
      new Map([
        [9, true],
        [1, false],
      ]),
      '{"9":true,"1":false}',
    ],
    [
      "maps without text for keys as pairs",
      t.btreeMap(t.tuple(t.u8, t.u8), t.u8),
      new Map([[[1, 2], 3]]),
      "[[[1,2],3]]",
    ],
    ["durations in serde's two numbers", t.duration, new Duration(1n, 500), '{"secs":1,"nanos":500}'],
    ["ids in hexadecimal digits", digestCodec, Digest.zero(), `"${"0".repeat(64)}"`],
    ["JSON as itself", t.json(), { a: [1] }, '{"a":[1]}'],
    [
      "names that objects treat in a way of their own",
      t.hashMap(t.string, t.u8),
      new Map([["__proto__", 1]]),
      '{"__proto__":1}',
    ],
  ])("print %s", (_, codec, value, expected) => {
    const any = codec;
    expect(json(any, value)).toBe(expected);
    expect(valueOf(any, parseJson(expected))).toEqual(value);
  });

  it("leave what is not there out", () => {
    expect(parseValue(Reading, '{"sensor":"attic","celsius":21.5,"at":1}')).toEqual({
      sensor: "attic",
      celsius: 21.5,
      at: 1n,
      tags: undefined,
    });
  });

  it.each<[text: string, codec: Codec<unknown>, value: unknown]>([
    ["bob", t.string, "bob"],
    ["123", t.string, "123"],
    ['"bob"', t.string, "bob"],
    ["reset", t.enum({ reset: t.unit }), { kind: "reset" }],
    ["0x0102", t.bytes, Uint8Array.of(1, 2)],
    ["0102", t.vec(t.u8), Uint8Array.of(1, 2)],
    ["base64:_-8=", t.bytes, Uint8Array.of(255, 239)],
    ["utf8:hé", t.bytes, new TextEncoder().encode("hé")],
    ['"18446744073709551615"', t.u64, 18446744073709551615n],
    ["1.5s", t.duration, new Duration(1n, 500_000_000)],
    ["2h", t.duration, new Duration(7200n)],
    ["2026-01-01T00:00:00Z", t.systemTime, new Duration(1_767_225_600n)],
    ["192.0.2.7:80", t.option(t.socketAddr), "192.0.2.7:80"],
    ["null", t.option(t.string), undefined],
    [" 5 ", t.u8, 5],
    ['[["a",1]]', t.hashMap(t.string, t.u8), new Map([["a", 1]])],
  ])("are read of %s, as a person writes them", (text, codec, value) => {
    expect(parseValue(codec, text)).toEqual(value);
  });

  it.each([
    ["demo::A{b:[{c:u8}]}", '{"b":[{"c":1},{"c":256}]}', "b[1].c", "256 is not an integer from 0 to 255, as u8 is"],
    ["demo::A{b:[{c:u8}]}", '{"b":[{"c":"x"}]}', "b[0].c", 'expected an integer (u8), got "x"'],
    ["demo::A{b:u8}", '{"b":1.0}', "b", "expected an integer (u8), got 1.0"],
    ["demo::A{b:u8,c:u8}", '{"b":1}', "", "the field c is missing"],
    ["demo::A{celsius:u8}", '{"celcius":1}', "", "there is no field celcius"],
    ["demo::A{b:u8}", '{"b":1,"b":2}', "", "a field is given twice"],
    ["enum demo::E{add(u8)}", '{"sub":1}', "", "there is no variant sub"],
    ["enum demo::E{add(u8)}", '"add"', "", 'the variant add has a value: {"add": …}'],
    ["enum demo::E{add(u8)}", '{"add":-1}', "add", "-1 is not an integer from 0 to 255, as u8 is"],
    ["hashMap<u8,u8>", '{"1":2,"x":3}', 'key "x"', "expected an integer (u8), got x"],
    ["[u8;4]", "0x0102", "", "expected 4 bytes, got 2"],
    ["bytes", '"base64:%"', "", "this is no base64"],
    ["demo::A{b:dateTime}", '{"b":"yesterday"}', "b", "not an RFC 3339 date and time with its offset"],
    ["demo::A{b:peerId}", '{"b":"abc"}', "b", undefined],
    ["demo::A{b:socketAddr}", '{"b":"nowhere"}', "b", "nowhere is not a socket address"],
    ["(u8,u8)", "[1]", "", "expected 2 items, got 1"],
    ["u128", "1".repeat(60), "", "a number of 60 digits is none of u128"],
    ["f64", "1e999", "", "1e999 is too large for a number"],
  ])("refuse %s for %s, and say where", (notation, text, path, reason) => {
    const error = errorOf(() => parseValue(parseNotation(notation), text));
    expect(error).toBeInstanceOf(ValueError);
    expect((error as ValueError).path).toBe(path);
    if (reason !== undefined) expect(error.message).toBe(path === "" ? reason : `${path}: ${reason}`);
  });

  it.each([
    ['{"a":}', "no JSON: expected a value (line 1, column 6)"],
    ["[1,2", "no JSON: expected , or ]"],
    ['{"a" 1}', "no JSON: expected :"],
    ["01", "no JSON: expected the end"],
    ["[".repeat(600), "no JSON: more than 512 levels"],
    ['["\n"]', "no JSON: a string that is not closed, or has a bad escape"],
  ])("refuse %s, which is not JSON", (text, reason) => {
    expect(errorOf(() => parseValue(Reading, text)).message).toContain(reason);
  });
});

describe("values for people", () => {
  it("take one line where they fit", () => {
    const value = { sensor: "attic", celsius: 21.5, at: 1n, tags: ["a"] };
    expect(humanText(Reading, value)).toBe('{ sensor: "attic", celsius: 21.5, at: 1, tags: ["a"] }');
    expect(humanText(Cmd, { kind: "add", value: 5 })).toBe("add(5)");
    expect(humanText(Cmd, { kind: "reset" })).toBe("reset");
    expect(humanText(Cmd, { kind: "set", value: { by: -1n } })).toBe("set { by: -1 }");
    expect(humanText(Cmd, { kind: "pair", value: [1, true] })).toBe("pair(1, true)");
  });

  it("are aligned where they take several", () => {
    const value = { sensor: "attic", celsius: 21.5, at: 1n, tags: ["north", "south"] };
    expect(humanText(Reading, value, { width: 24 })).toBe(
      [
        "{",
        '  sensor:  "attic"',
        "  celsius: 21.5",
        "  at:      1",
        "  tags:    [",
        '    "north"',
        '    "south"',
        "  ]",
        "}",
      ].join("\n"),
    );
  });

  it("cut long bytes, and let no text move the cursor", () => {
    expect(humanText(t.bytes as Codec<unknown>, new Uint8Array(100))).toBe(`0x${"00".repeat(32)}… (100 bytes)`);
    expect(humanText(t.string as Codec<unknown>, "\u001b[2J\u009b\u202e")).toBe('"\\u001b[2J\\u009b\\u202e"');
  });

  it("show times, durations and addresses without quotes", () => {
    const codec = parseNotation("(dateTime,duration,ipAddr,semver,[string]??)");
    const value = parseValue(codec, '["2026-01-01T00:00:00Z","1.5s","::1","1.2.3",{"Some":null}]');
    expect(humanText(codec, value)).toBe("(2026-01-01T00:00:00Z, 1.5s, ::1, 1.2.3, some(none))");
  });
});

function errorOf(action: () => unknown): Error {
  try {
    action();
  } catch (error) {
    return error as Error;
  }
  throw new Error("nothing was thrown");
}
