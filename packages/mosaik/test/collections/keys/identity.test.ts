import { Duration, t } from "@mosaik/postcard";
import { describe, expect, it } from "vitest";
import { identityOf } from "../../../src/collections/keys/identity.js";
import { digestCodec } from "../../../src/network/index.js";
import { Digest } from "../../../src/primitives/index.js";

describe("identityOf", () => {
  it("lets primitives stand for themselves", () => {
    expect(identityOf(t.string)("é")).toBe("é");
    expect(identityOf(t.bool)(true)).toBe(true);
    expect(identityOf(t.char)("a")).toBe("a");
    expect(identityOf(t.i32)(-7)).toBe(-7);
    expect(identityOf(t.newtype("demo::Name", t.string))("x")).toBe("x");
  });

  it("has one form for each 64-bit integer", () => {
    const big = identityOf(t.u64);
    expect(big(42n)).toBe(42);
    expect(big(42n)).toBe(identityOf(t.u64.asNumber())(42));
    expect(big(2n ** 63n)).toBe(2n ** 63n);
    expect(identityOf(t.i128)(-(2n ** 53n) + 1n)).toBe(-Number.MAX_SAFE_INTEGER);
    expect(identityOf(t.i128)(-(2n ** 53n))).toBe(-(2n ** 53n));
  });

  it("takes all else by value", () => {
    const pair = identityOf(t.tuple(t.u32, t.string));
    expect(pair([7, "a"])).toBe(pair([7, "a"]));
    expect(pair([7, "a"])).not.toBe(pair([7, "b"]));
    expect(pair([7, "a"])).toBe("\u0007\u0001a");
    const bytes = identityOf(t.bytes);
    expect(bytes(new Uint8Array([128, 159]))).toBe("\u0002\u0080\u009f");
    const long = new Uint8Array(100_000).fill(200);
    expect((bytes(long) as string).length).toBe(100_003);
    expect(identityOf(t.duration)(new Duration(1n, 5))).toBe("\u0001\u0005");
    expect((identityOf(digestCodec)(Digest.from("x")) as string).length).toBe(32);
    expect(identityOf(t.option(t.u8))(undefined)).not.toBe(identityOf(t.option(t.u8))(0));
  });

  it("refuses what is no key of the type", () => {
    expect(() => identityOf(t.tuple(t.u8))(["a"] as never)).toThrow("u8");
  });
});
