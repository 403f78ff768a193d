import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { printSchema } from "../../src/notation/index.js";
import { printRust, readRust, RustSourceError } from "../../src/types/index.js";

const DERIVE = "#[derive(Serialize, Deserialize)]";

function notationOf(text: string, module = "demo"): string {
  return printSchema(readRust({ name: "messages.rs", text }, module));
}

describe("definitions in Rust", () => {
  it.each([
    ["struct A { x: u8, r#type: String }", "demo::A{x:u8,type:string}"],
    ["struct A;", "struct demo::A"],
    ["struct A();", "demo::A()"],
    ["struct A(pub(crate) u8, pub (u8, i8));", "demo::A(u8,(u8,i8))"],
    ["pub(in crate::x) struct A(u8);", "demo::A(u8)"],
    ["enum A { B, C(u8), D { e: f32 }, F() }", "enum demo::A{B,C(u8),D{e:f32},F()}"],
    ["#[repr(i16)] enum A { B = -3, C, D = 0x1_0 }", "enum demo::A:i16{B=-3,C,D=16}"],
    ["struct A(Option<Vec<u8>>, [[u8; 4]; 2], (u8,), ());", "demo::A([u8]?,[[u8;4];2],(u8,),())"],
    ["struct A(std::sync::Arc<str>, Box<[u16]>);", "demo::A(arc<str>,box<slice<u16>>)"],
    ["struct A(core::num::NonZeroI64, std::num::NonZero<u8>);", "demo::A(nonZero<i64>,nonZero<u8>)"],
    ["struct A(iroh::PublicKey, mosaik::Tag, mosaik::Bytes);", "demo::A(peerId,digest,bytes)"],
    ["struct A { next: Option<Box<Self_>> } type Self_ = A;", "demo::A{next:box<demo::A>?}"],
    ['#[serde(rename = "b")] struct A(u8);', "demo::A(u8)"],
    ['#[serde(rename_all = "kebab-case")] struct A { one_two: u8 }', 'demo::A{"one-two":u8}'],
    [
      '#[serde(rename_all(serialize = "UPPERCASE", deserialize = "UPPERCASE"))] struct A { a_b: u8 }',
      "demo::A{A_B:u8}",
    ],
    ['#[serde(default, deny_unknown_fields, bound = "")] struct A { #[serde(alias = "c")] b: u8 }', "demo::A{b:u8}"],
    ["enum A { B, #[serde(skip)] C }", "enum demo::A{B}"],
    ["struct A { b: u8, #[serde(skip)] c: Unknown }", "demo::A{b:u8}"],
    ["#[serde(transparent)] struct A { b: u8, #[serde(skip)] c: u8 }", "demo::A(u8)"],
    ['#[serde(try_from = "String", into = "String")] struct A { b: u8 }', "demo::A(string)"],
    ["struct A { #[cfg_attr(test, allow(unused))] b: u8 }", "demo::A{b:u8}"],
  ])("%s are read", (text, notation) => {
    expect(notationOf(text.replace(/((?:#\[.*?\]\s*)*)((?:pub(?:\(.*?\))? )?(?:struct|enum))/, `${DERIVE} $1$2`))).toBe(
      notation,
    );
  });

  it("are found by the paths and imports of their module", () => {
    const text = `
      use self::inner::{self, deep::{Leaf as Blatt, *}};
      ${DERIVE} struct Root { a: inner::Twig, b: Blatt, c: Twig2, d: crate::types::inner::deep::Leaf }
      mod inner {
        ${DERIVE} pub struct Twig(super::inner::deep::Leaf, Vec<super::Root>);
        pub mod deep { use super::super::*; ${DERIVE} pub struct Leaf(u8); ${DERIVE} pub struct Twig2(Option<Box<Root>>); }
      }`;
    expect(notationOf(text, "demo::types").split("; ")).toContain(
      "demo::types::Root{a:demo::types::inner::Twig,b:demo::types::inner::deep::Leaf,c:demo::types::inner::deep::Twig2,d:demo::types::inner::deep::Leaf}",
    );
  });

  it("are found between whatever else a file holds", () => {
    const text = `#!/usr/bin/env run
      #![allow(dead_code)]
      //! A file.
      /*** stars ***/ /**/ extern crate serde; macro_rules! m { ($x:expr) => { struct }; }
      const fn f<'a>(x: &'a str) -> char { let y = b'\\''; '"' } static S: &str = r##"struct "# B"##;
      const N: [u8; 2] = [1; 2]; trait T { type X; fn g(&self) where Self: Sized {} } impl<T> From<T> for Y where T: Z {}
      #[cfg(test)] mod tests { ${DERIVE} struct NotThis<T>(T); }
      unsafe impl Send for A {} m!{ struct Q } union U { a: u8 } async fn h() {}
      ${DERIVE} struct A<>(u8);`.replace("A<>", "A");
    expect(notationOf(text)).toBe("demo::A(u8)");
  });

  // The mark is where the error is said to be.
  it.each([
    ["D struct A¦<T>(T);", "A has parameters"],
    ["D\nstruct A { b: ¦B }\nstruct B;", "B derives neither Serialize nor Deserialize"],
    ["D\nstruct A { b: ¦Missing }", "Missing is neither defined in this file nor a type with a codec"],
    ["D struct A(¦uuid::Uuid);", "uuid::Uuid is neither defined in this file nor a type with a codec"],
    ["D struct A(¦other::Vec<u8>);", "other::Vec is neither defined in this file nor a type with a codec"],
    ["D struct A(¦HashMap<u8, u8, S>);\nD struct S;", "HashMap takes 2 parameters, not 3"],
    ["D struct A(¦DateTime<Local>);", "a DateTime that is not in Utc"],
    ["D struct A(¦fn(u8) -> u8);", "a function pointer is not data"],
    ["D struct A(Box<¦dyn T>);", "a trait object is not data"],
    ["D struct A([u8; ¦N + 1]);", "a length that has to be computed"],
    ["D struct A(¦*const u8);", "a raw pointer is not data"],
    ["D struct A { #[serde(¦flatten)] b: u8 }", "#[serde(flatten)] is not honoured"],
    ['D #[serde(¦tag = "t")] enum A { B }', "#[serde(tag)] is not honoured"],
    ["D #[serde(¦untagged)] enum A { B }", "#[serde(untagged)] is not honoured"],
    ['D struct A { #[serde(¦skip_serializing_if = "f")] b: u8 }', "#[serde(skip_serializing_if)] is not honoured"],
    ['D struct A { #[serde(with = "hex")] ¦b: u8 }', '#[serde(with = "hex")] is not honoured'],
    ["D struct A { #[serde(¦inven_ted)] b: u8 }", "#[serde(inven_ted)] is not known"],
    ['D #[serde(¦into = "u8")] struct A(u8);', "into and from do not name the same type"],
    ['D #[serde(¦rename_all = "Camel")] struct A { b: u8 }', "serde has no rule Camel for names"],
    ["D enum A { #[serde(skip)] ¦B, C }", "a variant that is skipped in front of others"],
    ["D struct A(#[serde(skip)] ¦u8);", "a newtype whose only field is skipped"],
    ["D struct A { #¦[cfg(unix)] b: u8 }", "bytes that depend on how Rust is compiled"],
    ["#¦[cfg_attr(x, derive(Serialize))] D struct A;", "bytes that depend on how Rust is compiled"],
    ["#[derive(Serialize)] ¦struct A;", "A does not derive Deserialize"],
    ["#[derive(Deserialize)] struct A;\n¦impl Serialize for A {}", "A has a Serialize of its own"],
    ["D enum A { ¦B = 1 << 2 }", "a discriminant that has to be computed"],
    ["D struct A(B); type B = ¦B;", "an alias of itself"],
    ["¦struct A { b: u8 }", "no type in this file derives Serialize or Deserialize"],
    ["D struct A { b ¦u8 }", "expected :, found u8"],
    ["D struct A { b: u8¦", "expected , or }, found the end of the file"],
    ["fn f() ¦{", "{ without its }"],
    ["¦/* a /* b */", "a comment without its end"],
    ['struct A { b: ¦"x" }', "expected a type, found x"],
    ["D struct A(¦m!(u8));", "a macro in place of a type"],
  ])("%s are refused, and it says where", (marked, reason) => {
    const whole = marked.replaceAll(/\bD\b/g, DERIVE);
    const before = whole.slice(0, whole.indexOf("¦")).split("\n");
    const place = { line: before.length, column: before.at(-1)!.length + 1 };
    const error = errorOf(() => notationOf(whole.replace("¦", "")));
    expect({ reason: error.reason, line: error.line, column: error.column }).toEqual({ reason, ...place });
    expect(error.message).toContain(`messages.rs:${place.line}:${place.column}: ${reason}`);
  });

  it("are read alone, where one wants only some", () => {
    const text = `${DERIVE} struct A(m::B); ${DERIVE} struct Other<T>(T); mod m { ${DERIVE} pub struct B(u8); ${DERIVE} struct A; }`;
    const only = (name: string) => printSchema(readRust({ name: "messages.rs", text }, "demo", name));
    expect(only("B")).toBe("demo::m::B(u8)");
    expect(only("demo::A")).toBe("demo::m::B(u8); demo::A(demo::m::B)");
    expect(() => only("A")).toThrow("there are several types A");
    expect(() => only("C")).toThrow("there is no type C");
  });

  it("say what to do about it", () => {
    expect(errorOf(() => notationOf(`${DERIVE} struct A(Instant);`)).advice).toContain("SystemTime");
    expect(errorOf(() => notationOf(`${DERIVE} struct A { #[serde(flatten)] b: u8 }`)).advice).toContain(
      "Write the fields",
    );
  });

  it("nest only so deep", () => {
    expect(
      errorOf(() => notationOf(`${DERIVE} struct A(${"Vec<".repeat(5000)}u8${">".repeat(5000)});`)).reason,
    ).toContain("levels");
    expect(errorOf(() => notationOf("mod a { ".repeat(5000) + "}".repeat(5000))).reason).toContain("levels");
    expect(errorOf(() => notationOf(`use ${"a::{".repeat(5000)}b${"}".repeat(5000)};`)).reason).toContain("levels");
  });

  it("never fail otherwise, whatever the text", () => {
    const pieces = [
      ...[
        "struct A",
        "enum B",
        "mod m",
        "use ",
        "impl X for Y",
        "type T =",
        "const N: u8 =",
        "pub",
        "pub(crate)",
        "where",
        "'a",
        "'x'",
      ],
      ...[
        DERIVE,
        "#[serde(",
        "#[serde(skip)]",
        'rename = "x"',
        "tag",
        "/// docs\n",
        "/*",
        "*/",
        '"',
        'r#"',
        "::",
        "->",
        "1",
        "Vec<u8>",
      ],
      ..."{}()[]<>,:;=#!&*'\\ \n".split(""),
    ];
    const text = fc.array(fc.constantFrom(...pieces), { maxLength: 40 }).map((parts) => parts.join(" "));
    fc.assert(
      fc.property(fc.oneof(text, fc.string({ unit: "binary" })), (text) => {
        try {
          notationOf(text);
        } catch (error) {
          if (!(error instanceof RustSourceError)) throw error;
        }
      }),
      { numRuns: 10_000 },
    );
  });

  it("are the same when they are written and read again", () => {
    const schema = readRust(
      {
        name: "messages.rs",
        text: `/// Docs.\n///\n/// More.\n${DERIVE} #[serde(rename_all = "camelCase")] struct AbC { one_two: u8, /** three */ three: Option<Box<AbC>> }
          mod m { ${DERIVE} #[repr(u8)] pub enum E { #[serde(rename = "x y")] X = 3, Y(super::AbC) = 7 } }`,
      },
      "demo",
    );
    const text = printRust(schema);
    expect(text).toContain("/// Docs.\n///\n/// More.\n#[derive(");
    const again = readRust({ name: "again.rs", text }, "demo");
    expect(printSchema(again)).toBe(printSchema(schema));
    expect(printRust(again)).toBe(text);
  });
});

function errorOf(action: () => unknown): RustSourceError {
  try {
    action();
  } catch (error) {
    expect(error).toBeInstanceOf(RustSourceError);
    return error as RustSourceError;
  }
  throw new Error("nothing was thrown");
}
