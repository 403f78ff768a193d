import { describe, expect, it } from "vitest";
import { InternTable } from "../../src/primitives/intern.js";

function bytesOf(number: number): Uint8Array {
  const bytes = new Uint8Array(32);
  new DataView(bytes.buffer).setUint32(0, number);
  return bytes;
}

/** A turn of the event loop, after which what nobody holds may be collected. */
async function collect(): Promise<void> {
  await new Promise((resolve) => setImmediate(resolve));
  gc!();
}

describe("InternTable", () => {
  it("gives one object for each value", () => {
    const table = new InternTable<object>();
    const one = table.get(bytesOf(1), () => ({}));
    expect(table.get(bytesOf(1), () => ({}))).toBe(one);
    expect(table.get(bytesOf(2), () => ({}))).not.toBe(one);
  });

  it("forgets what nobody holds while new ids come, a few at a time, and keeps what is held", async () => {
    const table = new InternTable<object>();
    const held = Array.from({ length: 500 }, (_, i) => table.get(bytesOf(i), () => ({})));
    for (let i = 1000; i < 1500; i++) table.get(bytesOf(i), () => ({}));
    await collect();
    expect(table.size).toBe(1000);
    let largestStep = 0;
    let largest = 0;
    for (let i = 2000; i < 2200; i++) {
      const before = table.size;
      table.get(bytesOf(i), () => ({}));
      largestStep = Math.max(largestStep, before + 1 - table.size);
      largest = Math.max(largest, table.size);
    }
    expect(largestStep).toBeLessThanOrEqual(16);
    expect(largestStep).toBeGreaterThan(0);
    expect(largest).toBeLessThan(1100);
    expect(table.size).toBeLessThanOrEqual(700);
    held.forEach((object, i) => expect(table.get(bytesOf(i), () => ({}))).toBe(object));
  });
});
