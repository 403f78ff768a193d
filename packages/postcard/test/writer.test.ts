import { describe, expect, it } from "vitest";
import { EncodeError, Reader, Writer, t } from "../src/index.js";
import { toHex } from "./support/hex.js";

describe("Writer", () => {
  it("places values behind each other, around bytes that the caller patches", () => {
    const writer = new Writer(1);
    for (const value of ["one", "two"]) {
      const start = writer.length;
      writer.ensure(4);
      writer.length += 4;
      t.string.write(writer, value);
      new DataView(writer.bytes.buffer).setUint32(start, writer.length - start - 4);
    }
    expect(toHex(writer.take())).toBe("00000004036f6e650000000403" + "74776f");
  });

  it("takes copies, which later writes leave alone", () => {
    const writer = new Writer();
    writer.u8(1);
    const taken = writer.take();
    writer.reset();
    writer.u8(2);
    expect([...taken]).toEqual([1]);
    expect(writer.length).toBe(1);
  });

  it("lets the caller take back what a failed value left behind", () => {
    const writer = new Writer();
    t.string.write(writer, "kept");
    const start = writer.length;
    expect(() => t.vec(t.u32).write(writer, [1, -1])).toThrow(EncodeError);
    writer.length = start;
    expect(t.string.decode(writer.take())).toBe("kept");
  });

  it.each([0, 1, 39, 40, 41, 42, 43, 127, 128, 16_383, 16_384, 70_000, 2_097_152])(
    "writes %d characters of one to four bytes, whatever room there is",
    (count) => {
      for (const character of ["x", "é", "日", "😀"]) {
        const text = character.repeat(count);
        const writer = new Writer(count % 7);
        writer.text(text);
        expect(new Reader(writer.take()).text() === text).toBe(true);
      }
    },
  );

  it.each([0, 1, 127, 128, 16_383, 16_384, 3_000_000])("puts a length in front of %d bytes", (size) => {
    const writer = new Writer(1);
    writer.u8(0xaa);
    const start = writer.length;
    writer.raw(new Uint8Array(size).fill(7));
    writer.prefixLength(start);
    const reader = new Reader(writer.take(), 1);
    const bytes = t.bytes.read(reader);
    expect(bytes.length).toBe(size);
    expect(bytes.every((byte) => byte === 7)).toBe(true);
    expect(reader.remaining).toBe(0);
  });

  it("writes the shortest varint at every power of two", () => {
    for (let bit = 0; bit < 53; bit++) {
      for (const value of [2 ** bit - 1, 2 ** bit]) {
        const writer = new Writer(1);
        writer.varint(value);
        expect(writer.length).toBe(Math.max(1, Math.ceil(value.toString(2).length / 7)));
        expect(new Reader(writer.take()).u64Number()).toBe(value);
        const big = new Writer(1);
        big.bigVarint(BigInt(value));
        expect(big.take()).toEqual(writer.take());
      }
    }
  });
});
