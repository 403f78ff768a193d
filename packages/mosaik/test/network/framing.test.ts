import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { FrameDecoder, FrameTooLarge, writeFrameHeader } from "../../src/network/index.js";

function frame(payload: Uint8Array): Uint8Array {
  const bytes = new Uint8Array(4 + payload.length);
  writeFrameHeader(bytes, 0, payload.length);
  bytes.set(payload, 4);
  return bytes;
}

function decode(chunks: Uint8Array[], limitBytes?: number): { frames: Uint8Array[]; decoder: FrameDecoder } {
  const decoder = new FrameDecoder(limitBytes);
  const frames: Uint8Array[] = [];
  for (const chunk of chunks) decoder.push(chunk, (bytes, start, end) => frames.push(bytes.slice(start, end)));
  return { frames, decoder };
}

describe("FrameDecoder", () => {
  it("gives back the same frames however the bytes are cut", () => {
    const payloads = fc.array(fc.uint8Array({ maxLength: 40 }), { maxLength: 12 });
    const cuts = fc.array(fc.nat({ max: 500 }), { maxLength: 20 });
    fc.assert(
      fc.property(payloads, cuts, (payloads, cuts) => {
        const whole = Buffer.concat(payloads.map(frame));
        const bounds = [0, ...cuts.map((cut) => Math.min(cut, whole.length)), whole.length].sort((a, b) => a - b);
        const chunks = bounds.slice(1).map((end, i) => new Uint8Array(whole.subarray(bounds[i], end)));
        const { frames, decoder } = decode(chunks);
        expect(frames.map((f) => [...f])).toEqual(payloads.map((p) => [...p]));
        expect(decoder.isMidFrame).toBe(false);
      }),
    );
  });

  it("hands on in one call what lies whole within a chunk, also before a frame that is refused", () => {
    const whole = Buffer.concat([2, 0, 3, 11].map((length) => frame(new Uint8Array(length).fill(length))));
    const decoder = new FrameDecoder(10);
    const runs: number[][] = [];
    const push = (bytes: Uint8Array): void =>
      decoder.pushRuns(bytes, (_, start, end, count) => void runs.push([start, end, count]));
    push(whole.subarray(0, 5));
    expect(() => push(whole.subarray(5))).toThrow(FrameTooLarge);
    // The first, in a buffer of its own; the two behind it, the second of which has three bytes.
    expect(runs).toEqual([
      [4, 6, 1],
      [5, 12, 2],
    ]);
  });

  it("hands on a frame of no bytes", () => {
    expect(decode([new Uint8Array(4)]).frames).toEqual([new Uint8Array(0)]);
  });

  it("knows when it is inside a frame: in the header and in the payload", () => {
    expect(decode([frame(new Uint8Array(5)).subarray(0, 2)]).decoder.isMidFrame).toBe(true);
    expect(decode([frame(new Uint8Array(5)).subarray(0, 6)]).decoder.isMidFrame).toBe(true);
  });

  it("refuses a frame over the limit as soon as its header is there", () => {
    expect(() => decode([frame(new Uint8Array(11)).subarray(0, 4)], 10)).toThrow(FrameTooLarge);
    expect(decode([frame(new Uint8Array(10))], 10).frames).toHaveLength(1);
  });

  it("has begun nothing where it refused a frame, however its header was cut", () => {
    const tooLong = frame(new Uint8Array(11)).subarray(0, 9);
    for (let cut = 0; cut < 9; cut++) {
      const decoder = new FrameDecoder(10);
      const push = (): void => {
        for (const chunk of [tooLong.subarray(0, cut), tooLong.subarray(cut)]) decoder.push(chunk, () => {});
      };
      expect(push, `cut at ${cut}`).toThrow(FrameTooLarge);
      expect([decoder.begun, decoder.missingBytes], `cut at ${cut}`).toEqual([undefined, 0]);
    }
  });

  it("copies a frame that comes in pieces once, whatever its size", () => {
    const payload = new Uint8Array(900_000).map((_, i) => i);
    const whole = frame(payload);
    const chunks = Array.from({ length: 9 }, (_, i) => whole.subarray(i * 100_001, (i + 1) * 100_001));
    const decoder = new FrameDecoder();
    const buffers = new Set<ArrayBufferLike>();
    let decoded: Uint8Array | undefined;
    for (const chunk of chunks) {
      decoder.push(chunk, (bytes, start, end) => (decoded = bytes.subarray(start, end)));
      if (decoder.begun !== undefined) buffers.add(decoder.begun.bytes.buffer);
    }
    expect(Buffer.compare(decoded!, payload)).toBe(0);
    expect([...buffers]).toEqual([decoded!.buffer]);
    expect(decoded!.buffer.byteLength).toBe(whole.length);
  });

  it("does not allocate what a header promises", () => {
    const header = new Uint8Array(5);
    writeFrameHeader(header, 0, 60 * 1024 * 1024);
    const before = process.memoryUsage().arrayBuffers;
    const decoders = Array.from({ length: 50 }, () => decode([header]).decoder);
    expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(10 * 1024 * 1024);
    expect(decoders.every(({ isMidFrame }) => isMidFrame)).toBe(true);
  });
});
