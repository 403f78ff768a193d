import { describe, expect, it } from "vitest";
import { Digest, fromHex, PeerId, toHex } from "../../src/primitives/index.js";
import { loadCases } from "../vectors/load.js";

interface DigestCase {
  name: string;
  op: string;
  digest?: string;
  text?: string;
  bytes?: string;
  base?: string;
  info?: string;
  parts?: string[];
  value?: string;
  json?: string;
  ok?: boolean;
  short?: string;
  display?: string;
  postcard?: string;
}

const bytesOf = (hex: string): Uint8Array => fromHex(hex)!;
const widths: Record<string, 1 | 2 | 4 | 8 | 16> = { "8": 1, "16": 2, "32": 4, "64": 8, "128": 16, size: 8 };

function digestOf(c: DigestCase): Digest {
  if (c.op.startsWith("from_u") || c.op.startsWith("from_i")) {
    return Digest.fromInteger(BigInt(c.value!), widths[c.op.slice("from_u".length)]!);
  }
  switch (c.op) {
    case "from":
    case "id!":
    case "unique_id!":
    case "parse":
      return Digest.from(c.text ?? bytesOf(c.bytes!));
    case "from_bytes":
      return Digest.fromBytes(bytesOf(c.bytes!));
    case "hash":
      return Digest.hash(bytesOf(c.bytes ?? toHex(new TextEncoder().encode(c.text))));
    case "derive":
      return Digest.parse(c.base!).derive(bytesOf(c.info!));
    case "hashed":
      return Digest.parse(c.base!).hashed();
    case "from_parts":
      return Digest.fromParts(c.parts!.map(bytesOf));
    case "zero":
      return Digest.zero();
    case "json-decode":
      return Digest.parse(c.json!);
    case "format":
      return Digest.from("my-app");
    default:
      throw new Error(`no such operation: ${c.op}`);
  }
}

describe("Digest, vectors of Rust", () => {
  const cases = loadCases<DigestCase>("digests.json");
  // Keys are tested with signed entries, formulas with the groups that they belong to.
  const elsewhere = ["peer-id-parse", "secret-key", "secret-key-parse", "formula"];
  const digests = cases.filter(({ op }) => !elsewhere.includes(op));

  it.each(digests)("$name", (c) => {
    if (c.ok === false) return expect(() => digestOf(c)).toThrow(TypeError);
    expect(digestOf(c).hex).toBe(c.digest);
    if (c.op === "format") {
      expect(digestOf(c).short()).toBe(c.short);
      expect(JSON.stringify(digestOf(c))).toBe(`"${c.json}"`);
      expect(toHex(digestOf(c).bytes)).toBe(c.postcard);
    }
  });

  it.each(cases.filter(({ op }) => op === "peer-id-parse"))("$name", (c) => {
    if (c.ok) expect(PeerId.from(c.text!).hex).toBe(c.digest);
    else expect(() => PeerId.from(c.text!)).toThrow(TypeError);
  });
});

describe("Digest", () => {
  it("is the same object for the same bytes", () => {
    expect(Digest.from("a")).toBe(Digest.fromBytes(Digest.from("a").bytes));
    expect(new Map([[Digest.from("a"), 1]]).get(Digest.from("a"))).toBe(1);
  });

  it("cannot be changed through the bytes that it hands out or was made of", () => {
    const bytes = new Uint8Array(32).fill(7);
    const digest = Digest.fromBytes(bytes);
    bytes[0] = 0;
    digest.bytes[1] = 0;
    expect(digest.hex).toBe("07".repeat(32));
  });

  it("orders by bytes", () => {
    const sorted = [Digest.from("b"), Digest.zero(), Digest.from("a")].sort(Digest.compare).map(({ hex }) => hex);
    expect(sorted).toEqual([...sorted].sort());
  });

  it("refuses bytes of another length and integers that do not fit", () => {
    expect(() => Digest.fromBytes(new Uint8Array(31))).toThrow(RangeError);
    expect(() => Digest.fromInteger(256, 1)).toThrow(RangeError);
    expect(() => Digest.fromInteger(-129, 1)).toThrow(RangeError);
    expect(() => Digest.from(5 as unknown as string)).toThrow(TypeError);
  });
});
