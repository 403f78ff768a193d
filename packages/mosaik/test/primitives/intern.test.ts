import { describe, expect, it } from "vitest";
import { InternTable } from "../../src/primitives/intern.js";

function bytesOf(number: number): Uint8Array {
  const bytes = new Uint8Array(32);
  new DataView(bytes.buffer).setUint32(0, number);
  return bytes;
}

const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

/** A collection of what nobody holds since the turn before, until the table has heard of it. */
async function collect(table: InternTable<object>): Promise<void> {
  await turn();
  const { size } = table;
  gc!();
  for (let i = 0; i < 1000 && table.size === size; i++) await turn();
}

describe("InternTable", () => {
  it("gives one object for each value", () => {
    const table = new InternTable<object>();
    const one = table.get(bytesOf(1), () => ({}));
    expect(table.get(bytesOf(1), () => ({}))).toBe(one);
    expect(table.get(bytesOf(2), () => ({}))).not.toBe(one);
  });

  it("forgets what nobody holds, a few thousand with each collection, and keeps what is held", async () => {
    const table = new InternTable<object>();
    const held = Array.from({ length: 500 }, (_, i) => table.get(bytesOf(i), () => ({})));
    for (let i = 1000; i < 11_000; i++) table.get(bytesOf(i), () => ({}));
    expect(table.size).toBe(10_500);
    await collect(table);
    expect(table.size).toBe(10_500 - 4096 + 500);
    await collect(table);
    await collect(table);
    expect(table.size).toBe(500);
    held.forEach((object, i) => expect(table.get(bytesOf(i), () => ({}))).toBe(object));
  });

  it("sweeps on with each new id", async () => {
    const table = new InternTable<object>();
    for (let i = 0; i < 10_000; i++) table.get(bytesOf(i), () => ({}));
    await collect(table);
    const before = table.size;
    let largestStep = 0;
    for (let i = 10_000; i < 10_500; i++) {
      const size = table.size;
      table.get(bytesOf(i), () => ({}));
      largestStep = Math.max(largestStep, size + 1 - table.size);
    }
    expect(before).toBeGreaterThan(5000);
    expect(largestStep).toBe(16);
    expect(table.size).toBe(500);
  });
});
