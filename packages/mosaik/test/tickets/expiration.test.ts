import { DateTime, DecodeError, EncodeError } from "@mosaik/postcard";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { mutate, seededRandom } from "../../../postcard/test/support/mutations.js";
import { fromHex, toHex } from "../../src/primitives/index.js";
import { Expiration, expirationCodec } from "../../src/tickets/index.js";
import { loadCases } from "../vectors/load.js";

const cases = loadCases<{ kind: string; name: string; encoded: string; expiration: string | null }>("tickets.json");

const NOW = 1_767_323_046_123;
const SECONDS_MIN = DateTime.parse("-262143-01-01T00:00:00Z").seconds;
const SECONDS_MAX = 8_210_266_876_799;

const moments = fc
  .tuple(
    fc.oneof(fc.integer({ min: SECONDS_MIN, max: SECONDS_MAX }), fc.integer({ min: -3, max: 3 })),
    fc.nat(999_999_999),
  )
  .map(([seconds, nanos]) => new DateTime(seconds, nanos));
const expirations = fc.option(moments).map((moment) => (moment === null ? Expiration.never : Expiration.at(moment)));
const clocks = fc.oneof(
  fc.integer({ min: SECONDS_MIN * 1000, max: SECONDS_MAX * 1000 }),
  fc.integer({ min: -4000, max: 4000 }),
);

/** Nanoseconds since 1970; beyond every moment for never. */
function nanosOf({ moment }: Expiration): bigint {
  return moment === undefined ? 1n << 80n : BigInt(moment.seconds) * 1_000_000_000n + BigInt(moment.nanos);
}

describe("Expiration", () => {
  for (const { name, encoded, expiration } of cases.filter(({ kind }) => kind === "expiration")) {
    it(`has Rust's bytes: ${name}`, () => {
      const value = expiration === null ? Expiration.never : Expiration.at(DateTime.parse(expiration));
      expect(toHex(expirationCodec.encode(value))).toBe(encoded);
      expect(expirationCodec.decode(fromHex(encoded)!).equals(value)).toBe(true);
    });
  }

  it("is ordered by the moment, and never comes last", () => {
    fc.assert(
      fc.property(expirations, expirations, (a, b) => {
        const [left, right] = [nanosOf(a), nanosOf(b)];
        expect(Math.sign(Expiration.compare(a, b))).toBe(left < right ? -1 : Number(left > right));
        expect(Math.sign(expirationCodec.compare(a, b))).toBe(Math.sign(Expiration.compare(a, b)));
        expect(a.equals(b)).toBe(left === right);
      }),
    );
  });

  it("sorts the same whatever order it is given in", () => {
    fc.assert(
      fc.property(fc.array(expirations, { maxLength: 20 }), (list) => {
        const sorted = [...list].sort(Expiration.compare).map(nanosOf);
        expect(sorted).toEqual(list.map(nanosOf).sort((a, b) => (a < b ? -1 : Number(a > b))));
      }),
    );
  });

  it("is expired strictly after its moment, and has something remaining until then", () => {
    fc.assert(
      fc.property(expirations, clocks, (expiration, nowMs) => {
        const leftNanos = nanosOf(expiration) - BigInt(nowMs) * 1_000_000n;
        expect(expiration.isExpired(nowMs)).toBe(leftNanos < 0n);
        const remainingMs = expiration.remainingMs(nowMs);
        if (expiration === Expiration.never || leftNanos < 0n) expect(remainingMs).toBeUndefined();
        else expect(Math.abs(remainingMs! * 1e6 - Number(leftNanos))).toBeLessThan(1 + Number(leftNanos) * 1e-15);
      }),
    );
  });

  it("tells a nanosecond before from the moment itself and a nanosecond after", () => {
    const seconds = Math.floor(NOW / 1000);
    const at = (nanos: number): Expiration => Expiration.at(new DateTime(seconds, nanos));
    expect(at(122_999_999).isExpired(NOW)).toBe(true);
    expect(at(123_000_000).isExpired(NOW)).toBe(false);
    expect(at(123_000_000).remainingMs(NOW)).toBe(0);
    expect(at(123_000_001).remainingMs(NOW)).toBe(1e-6);
  });

  it("gives an expired leap second nothing remaining", () => {
    const leap = Expiration.at(DateTime.parse("2016-12-31T23:59:60.5Z"));
    const midnightMs = DateTime.parse("2017-01-01T00:00:00Z").toMillis();
    expect(leap.isExpired(midnightMs)).toBe(true);
    expect(leap.remainingMs(midnightMs)).toBeUndefined();
  });

  it("survives the wire with every nanosecond", () => {
    fc.assert(
      fc.property(expirations, (expiration) => {
        expect(expirationCodec.decode(expirationCodec.encode(expiration)).equals(expiration)).toBe(true);
      }),
    );
  });

  it("is made for a time from now", () => {
    expect(String(Expiration.after(1500, NOW))).toBe("2026-01-02T03:04:07.623Z");
    expect(Expiration.inHours(3, NOW).remainingMs(NOW)).toBe(3 * 3_600_000);
    expect(String(Expiration.alreadyExpired(NOW))).toBe("2026-01-02T02:04:06.123Z");
    expect(Expiration.alreadyExpired(NOW).isExpired(NOW)).toBe(true);
    expect(String(Expiration.never)).toBe("never");
  });

  it("holds what chrono holds and no more", () => {
    expect(Expiration.at(new DateTime(SECONDS_MAX)).isExpired(NOW)).toBe(false);
    expect(() => Expiration.after((SECONDS_MAX + 1) * 1000, 0)).toThrow(RangeError);
    expect(() => Expiration.after(NaN, NOW)).toThrow(RangeError);
    expect(() => Expiration.at(NOW as unknown as DateTime)).toThrow(TypeError);
    expect(() => expirationCodec.encode({ moment: undefined } as Expiration)).toThrow(EncodeError);
  });

  it("refuses other variants, texts that are no moment, and bytes that are missing", () => {
    for (const hex of ["", "02", "01", "0100", "0103616263", "01143230", "0103ffffff"]) {
      expect(() => expirationCodec.decode(Buffer.from(hex, "hex")), hex).toThrow(DecodeError);
    }
  });

  it("answers mutated bytes with a DecodeError or an expiration", () => {
    const random = seededRandom(1);
    const inputs = [Expiration.never, Expiration.inHours(1, NOW)].map((value) => expirationCodec.encode(value));
    for (let i = 0; i < 10_000; i++) {
      const input = mutate(inputs[i % inputs.length]!, random);
      try {
        expect(expirationCodec.decode(input)).toBeInstanceOf(Expiration);
      } catch (error) {
        expect(error, toHex(input)).toBeInstanceOf(DecodeError);
      }
    }
  });
});
