import { readFileSync } from "node:fs";
import { expect, it, vi } from "vitest";
import { DecodeError, Reader, Writer, t, type Codec } from "../src/index.js";

const readme = readFileSync(new URL("../README.md", import.meta.url), "utf8");
const self = readFileSync(new URL(import.meta.url), "utf8");

it("holds every example of the README, so that the compiler and the tests below have seen it", () => {
  const normal = (code: string): string => code.replace(/\s*\/\/.*$/gm, "").replace(/\s+/g, " ");
  const examples = [...readme.matchAll(/```ts\n(?:import .*\n+)?([^]*?)```/g)].map((match) => normal(match[1]!).trim());
  expect(examples.length).toBeGreaterThan(4);
  for (const example of examples) expect(normal(self)).toContain(example);
});

it("does what the README says", () => {
  const log = vi.spyOn(console, "log").mockImplementation(() => {});

  const Reading = t.struct("demo::SensorReading", { sensor: t.string, celsius: t.f64, at: t.u64 });
  type Reading = t.Infer<typeof Reading>;

  const bytes = Reading.encode({ sensor: "attic", celsius: 21.5, at: 1_700_000_000_000n });
  const reading: Reading = Reading.decode(bytes);
  const name = t.vec(Reading).rustName;

  expect(reading).toEqual({ sensor: "attic", celsius: 21.5, at: 1_700_000_000_000n });
  expect(name).toBe("alloc::vec::Vec<demo::SensorReading>");

  const Page = t.struct("demo::Page", { items: t.vec(t.u64) }, { generics: [t.u64] });
  const Fixed = t.newtype("demo::Fixed", t.array(t.f32, 4), { generics: [t.constGeneric("usize", 4)] });

  expect([Page.rustName, Fixed.rustName]).toEqual(["demo::Page<u64>", "demo::Fixed<4>"]);

  const When = t.transform(t.i64.asNumber(), { to: (ms) => new Date(ms), from: (date: Date) => date.getTime() });

  interface Tree {
    value: number;
    children: Tree[];
  }
  const Tree: Codec<Tree> = t.struct({ value: t.u32, children: t.vec(t.lazy(() => Tree)) });

  const Text = t.custom<string>({
    encode: (text) => new TextEncoder().encode(text),
    decode: (bytes) => new TextDecoder().decode(bytes),
  });

  const Settings = t.json<{ theme: string }>();

  expect(When.decode(When.encode(new Date(5)))).toEqual(new Date(5));
  expect(Tree.decode(Uint8Array.of(1, 1, 2, 0))).toEqual({ value: 1, children: [{ value: 2, children: [] }] });
  expect(Text.decode(Text.encode("hi"))).toBe("hi");
  expect(Settings.decode(Settings.encode({ theme: "dark" }))).toEqual({ theme: "dark" });

  const nameFromOutside = "ports";

  const Foreign = t.struct({ [nameFromOutside]: t.vec(t.u32) }).interpreted();

  expect([...Foreign.encode({ ports: [80, 8080] })]).toEqual([2, 80, 0x90, 0x3f]);

  const writer = new Writer();
  Reading.write(writer, { sensor: "attic", celsius: 21.5, at: 1n });
  Reading.write(writer, { sensor: "cellar", celsius: 12, at: 2n });

  const reader = new Reader(writer.bytes, 0, writer.length);
  while (reader.remaining > 0) console.log(Reading.read(reader).sensor);

  expect(log.mock.calls).toEqual([["attic"], ["cellar"]]);
  log.mockClear();

  try {
    t.struct({ flags: t.vec(t.bool) }).decode(Uint8Array.of(2, 1, 7));
  } catch (error) {
    if (error instanceof DecodeError) console.log(error.code, error.path, error.offset);
  }

  expect(log.mock.calls).toEqual([["invalidBool", "flags[1]", 2]]);
  log.mockRestore();
});
