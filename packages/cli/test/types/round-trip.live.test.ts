import { spawnSync } from "node:child_process";
import { mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import type { Codec } from "mosaik";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { printJson } from "../../src/json.js";
import { schemaOf } from "../../src/schema/index.js";
import { printRust, printTypeScript, readRust } from "../../src/types/index.js";
import { jsonOf, JsonNumber, JsonObject, parseJson, valueOf, type Json } from "../../src/values/index.js";
import { KINDS } from "./every-kind.js";
import { RustCrate, type Answer } from "./rust-crate.js";

const FIXTURE = fileURLToPath(new URL("fixtures/messages.rs", import.meta.url));
/** In here modules find the packages. */
const MADE = fileURLToPath(new URL(`made-${process.pid}`, import.meta.url));
const BUILD_MS = 900_000;

const messages = readFileSync(FIXTURE, "utf8");
const handWritten = readRust({ name: FIXTURE, text: messages }, "demo::messages");
const kinds = [...KINDS];
/** Of types without a name, an alias. */
const rustPaths = [
  ...kinds.map(([name, { codec }]) => rustPath(codec.rustName) ?? name),
  ...handWritten.roots.map(({ type }) => rustPath("key" in type ? type.key : undefined)!),
];

let crate: RustCrate | undefined;
let codecs: Record<string, Codec<unknown>>;

beforeAll(async () => {
  mkdirSync(MADE);
  writeFileSync(join(MADE, "messages.mjs"), printTypeScript(handWritten, { isPlain: true }));
  codecs = (await import(pathToFileURL(join(MADE, "messages.mjs")).href)) as Record<string, Codec<unknown>>;
  const types = printRust(schemaOf(new Map(kinds.map(([name, { codec }]) => [name, codec]))));
  crate = await RustCrate.build(types, messages, rustPaths);
}, BUILD_MS);
afterAll(() => rmSync(MADE, { recursive: true, force: true }));

describe("Rust made of TypeScript codecs", () => {
  it.for(kinds)("exchanges values of %s", ([, { codec, values, hasSerdeJson }], { skip }) => {
    if (crate === undefined) return skip();
    const index = kinds.findIndex(([, kind]) => kind.codec === codec);
    const hex = values.map((value) => toHex(codec.encode(value)));
    for (const [i, answer] of crate.ask(hex.map((bytes) => `bytes ${index} ${bytes}`)).entries()) {
      expect(answer).toMatchObject({ typeName: codec.rustName, hex: hex[i] });
      const json = printJson(jsonOf(codec, values[i]));
      if (hasSerdeJson) expect(numbersOf(parseJson((answer as Answer).json))).toEqual(numbersOf(parseJson(json)));
    }
    if (!hasSerdeJson) return;
    // And serde reads the JSON that we print.
    const texts = values.map((value) => `json ${index} ${printJson(jsonOf(codec, value))}`);
    expect(crate.ask(texts).map((answer) => (answer as Answer).hex)).toEqual(hex);
  });
});

describe("TypeScript made of Rust by hand", () => {
  it.for(handWritten.roots.map(({ name }, i) => [name!, i] as const))(
    "exchanges values of %s",
    ([name, i], { skip }) => {
      if (crate === undefined) return skip();
      const codec = codecs[name]!;
      const index = kinds.length + i;
      const texts = SAMPLES[name];
      expect(texts, `samples of ${name}`).toBeDefined();
      const hex = texts!.map((text) => toHex(codec.encode(valueOf(codec, parseJson(text)))));
      const answers = crate.ask(texts!.flatMap((text, i) => [`json ${index} ${text}`, `bytes ${index} ${hex[i]}`]));
      for (const [i, answer] of answers.entries()) {
        expect(answer).toMatchObject({ typeName: codec.rustName, hex: hex[i >> 1] });
        expect(numbersOf(parseJson((answer as Answer).json))).toEqual(numbersOf(parseJson(texts![i >> 1]!)));
        const value = codec.decode(Buffer.from((answer as Answer).hex, "hex"));
        expect(numbersOf(parseJson(printJson(jsonOf(codec, value))))).toEqual(numbersOf(parseJson(texts![i >> 1]!)));
      }
    },
  );

  it("compiles, with the types of the values", () => {
    writeFileSync(join(MADE, "messages.ts"), printTypeScript(handWritten));
    const all = schemaOf(new Map(kinds.map(([name, { codec }]) => [name, codec])));
    writeFileSync(join(MADE, "kinds.ts"), printTypeScript(all, { safeIntegers: true }));
    writeFileSync(
      join(MADE, "use.ts"),
      `import { Order, SensorReading } from "./messages.js";
       import { Tree } from "./kinds.js";
       export const order: Order = { kind: "ask", value: { kind: "buy", value: { orderAmount: 1, priceLimit: 5n } } };
       export const text: string = SensorReading.decode(new Uint8Array()).sensorName;
       export const left: number | undefined = Tree.decode(new Uint8Array()).left?.children[0]?.value;
       // @ts-expect-error -- the value of a variant is not of any type
       export const wrong: Order = { kind: "cancel", value: 1 };`,
    );
    writeFileSync(join(MADE, "tsconfig.json"), JSON.stringify({ extends: "../../tsconfig.json", include: ["."] }));
    const { stdout, status } = spawnSync("npx", ["tsc", "-p", MADE], { encoding: "utf8" });
    expect(stdout).toBe("");
    expect(status).toBe(0);
  });
});

/** JSON of hand-written types, by what they are called. */
const SAMPLES: Readonly<Record<string, readonly string[]>> = {
  SensorReading: [
    `{"sensorName":"attic","celsius":21.5,"at":null,"KEY":[${"1,".repeat(15)}2],"tags":["a"],"raw":[0,255]}`,
    `{"sensorName":"","celsius":-0.25,"at":18446744073709551615,"KEY":[${"0,".repeat(15)}0],"tags":[],"raw":[]}`,
  ],
  Ping: ["null"],
  SensorId: ["7"],
  Only: ["9"],
  Pair: ['[-128,[true,"é"]]'],
  Left: ["[300]"],
  Moment: ["-5"],
  Level: ['"VERY-LOW"', '"NORMAL"', '"TOO-HIGH"'],
  Order: [
    '{"buy":{"orderAmount":1,"priceLimit":-170141183460469231731687303715884105728}}',
    '{"sell":[5,["note","NORMAL"]]}',
    '"cancel"',
    '{"ask":{"ask":"cancel"}}',
    '{"send":[1,[false,"x"]]}',
  ],
  Book: [
    `{"orders":{"1":["cancel"],"20":[]},"by_name":{"none":null},"from":["::1","1.2.3.4:5",{"secs":1,"nanos":2}],"last":{"Err":"no"},
      "owner":"d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a","network":"${"0a".repeat(32)}",
      "when":"2026-01-01T00:00:00Z","version":"1.0.0","levels":["VERY-LOW","TOO-HIGH"],"moment":5,"ids":[1,2],"count":3,"text":"t",
      "type":1}`.replace(/\n\s*/g, ""),
  ],
  Note: ['["n","NORMAL"]'],
};

/** A path as the crate itself writes it. */
function rustPath(rustName: string | undefined): string | undefined {
  return rustName !== undefined && /^demo(::\w+)+$/.test(rustName)
    ? `crate${rustName.slice("demo".length)}`
    : undefined;
}

/** JSON with its numbers as values, so that 1.0 is 1, and objects by name. */
function numbersOf(json: Json): unknown {
  if (json instanceof JsonNumber) return json.isInteger ? BigInt(json.text) : floatOf(json.text);
  if (json instanceof JsonObject)
    return Object.fromEntries(json.members.map(([name, value]) => [name, numbersOf(value)]));
  return Array.isArray(json) ? (json as Json[]).map(numbersOf) : json;
}

function floatOf(text: string): number | bigint {
  const value = Number(text);
  return Number.isInteger(value) && !Object.is(value, -0) ? BigInt(value) : value;
}

function toHex(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString("hex");
}
