import { DecodeError, EncodeError } from "mosaik";
import { describe, expect, it } from "vitest";
import { printJson } from "../../src/json.js";
import { NOTATION_LENGTH_MAX, NotationError, parseNotation } from "../../src/notation/index.js";
import { TYPE_DEPTH_MAX } from "../../src/schema/index.js";
import { humanText, jsonOf } from "../../src/values/index.js";

describe("a text from outside", () => {
  it.each([
    ["is longer than it may be", `{${"a".repeat(NOTATION_LENGTH_MAX)}:u8}`, "characters"],
    ["nests too deep", "[".repeat(10_000) + "u8" + "]".repeat(10_000), "within each other"],
    ["is an option of an option of …", `u8${"?".repeat(10_000)}`, "question marks"],
    ["is deeper than a codec should be", chain(70), "levels"],
    ["names billions of parts in a few lines", doubling(30), "parts"],
  ])("that %s is refused", (_, text, reason) => {
    expect(() => parseNotation(text)).toThrow(NotationError);
    expect(() => parseNotation(text)).toThrow(reason);
  });

  it("makes no codec that its values could overflow the stack of", () => {
    // As many levels between one turn and the next as there may be.
    const levels = TYPE_DEPTH_MAX - 3;
    const codec = parseNotation(`demo::A(${"[".repeat(levels)}[demo::A]${"]".repeat(levels)})`);
    // The codec is 64 levels tall, where 8 may nest 128 times.
    const turnsMax = 16;
    let value: unknown = [];
    for (let level = 0; level < (levels + 1) * (turnsMax - 2); level++) value = [value];
    const bytes = codec.encode(value);
    expect(codec.encode(codec.decode(bytes))).toEqual(bytes);
    expect(printJson(jsonOf(codec, value))).toMatch(/^\[+\]+$/);
    expect(humanText(codec, value)).toMatch(/^[[\]\s]+$/);
    for (let level = 0; level < (levels + 1) * 4; level++) value = [value];
    expect(() => codec.encode(value)).toThrow(EncodeError);
    expect(() => codec.decode(new Uint8Array(100_000).fill(1))).toThrow(DecodeError);
    expect(() => codec.decode(new Uint8Array(100_000).fill(1))).toThrow(`deeper than ${turnsMax} levels`);
  });

  it("makes no code of it", () => {
    const before = globalThis.Function;
    let made = 0;
    globalThis.Function = new Proxy(before, {
      construct(target, args) {
        made++;
        return Reflect.construct(target, args) as object;
      },
    });
    try {
      const codec = parseNotation("demo::A{b:[demo::B]}; demo::B{x:u32?}; (demo::A,demo::B)");
      codec.decode(codec.encode([{ b: [{ x: 1 }] }, { x: undefined }]));
    } finally {
      globalThis.Function = before;
    }
    expect(made).toBe(0);
  });
});

/** Definitions that each hold the next. */
function chain(length: number): string {
  const links = Array.from({ length }, (_, i) => `demo::A${i}(demo::A${i + 1})`);
  return [...links.reverse(), `demo::A${length}(u8)`, "demo::A0"].join(";");
}

/** Definitions that each hold the next twice. */
function doubling(length: number): string {
  const links = Array.from({ length }, (_, i) => `demo::A${i}(demo::A${i + 1},demo::A${i + 1})`);
  return [...links, `struct demo::A${length}`, "demo::A0"].join(";");
}
