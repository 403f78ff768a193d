import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { compareText, t } from "../src/index.js";
import { decodeError, encodeError } from "./support/errors.js";

describe("text", () => {
  it("is ordered by its UTF-8 bytes", () => {
    const text = fc.string({ unit: "binary", maxLength: 6 });
    fc.assert(
      fc.property(text, text, (a, b) => {
        expect(Math.sign(compareText(a, b))).toBe(Math.sign(Buffer.compare(Buffer.from(a), Buffer.from(b))));
      }),
      { numRuns: 2000 },
    );
    expect(compareText("\u{10000}", "\uffff")).toBeGreaterThan(0);
    expect(compareText("\ue000", "\u{10ffff}")).toBeLessThan(0);
  });
});

describe("semver", () => {
  it.each(["0.0.0", "1.2.3-a.b-c.0", "1.2.3--", "1.0.0+001.-", "18446744073709551615.0.0", "1.0.0-0a"])(
    "takes %s",
    (text) => {
      expect(t.semver.decode(t.semver.encode(text))).toBe(text);
    },
  );

  it.each(["", "1", "1.2", "1.2.3.4", "01.2.3", "1.2.3-", "1.2.3+", "1.2.3-01", "1.2.3-a..b", "1.2.3 ", "v1.2.3"])(
    "refuses %j",
    (text) => {
      expect(encodeError(t.semver, text).code).toBe("invalidValue");
      expect(decodeError(t.semver, t.string.encode(text)).code).toBe("invalidValue");
    },
  );

  it("refuses what it refused before one that it took, and after", () => {
    for (const text of ["1.2.3", "1.2.3 ", "1.2.3", "1.2", "1.2.3"]) {
      const isTaken = text === "1.2.3";
      if (isTaken) expect(t.semver.decode(t.semver.encode(text))).toBe(text);
      else expect(encodeError(t.semver, text).code).toBe("invalidValue");
    }
  });

  it("refuses numbers beyond 64 bits, however long", () => {
    expect(encodeError(t.semver, "18446744073709551616.0.0").code).toBe("invalidValue");
    expect(encodeError(t.semver, `1.0.${"9".repeat(1_000_000)}`).code).toBe("invalidValue");
  });

  it("has the order of the crate", () => {
    const ascending = [
      ...["0.9.9", "1.0.0-0", "1.0.0-1", "1.0.0-2", "1.0.0-10", "1.0.0-alpha", "1.0.0-alpha.1", "1.0.0-beta"],
      ...["1.0.0", "1.0.0+0", "1.0.0+00", "1.0.0+1", "1.0.0+01", "1.0.0+x", "1.0.0+x.1", "1.0.1", "1.10.0", "2.0.0"],
    ];
    const shuffled = [...ascending].sort();
    expect(shuffled.sort((a, b) => t.semver.compare(a, b))).toEqual(ascending);
  });
});

describe("IP addresses", () => {
  it.each([
    ["::", "::"],
    ["::1", "::1"],
    ["2001:DB8:0:0:0:0:0:1", "2001:db8::1"],
    ["1:0:0:2:0:0:0:3", "1:0:0:2::3"],
    ["1:0:0:2:3:0:0:4", "1::2:3:0:0:4"],
    ["1:0:2:3:4:5:6:7", "1:0:2:3:4:5:6:7"],
    ["::ffff:192.0.2.7", "::ffff:192.0.2.7"],
    ["64:ff9b::192.0.2.7", "64:ff9b::c000:207"],
    ["::192.0.2.7", "::c000:207"],
    ["fe80::", "fe80::"],
    ["1:2:3:4:5:6:7::", "1:2:3:4:5:6:7:0"],
    ["192.0.2.7", "192.0.2.7"],
  ])("%s comes back as %s", (text, canonical) => {
    expect(t.ipAddr.decode(t.ipAddr.encode(text))).toBe(canonical);
    const [socket, expected] = text.includes(":")
      ? [`[${text}]:80`, `[${canonical}]:80`]
      : [`${text}:80`, `${canonical}:80`];
    expect(t.socketAddr.decode(t.socketAddr.encode(socket))).toBe(expected);
  });

  it.each([
    ...["", "1.2.3", "1.2.3.4.5", "256.1.1.1", "01.2.3.4", "1.2.3.4:80", ":", ":::", "1::2::3", "1:2:3:4:5:6:7"],
    ...["1:2:3:4:5:6:7:8:9", "1:2:3:4:5:6:7:8::", "12345::", "g::", "::1.2.3", "1.2.3.4::", "::1%1", "[::1]", "::1 "],
  ])("%j is none", (text) => {
    expect(encodeError(t.ipAddr, text).code).toBe("invalidValue");
  });

  it.each(["", "1.2.3.4", "1.2.3.4:", "1.2.3.4:65536", "::1:80", "[::1]", "[::1]80", "[1.2.3.4]:80", "1.2.3.4:-1"])(
    "%j is no socket address",
    (text) => {
      expect(encodeError(t.socketAddr, text).code).toBe("invalidValue");
    },
  );

  it("come in types of one family", () => {
    expect([...t.ipv4Addr.encode("1.2.3.4")]).toEqual([1, 2, 3, 4]);
    expect(t.ipv6Addr.decode(t.ipv6Addr.encode("::1"))).toBe("::1");
    expect([...t.socketAddrV4.encode("1.2.3.4:5")]).toEqual([1, 2, 3, 4, 5]);
    expect(t.socketAddrV6.decode(t.socketAddrV6.encode("[::1]:5"))).toBe("[::1]:5");
    expect(encodeError(t.ipv4Addr, "::1").code).toBe("invalidValue");
    expect(encodeError(t.socketAddrV4, "[::1]:5").code).toBe("invalidValue");
    expect(encodeError(t.socketAddrV6, "1.2.3.4:5").code).toBe("invalidValue");
    expect(encodeError(t.socketAddr, 5).code).toBe("wrongType");
    expect(decodeError(t.ipAddr, [2, 1, 2, 3, 4]).code).toBe("invalidVariant");
  });

  it("are ordered by family, octets and port", () => {
    const ascending = ["9.9.9.9:9", "10.0.0.1:79", "10.0.0.1:443", "[::]:9", "[::1]:1", "[2001:db8::1]:1"];
    expect([...ascending].reverse().sort((a, b) => t.socketAddr.compare(a, b))).toEqual(ascending);
  });
});

describe("names", () => {
  it("compose, and are missing where a part has none", () => {
    expect(t.vec(t.option(t.struct({ a: t.u8 }))).rustName).toBeUndefined();
    expect(t.tuple(t.u8, t.json()).rustName).toBeUndefined();
    expect(t.struct("demo::Page", { items: t.vec(t.json()) }, { generics: [t.json()] }).rustName).toBeUndefined();
    expect(t.cow(t.slice(t.u8)).rustName).toBe("alloc::borrow::Cow<'_, [u8]>");
    expect(t.array(t.string, 2).rustName).toBe("[alloc::string::String; 2]");
  });

  it("leave out trailing arguments that are the default, but no const ones", () => {
    const defaults = [undefined, t.u8] as const;
    const named = (second: typeof t.u8 | typeof t.u16) =>
      t.newtype("demo::D", t.u8, { generics: [t.u64, second], defaults });
    expect(named(t.u8).rustName).toBe("demo::D<u64>");
    expect(named(t.u16).rustName).toBe("demo::D<u64, u16>");
    const seven = t.constGeneric("u64", 7);
    expect(t.newtype("demo::C", t.u8, { generics: [seven], defaults: [seven] }).rustName).toBe("demo::C<7>");
    expect(t.newtype("demo::E", t.u8, { generics: [t.u8], defaults: [t.u8] }).rustName).toBe("demo::E");
  });

  it("print const values as rustc does", () => {
    const printed = [
      t.constGeneric("u8", 255),
      t.constGeneric("i16", -32_768),
      t.constGeneric("u32", 0),
      t.constGeneric("usize", 2n ** 64n - 1n),
      t.constGeneric("bool", true),
      t.constGeneric("char", "x"),
    ];
    expect(printed.map((one) => one.printed)).toEqual(["u8::MAX", "i16::MIN", "0", "usize::MAX", "true", "'x'"]);
  });
});
