import { describe, expect, it } from "vitest";
import { FRAME_HEADER_BYTES, FrameDecoder } from "../../src/network/framing.js";
import { FrameBatch } from "../../src/functions/frame-batch.js";

/** A batch, and what its link was given: the one-byte payloads of each write. */
function recorded(): { batch: FrameBatch; writes: number[][]; payloadBytes: number[] } {
  const writes: number[][] = [];
  const payloadBytes: number[] = [];
  const batch = new FrameBatch({
    sendFrames(frames, bytes) {
      const payloads: number[] = [];
      new FrameDecoder(1024).push(frames, (chunk, start) => payloads.push(chunk[start]!));
      writes.push(payloads);
      payloadBytes.push(bytes);
    },
  });
  return { batch, writes, payloadBytes };
}

function add(batch: FrameBatch, from: number, count: number): void {
  for (let payload = from; payload < from + count; payload++) {
    const start = batch.begin();
    batch.writer.u8(payload);
    expect(batch.end(start)).toBe(FRAME_HEADER_BYTES + 1);
  }
}

const range = (from: number, count: number): number[] => Array.from({ length: count }, (_, i) => from + i);
/** The promises that are settled now, and those that follow from them, have had their say. */
const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

describe("FrameBatch", () => {
  it("sends the frames of a turn in one write", async () => {
    const { batch, writes, payloadBytes } = recorded();
    add(batch, 0, 2);
    await Promise.resolve();
    add(batch, 2, 3);
    expect(writes).toEqual([]);
    await turn();
    expect(writes).toEqual([range(0, 5)]);
    expect(payloadBytes).toEqual([5]);
  });

  it("takes a frame back", async () => {
    const { batch, writes } = recorded();
    add(batch, 0, 1);
    const start = batch.begin();
    batch.writer.u8(99);
    batch.undo(start);
    add(batch, 1, 1);
    await turn();
    expect(writes).toEqual([[0, 1]]);
  });

  it("sends what it has when it is told to", async () => {
    const { batch, writes } = recorded();
    add(batch, 0, 3);
    batch.flush();
    expect(writes).toEqual([range(0, 3)]);
    await turn();
    expect(writes).toHaveLength(1);
  });
});
