import { Duration, t } from "@mosaik/postcard";
import { describe, expect, it } from "vitest";
import { identities } from "../../../src/collections/keys/identity.js";
import { digestCodec } from "../../../src/network/index.js";
import { Digest } from "../../../src/primitives/index.js";

describe("identityOf", () => {
  it("lets primitives stand for themselves", () => {
    expect(identities(t.string).identity("é")).toBe("é");
    expect(identities(t.bool).identity(true)).toBe(true);
    expect(identities(t.char).identity("a")).toBe("a");
    expect(identities(t.i32).identity(-7)).toBe(-7);
    expect(identities(t.newtype("demo::Name", t.string)).identity("x")).toBe("x");
  });

  it("has one form for each 64-bit integer", () => {
    const big = identities(t.u64).identity;
    expect(big(42n)).toBe(42);
    expect(big(42n)).toBe(identities(t.u64.asNumber()).identity(42));
    expect(big(2n ** 63n)).toBe(2n ** 63n);
    expect(identities(t.i128).identity(-(2n ** 53n) + 1n)).toBe(-Number.MAX_SAFE_INTEGER);
    expect(identities(t.i128).identity(-(2n ** 53n))).toBe(-(2n ** 53n));
  });

  it("takes all else by value", () => {
    const pair = identities(t.tuple(t.u32, t.string)).identity;
    expect(pair([7, "a"])).toBe(pair([7, "a"]));
    expect(pair([7, "a"])).not.toBe(pair([7, "b"]));
    expect(pair([7, "a"])).toBe("\u0007\u0001a");
    const bytes = identities(t.bytes).identity;
    expect(bytes(new Uint8Array([128, 159]))).toBe("\u0002\u0080\u009f");
    const long = new Uint8Array(100_000).fill(200);
    expect((bytes(long) as string).length).toBe(100_003);
    expect(identities(t.duration).identity(new Duration(1n, 5))).toBe("\u0001\u0005");
    expect((identities(digestCodec).identity(Digest.from("x")) as string).length).toBe(32);
    expect(identities(t.option(t.u8)).identity(undefined)).not.toBe(identities(t.option(t.u8)).identity(0));
  });

  it("refuses what is no key of the type", () => {
    expect(() => identities(t.tuple(t.u8)).identity(["a"] as never)).toThrow("u8");
  });
});
