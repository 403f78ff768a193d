import { expect, it } from "vitest";
import { bytes, figure, milliseconds } from "../../src/top/figures.js";

it("figures are short", () => {
  expect([0, 7, 0.4, 12.6, 999, 999.7, 1000, 12_345, 4e6, 1e30].map(figure)).toEqual([
    "0",
    "7",
    "0.4",
    "13",
    "999",
    "1000",
    "1.0k",
    "12.3k",
    "4.0M",
    "1000000000000.0E",
  ]);
  expect([0, 1023, 1024, 1_500_000].map(bytes)).toEqual(["0B", "1023B", "1.0KiB", "1.4MiB"]);
  expect([0.123, 3.45, 250.4].map(milliseconds)).toEqual(["0.12ms", "3.5ms", "250ms"]);
});
