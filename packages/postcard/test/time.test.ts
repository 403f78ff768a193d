import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { DateTime, Duration, t } from "../src/index.js";
import { decodeError, encodeError } from "./support/errors.js";

const SECONDS_MIN = -8_334_601_228_800;
const SECONDS_MAX = 8_210_266_876_799;

describe("DateTime", () => {
  it("agrees with Date on every millisecond that both have", () => {
    fc.assert(
      fc.property(fc.integer({ min: -8.33e15, max: 8.2e15 }), (millis) => {
        const moment = DateTime.fromMillis(millis);
        expect(moment.toMillis()).toBe(millis);
        const iso = new Date(millis).toISOString();
        if (!/^[+-]/.test(iso)) expect(moment.toString()).toBe(iso.replace(".000Z", "Z"));
        expect(DateTime.parse(moment.toString())).toEqual(moment);
      }),
    );
  });

  it("comes back from its text to the nanosecond", () => {
    const seconds = fc.integer({ min: SECONDS_MIN, max: SECONDS_MAX });
    fc.assert(
      fc.property(seconds, fc.nat(999_999_999), (whole, nanos) => {
        const moment = new DateTime(whole, nanos);
        expect(DateTime.parse(moment.toString())).toEqual(moment);
      }),
    );
  });

  it.each([
    [SECONDS_MIN, 0, "-262143-01-01T00:00:00Z"],
    [SECONDS_MAX, 999_999_999, "+262142-12-31T23:59:59.999999999Z"],
    [-62_167_219_201, 0, "-0001-12-31T23:59:59Z"],
    [1_483_228_799, 1_000_000_000, "2016-12-31T23:59:60Z"],
    [1_483_228_799, 1_500_000_000, "2016-12-31T23:59:60.500Z"],
  ])("of %d s and %d ns is %s", (seconds, nanos, text) => {
    expect(new DateTime(seconds, nanos).toString()).toBe(text);
    expect(DateTime.parse(text)).toEqual(new DateTime(seconds, nanos));
  });

  it.each([
    "2023-11-14T22:13:20 +02:00",
    "2023-11-14T22:13:20+02 : 00",
    "2023-11-14T22:13:20+0200",
    "2023-11-14T22:13:20\u221202:00",
    "2023-11-14T22:13:20utc",
    "2023-11-14T22:13:20.123456789999z \n",
    "2023 - 11 - 14T22 : 13 : 20Z",
    "+2023-11-14T22:13:20Z",
    "+0002023-11-14T22:13:20Z",
    "2023-11-14t22:13:20-23:59",
  ])("reads %j as chrono does", (text) => {
    expect(() => DateTime.parse(text)).not.toThrow();
  });

  it.each([
    "",
    "x",
    "2023-11-14",
    "2023-11-14T22:13Z",
    "2023-11-14T22:13:20",
    "2023-11-14T22:13:20.Z",
    "2023-11-14T22:13:20+02",
    "2023-11-14T22:13:20+02:60",
    "2023-11-14T22:13:20+24:00",
    "2023-02-29T22:13:20Z",
    "1900-02-29T22:13:20Z",
    "2023-13-01T22:13:20Z",
    "2023-00-01T22:13:20Z",
    "2023-04-31T22:13:20Z",
    "2023-11-14T24:13:20Z",
    "2023-11-14T22:60:20Z",
    "2023-11-14T22:13:61Z",
    "12023-11-14T22:13:20Z",
    "+262143-01-01T00:00:00Z",
    "+262142-12-31T23:59:59-00:01",
    `+${"9".repeat(400)}-01-01T00:00:00Z`,
    "2023-11-14T22:13:20Zx",
  ])("refuses %j as chrono does", (text) => {
    expect(() => DateTime.parse(text)).toThrow(RangeError);
    expect(decodeError(t.dateTime, t.string.encode(text)).code).toBe("invalidValue");
  });

  it("refuses parts that chrono does not have", () => {
    for (const parts of [[0.5], [NaN], [SECONDS_MAX + 1], [SECONDS_MIN - 1], [0, -1], [0, 1e9], [59, 2e9], [0, 0.5]]) {
      expect(() => new DateTime(...(parts as [number, number]))).toThrow(RangeError);
    }
    expect(encodeError(t.dateTime, new Date())).toMatchObject({ code: "wrongType" });
  });

  it("has an order, equality and a JSON form", () => {
    const [a, b] = [new DateTime(1, 5), new DateTime(1, 6)];
    expect([a.compare(b) < 0, b.compare(a) > 0, a.equals(new DateTime(1, 5)), a.equals(b)]).toEqual([
      true,
      true,
      true,
      false,
    ]);
    expect(JSON.stringify(a)).toBe('"1970-01-01T00:00:01.000000005Z"');
    expect([...t.btreeSet(t.dateTime).decode(t.btreeSet(t.dateTime).encode(new Set([b, a])))]).toEqual([a, b]);
  });

  it("is immutable", () => {
    expect(() => Object.assign(new DateTime(1), { seconds: 2 })).toThrow(TypeError);
    expect(() => Object.assign(new Duration(1), { seconds: 2n })).toThrow(TypeError);
  });
});

describe("Duration", () => {
  it("is seconds and nanoseconds, which carry on input", () => {
    expect(t.duration.encode(Duration.fromMillis(1500))).toEqual(Uint8Array.of(1, 0x80, 0xca, 0xb5, 0xee, 1));
    expect(t.duration.decode(Uint8Array.of(1, 0xff, 0xff, 0xff, 0xff, 0x0f))).toEqual(new Duration(5, 294_967_295));
  });

  it("converts to milliseconds and text", () => {
    expect(Duration.fromMillis(0.5).nanos).toBe(500_000);
    expect(Duration.fromMillis(999.999_999_9)).toEqual(new Duration(1));
    expect(new Duration(2, 250_000_000).toMillis()).toBe(2250);
    expect([new Duration(1, 500_000_000).toString(), new Duration(0).toString()]).toEqual(["1.5s", "0s"]);
  });

  it("has an order", () => {
    expect(new Duration(1).compare(new Duration(2))).toBeLessThan(0);
    expect(t.duration.compare(new Duration(1, 2), new Duration(1, 1))).toBeGreaterThan(0);
  });

  it("is never negative, nor beyond 64 bits of seconds, nor 63 as SystemTime", () => {
    expect(() => new Duration(-1)).toThrow(RangeError);
    expect(() => new Duration(2n ** 64n)).toThrow(RangeError);
    expect(() => new Duration(0, 1e9)).toThrow(RangeError);
    expect(encodeError(t.systemTime, new Duration(2n ** 63n)).code).toBe("outOfRange");
    expect(decodeError(t.systemTime, t.duration.encode(new Duration(2n ** 63n))).code).toBe("outOfRange");
    expect(encodeError(t.duration, { seconds: 1n, nanos: 0 }).code).toBe("wrongType");
  });
});
