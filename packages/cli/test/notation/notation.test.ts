import { digestCodec, peerIdCodec, t, type Codec } from "mosaik";
import { describe, expect, it } from "vitest";
import { NotationError, parseNotation, printNotation } from "../../src/notation/index.js";

interface TreeValue {
  value: number;
  children: TreeValue[];
}
const Tree: Codec<TreeValue> = t.struct("demo::Tree", {
  value: t.u32,
  children: t.vec(t.lazy(() => Tree, "demo::Tree")),
});

describe("the notation", () => {
  it.each<[text: string, codec: Codec<unknown>]>([
    [
      "demo::SensorReading{sensor:string,celsius:f64}",
      t.struct("demo::SensorReading", { sensor: t.string, celsius: t.f64 }),
    ],
    ["{a:u8}", t.struct({ a: t.u8 })],
    ["demo::Id(u64)", t.newtype("demo::Id", t.u64)],
    ["demo::Pair(u8,i16)", t.newtype("demo::Pair", t.tuple(t.u8, t.i16))],
    ["demo::Single((u8,))", t.newtype("demo::Single", t.tuple(t.u8))],
    ["struct demo::Ping", t.unitStruct("demo::Ping")],
    [
      "enum demo::Cmd{add(u32),reset,set{by:i64},pair(u8,bool)}",
      t.enum("demo::Cmd", {
        add: t.u32,
        reset: t.unit,
        set: t.struct({ by: t.i64 }),
        pair: t.tuple(t.u8, t.bool),
      }),
    ],
    ["enum{a,b}", t.enum({ a: t.unit, b: t.unit })],
    ["[u8]", t.vec(t.u8)],
    ["[[string];4]", t.array(t.vec(t.string), 4)],
    ["[u8;32]", t.fixedBytes(32)],
    ["string?", t.option(t.string)],
    ["()??", t.nestedOption(t.nestedOption(t.unit))],
    ["hashMap<string,u128>", t.hashMap(t.string, t.u128)],
    ["btreeMap<u8,btreeSet<char>>", t.btreeMap(t.u8, t.btreeSet(t.char))],
    ["(u8,f32)", t.tuple(t.u8, t.f32)],
    ["&slice<u8>", t.ref(t.slice(t.u8))],
    ["cow<str>", t.cow(t.str)],
    ["option<&str>", t.option(t.ref(t.str))],
    ["nonZero<u64>", t.nonZero(t.u64)],
    ["result<(),string>", t.result(t.unit, t.string)],
    ["bound<i64>", t.bound(t.i64)],
    ["rangeInclusive<u64>", t.rangeInclusive(t.u64)],
    ["encoded<string>", t.encoded(t.string)],
    ["box<reverse<u8>>", t.box(t.reverse(t.u8))],
    ["digest", digestCodec],
    ["peerId", peerIdCodec],
    ["(dateTime,duration,systemTime)", t.tuple(t.dateTime, t.duration, t.systemTime)],
    ["(socketAddr,ipAddr,semver,bytes)", t.tuple(t.socketAddr, t.ipAddr, t.semver, t.bytes)],
    ["demo::Settings(json)", t.json("demo::Settings")],
    ["demo::Tree{value:u32,children:[demo::Tree]}", Tree],
    ['"demo::Page<u64>"{items:[u64]}', t.struct("demo::Page", { items: t.vec(t.u64) }, { generics: [t.u64] })],
    ['{"two words":u8,"a::b":u8}', t.struct({ "two words": t.u8, "a::b": t.u8 })],
    [
      "demo::A{x:u8}; demo::B{a:demo::A,again:demo::A}",
      (() => {
        const A = t.struct("demo::A", { x: t.u8 });
        return t.struct("demo::B", { a: A, again: A });
      })(),
    ],
  ])("writes %s and reads it back", (text, codec) => {
    expect(printNotation(codec)).toBe(text);
    const parsed = parseNotation(text);
    expect(parsed.rustName).toBe(codec.rustName);
    expect(printNotation(parsed)).toBe(text);
  });

  it("takes the names of Rust, and those that type_name prints", () => {
    expect(printNotation(parseNotation("Option<HashMap<String, Vec<u8>>>"))).toBe("hashMap<string,[u8]>?");
    expect(printNotation(parseNotation("alloc::vec::Vec<alloc::string::String>"))).toBe("[string]");
    expect(parseNotation("set<PeerId>").rustName).toBe(
      "std::collections::hash::set::HashSet<iroh_base::key::PublicKey>",
    );
  });

  it("takes definitions in any order, comments, and commas behind the last", () => {
    const text = `
      demo::B{ a: demo::A, } // uses what comes later
      ; demo::A { x: u8, };
      [demo::B]`;
    expect(printNotation(parseNotation(text))).toBe("demo::A{x:u8}; demo::B{a:demo::A}; [demo::B]");
  });

  it("labels types that recur without a name", () => {
    interface Node {
      next: Node | undefined;
    }
    const Node: Codec<Node> = t.struct({ next: t.option(t.lazy(() => Node)) });
    expect(printNotation(Node)).toBe("@1{next:@1?}");
    const parsed = parseNotation("@1{next:@1?}");
    expect(parsed.rustName).toBeUndefined();
    expect(parsed.encode({ next: { next: undefined } })).toEqual(Node.encode({ next: { next: undefined } }));
  });

  it("knows discriminants, which only hashes are made of", () => {
    const codec = parseNotation("enum demo::Level:u8{Low=1,High=5}");
    expect(codec.encode({ kind: "High" })).toEqual(Uint8Array.of(1));
  });

  it("gives an option of itself the form that tells its values apart", () => {
    const codec = parseNotation("demo::Chain(box<demo::Chain>?)");
    const value = { some: { some: undefined } };
    expect(codec.decode(codec.encode(value))).toEqual(value);
  });

  it.each([
    ["demo::A{x:}", "expected a type, found }", 10],
    ["demo::A{x u8}", "expected : and the type of the field, found u8", 10],
    ["", "expected a type, found the end", 0],
    ["u8 u8", "expected the end, or ; and another type, found u8", 3],
    ["demo::A{b:demo::B}", "demo::B is neither a built-in type nor defined in this text", 10],
    ["demo::A{}; demo::A{}", "demo::A is defined twice", 11],
    ["{a:u8,a:u8}", "there are two called a", 6],
    ["string{a:u8}", "string is a built-in type", 0],
    ["hashMap<u8>", "expected , and the next of the 2 types that hashMap is of, found >", 10],
    ["{a:btreeSet<f64>}", "f64 has no order, so it cannot be in a BTreeMap", 3, true],
    ["nonZero<string>", "nonZero takes an integer type", 0],
    ["{__proto__:u8}", "a field cannot be named __proto__", 0],
    ["demo::Page<u64>{a:u8}", "demo::Page is no built-in type", 10],
    ["[u8;-1]", "a length is from 0 to 4294967295", 4],
    ["a#b", '"#" has no meaning here', 1],
    ['"demo', "a quote without its end", 0],
    ["enum demo::A:string{a}", "the discriminants of an enum have an integer type", 13],
  ])("refuses %s, and says where", (text, reason, offset, isPart = false) => {
    const error = errorOf(() => parseNotation(text));
    if (isPart) expect(error.reason).toContain("has no order");
    else expect(error.reason).toBe(reason);
    expect(error.offset).toBe(offset);
  });

  it("shows the place with a caret, and guesses what was meant", () => {
    const error = errorOf(() => parseNotation("demo::A{\n  when: datetime,\n}"));
    expect(error.message).toBe(
      [
        "datetime is neither a built-in type nor defined in this text (line 2, column 9)",
        "    when: datetime,",
        "          ^",
      ].join("\n"),
    );
    expect(error.advice).toBe("Did you mean dateTime?");
  });

  it("shows of a long line what is around the place", () => {
    const error = errorOf(() => parseNotation(`{${"a".repeat(300)}:u8,b:?}`));
    const [, line, caret] = error.message.split("\n");
    expect(line!.length).toBeLessThan(110);
    expect(line![caret!.indexOf("^")]).toBe("?");
  });
});

function errorOf(action: () => unknown): NotationError {
  try {
    action();
  } catch (error) {
    expect(error).toBeInstanceOf(NotationError);
    return error as NotationError;
  }
  throw new Error("nothing was thrown");
}
