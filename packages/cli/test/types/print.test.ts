import { t, type Codec } from "mosaik";
import { describe, expect, it } from "vitest";
import { printSchema } from "../../src/notation/index.js";
import { parseSchema } from "../../src/notation/parse.js";
import { SchemaError, schemaOf } from "../../src/schema/index.js";
import { printRust, printTypeScript, readRust } from "../../src/types/index.js";
import { KINDS } from "./every-kind.js";

function rustOf(notation: string, module?: string): string {
  const text = printRust(parseSchema(notation), { module });
  return text.slice(text.indexOf("\n\n") + 2).trimEnd();
}

describe("Rust", () => {
  it("derives what the fields have, and no more", () => {
    expect(rustOf("demo::A{a:u8,b:string}")).toContain("#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord, ");
    expect(rustOf("demo::A{a:f64}")).toContain("#[derive(Debug, Clone, PartialEq, serde::Serialize");
    expect(rustOf("demo::A{a:hashMap<u8,u8>}")).toContain("#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize");
    expect(rustOf("demo::A{a:demo::B}; demo::B(mutex<u8>); demo::A")).not.toContain("Clone");
    expect(rustOf("demo::A{a:[demo::A],b:f32}")).toContain("#[derive(Debug, Clone, PartialEq, serde::Serialize");
  });

  it("has a module for each module, and paths between them", () => {
    const text = rustOf("demo::a::A(u8); demo::b::c::B(demo::a::A,demo::b::C); demo::b::C(u8)");
    expect(text).toContain("pub mod a {");
    expect(text).toContain("pub struct B(pub crate::a::A, pub crate::b::C);");
    expect(rustOf("demo::b::A(u8); demo::b::B(demo::b::A)", "demo::b")).toContain("\npub struct B(pub A);");
  });

  it("takes types of other modules to be there", () => {
    const text = rustOf("demo::b::A(other::X,demo::Y); other::X(u8); demo::Y(u8); demo::b::A", "demo::b");
    expect(text)
      .toBe(`#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord, serde::Serialize, serde::Deserialize)]
pub struct A(pub other::X, pub crate::Y);`);
  });

  it("has a Box where a type would hold itself by value", () => {
    expect(rustOf("demo::A{next:demo::A?,all:[demo::A],b:demo::B?}; demo::B(demo::A?); demo::A")).toContain(
      "next: Option<Box<A>>,\n    pub all: Vec<A>,\n    pub b: Option<Box<B>>",
    );
  });

  it("says which crates it needs, and where it belongs", () => {
    const text = printRust(parseSchema("demo::A(dateTime,arc<u8>,peerId)"));
    expect(text).toContain("the root of the crate `demo`");
    expect(text).toContain('serde = { version = "1", features = ["derive", "rc"] }');
    expect(text).toContain("chrono = ");
    expect(text).toContain("mosaik = ");
    expect(text).not.toContain("semver = ");
  });

  it("gives types without a name that of what they are in", () => {
    const codec = t.struct({ inner: t.struct({ deep: t.enum({ a: t.unit }) }), list: t.vec(t.struct({ x: t.u8 })) });
    const text = printRust(schemaOf(new Map([["reading", codec]])));
    expect([...text.matchAll(/pub (?:struct|enum) (\w+)/g)].map(([, name]) => name).sort()).toEqual([
      "Reading",
      "ReadingInner",
      "ReadingInnerDeep",
      "ReadingList",
    ]);
  });

  it("refuses to make code of names", () => {
    const codec = t.struct("demo::A", { 'a: u8 } fn evil() { "': t.u8, "\n*/": t.u8 }) as Codec<unknown>;
    const text = printRust(schemaOf(new Map([[undefined, codec]])));
    expect(text).toContain('#[serde(rename = "a: u8 } fn evil() { \\"")]\n    pub a_u8_fn_evil_');
    expect(printSchema(readRust({ name: "a.rs", text }, "demo"))).toBe(
      'demo::A{"a: u8 } fn evil() { \\"":u8,"\\n*/":u8}',
    );
  });

  it.each([
    ['"demo::Page<u64>"{a:u8}', "demo::Page<u64> is not the name of a definition"],
    ["a::A(b::B); b::B(u8); a::A", "these are types of several crates: a, b"],
    ["demo::A{k:[u8;64]}", "demo::A.k: [T; 64] cannot be said in Rust"],
    ["demo::A(&str)", "demo::A.0: a reference cannot be said in Rust"],
    ["demo::A(str)", "demo::A.0: str cannot be said in Rust"],
    ["demo::A(string,option<str>)", "demo::A.1: str cannot be said in Rust"],
    ["demo::A(hashMap<f64,u8>)", "demo::A.0: hashMap of what has no Eq cannot be said in Rust"],
    ["demo::A(cell<string>)", "demo::A.0: a Cell of what is not copied cannot be said in Rust"],
    [`demo::A((${"u8,".repeat(13)}),u8)`, "demo::A.0: a tuple of 13 cannot be said in Rust"],
  ])("refuses %s", (notation, reason) => {
    expect(() => rustOf(notation)).toThrow(SchemaError);
    expect(() => rustOf(notation)).toThrow(reason);
  });
});

describe("TypeScript", () => {
  it("keeps names apart that are taken, or the same in two modules", () => {
    const text = printTypeScript(
      parseSchema("demo::Map(u8); demo::a::X(u8); demo::b::X(u8); demo::Y(demo::Map,demo::a::X,demo::b::X)"),
    );
    expect([...text.matchAll(/export const (\w+)/g)].map(([, name]) => name)).toEqual(["DemoMap", "X", "BX", "Y"]);
  });

  it("puts no text of others into code", () => {
    const schema = readRust(
      {
        name: "a.rs",
        text: '#[derive(Serialize, Deserialize)] /** a *\u200b/ b */ #[serde(rename_all = "UPPERCASE")] struct A { #[serde(rename = "\\"});evil();//")] b: u8 }',
      },
      "demo",
    );
    expect(printTypeScript(schema)).toContain('"\\"});evil();//": t.u8,');
  });

  it("takes 64-bit integers for numbers where one wants that", () => {
    expect(printTypeScript(parseSchema("demo::A(u64,u128)"), { safeIntegers: true })).toContain(
      't.newtype("demo::A", t.tuple(t.u64.asNumber(), t.u128))',
    );
  });
});

describe("all three languages", () => {
  it("say the same of every kind of type", () => {
    const schema = schemaOf(new Map([...KINDS].map(([name, { codec }]) => [name, codec])));
    const notation = [...schema.definitions.values()].flatMap(({ rustName }) => rustName ?? []);
    const again = readRust({ name: "types.rs", text: printRust(schema) }, "demo");
    expect([...again.definitions.keys()]).toEqual(expect.arrayContaining(notation));
    // What Rust needs beyond a name, and JSON that Rust does not know.
    const own = (text: string) =>
      text.replaceAll("box<demo::Tree>", "demo::Tree").replace("settings:json", "settings:string");
    for (const key of notation.filter((key) => key !== "demo::Names")) {
      const one = (from: typeof schema) =>
        own(
          printSchema({
            definitions: from.definitions,
            roots: [{ name: undefined, type: { kind: "reference", key } }],
          }),
        );
      expect(one(again).split("; ").at(-1)).toBe(one(schema).split("; ").at(-1));
    }
  });
});
