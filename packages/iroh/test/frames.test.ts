import { describe, expect, it } from "vitest";
import type { SendStream } from "../src/index.js";
import { until, useConnection } from "./support.js";

const CHUNK_BYTES_MAX = 256 * 1024;
/** Less than a chunk: 4 bytes more would be held back otherwise. */
const FRAME_BYTES_MAX = 200_000;

/** Frames of these payload lengths, one behind the other; no two bytes in a row are the same. */
function framesOf(lengths: readonly number[]): Uint8Array {
  const bytes = new Uint8Array(lengths.reduce((sum, length) => sum + 4 + length, 0));
  const view = new DataView(bytes.buffer);
  let offset = 0;
  for (const length of lengths) {
    view.setUint32(offset, length);
    for (let i = 0; i < length; i++) bytes[offset + 4 + i] = i * 7;
    offset += 4 + length;
  }
  return bytes;
}

/** Writes everything, in pieces of `step` bytes. */
async function write(send: SendStream, bytes: Uint8Array, step: number): Promise<void> {
  for (let offset = 0; offset < bytes.length;) {
    const taken = send.tryWrite(bytes.subarray(offset, offset + step));
    offset += taken;
    await (taken < step && offset < bytes.length ? send.drained() : new Promise(setImmediate));
  }
}

describe("a stream that is cut at its frames", () => {
  const context = useConnection();

  /** Both ends of a new stream: what has arrived of it, and how it ended. */
  async function open(creditBytes: number, refills: boolean) {
    const { send } = await context.near.openBi();
    send.tryWrite(framesOf([1]));
    const { recv } = await context.far.acceptBi();
    const arrived = { chunks: [] as Uint8Array[], bytes: 0, end: undefined as string | undefined };
    recv.start(
      (chunk) => {
        arrived.chunks.push(chunk);
        arrived.bytes += chunk.length;
        if (refills) recv.grant(chunk.length);
      },
      ({ kind }) => (arrived.end = kind),
      creditBytes,
    );
    recv.cutAtFrames!(FRAME_BYTES_MAX);
    await until(() => arrived.bytes === 5, 5000, "the first frame");
    return { send, recv, arrived };
  }

  it("comes in whole frames, however they were written", { timeout: 20_000 }, async () => {
    const lengths = Array.from({ length: 300 }, (_, i) => [0, 3, 64, 1000, 5000, 65_536, 100_000][i % 7]!);
    const sent = framesOf(lengths);
    for (const step of [70_001, 1_000_000]) {
      const { send, arrived } = await open(1_000_000, true);
      await write(send, sent, step);
      send.finish();
      await until(() => arrived.end === "finished", 10_000, "the end");
      for (const chunk of arrived.chunks) {
        expect(chunk.length).toBeLessThanOrEqual(CHUNK_BYTES_MAX);
        const view = new DataView(chunk.buffer, chunk.byteOffset, chunk.length);
        let offset = 0;
        while (offset < chunk.length) offset += 4 + view.getUint32(offset);
        expect(offset).toBe(chunk.length);
      }
      const all = Buffer.concat(arrived.chunks.slice(1));
      expect(Buffer.compare(all, sent)).toBe(0);
    }
  });

  it("gives of larger frames what has come, and of the last one what there is at the end", async () => {
    const { send, arrived } = await open(8_000_000, false);
    const sent = framesOf([1_000_000, 10, 20_000]);
    await write(send, sent.subarray(0, sent.length - 1), 300_000);
    send.finish();
    await until(() => arrived.end === "finished", 10_000, "the end");
    expect(Buffer.compare(Buffer.concat(arrived.chunks.slice(1)), sent.subarray(0, -1))).toBe(0);
  });

  it("takes what the last frame has beyond its credit from what is granted next", async () => {
    const { send, recv, arrived } = await open(6, false);
    const frame = framesOf([9_996]);
    await write(send, framesOf([9_996, 9_996, 9_996]), 100_000);
    await until(() => arrived.bytes === 5 + frame.length, 5000, "the frame that begins within the credit");
    recv.grant(frame.length - 1);
    const { send: other } = await context.near.openBi();
    other.tryWrite(Uint8Array.of(1));
    await context.far.acceptBi();
    expect(arrived.bytes).toBe(5 + frame.length);
    recv.grant(1);
    await until(() => arrived.bytes === 5 + 2 * frame.length, 5000, "the next frame");
  });

  it("keeps nothing back of a frame that is announced over the limit", async () => {
    const { send, arrived } = await open(1_000_000, false);
    const frames = framesOf([20_000, FRAME_BYTES_MAX - 3]);
    send.tryWrite(frames.subarray(0, 20_004 + 4));
    await until(() => arrived.bytes === 5 + 20_004 + 4, 5000, "the frame and the header of the next");
  });

  it("keeps the beginning of a frame until it has the rest", async () => {
    const { send, arrived } = await open(1_000_000, false);
    const frames = framesOf([20_000, 30_000]);
    send.tryWrite(frames.subarray(0, 40_000));
    await until(() => arrived.bytes === 5 + 20_004, 5000, "the whole frame");
    send.tryWrite(frames.subarray(40_000));
    await until(() => arrived.bytes === 5 + frames.length, 5000, "the other frame");
    expect(arrived.chunks.map((chunk) => chunk.length)).toEqual([5, 20_004, 30_004]);
  });
});
