import fc from "fast-check";
import { t, type Codec } from "mosaik";
import { expect, it } from "vitest";
import { anySchema, type Schema as Sample } from "../../../postcard/test/support/schemas.js";
import { SchemaError, schemaOf } from "../../src/schema/index.js";
import { printRust } from "../../src/types/index.js";
import { RustCrate } from "./rust-crate.js";

const SEED = Number(process.env["MOSAIK_SEED"] ?? 1);
const COUNT = Number(process.env["MOSAIK_TYPES"] ?? 40);
const BUILD_MS = 900_000;

it(`exchanges values of types at random with Rust (seed ${SEED})`, { timeout: BUILD_MS }, async ({ skip }) => {
  const samples = chosen(fc.sample(anySchema, { seed: SEED, numRuns: COUNT * 10 }));
  const codecs = new Map(samples.map(({ codec }, i) => [`Root${i}`, codec]));
  const crate = await RustCrate.build(
    printRust(schemaOf(codecs)),
    "",
    samples.map(({ codec }) => codec.rustName!.replace("demo", "crate")),
  );
  if (crate === undefined) return skip();
  const exchanges = samples.flatMap(({ codec, values }, index) =>
    fc.sample(values, { seed: SEED, numRuns: 10 }).map((value) => {
      const hex = Buffer.from(codec.encode(value)).toString("hex");
      return { index, codec, hex };
    }),
  );
  const answers = crate.ask(exchanges.map(({ index, hex }) => `bytes ${index} ${hex}`));
  for (const [i, { codec, hex }] of exchanges.entries()) {
    // A hashed collection comes back in another order: what it holds is compared.
    const answer = answers[i]!;
    if (typeof answer === "string") throw new Error(`${codec.rustName}: ${answer} (${hex})`);
    expect(answer.typeName).toBe(codec.rustName);
    expect(codec.decode(Buffer.from(answer.hex, "hex"))).toEqual(codec.decode(Buffer.from(hex, "hex")));
  }
});

/** Those that Rust can have, each in a struct of its own name. Types of one name in two of them have to be the same. */
function chosen(samples: readonly Sample[]): Sample[] {
  const codecs = new Map<string, Codec<unknown>>();
  const kept: Sample[] = [];
  for (const { codec, values } of samples) {
    if (kept.length === COUNT) break;
    const name = `Root${kept.length}`;
    const struct = t.struct(`demo::random::${name}`, { value: codec }) as Codec<unknown>;
    try {
      printRust(schemaOf(new Map([...codecs, [name, struct]])));
    } catch (error) {
      if (error instanceof SchemaError) continue;
      throw error;
    }
    codecs.set(name, struct);
    kept.push({ codec: struct, values: values.map((value) => ({ value })) });
  }
  return kept;
}
