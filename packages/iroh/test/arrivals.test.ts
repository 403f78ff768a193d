import { describe, expect, it } from "vitest";
import type { RecvStream, SendStream } from "../src/index.js";
import { until, useConnection } from "./support.js";

const MIB = 1024 * 1024;
const CHUNK_BYTES_MAX = 256 * 1024;

function externalBytes(): number {
  return process.memoryUsage().external;
}

describe("what arrives on a stream", () => {
  const context = useConnection();

  /** Both ends of a new stream, of which one byte has arrived. */
  async function open(onChunk: (chunk: Uint8Array, recv: RecvStream) => void) {
    const { send } = await context.near.openBi();
    send.tryWrite(Uint8Array.of(0));
    const { recv } = await context.far.acceptBi();
    let arrived = 0;
    recv.start(
      (chunk) => {
        arrived += chunk.length;
        onChunk(chunk, recv);
      },
      () => {},
      MIB,
    );
    await until(() => arrived === 1, 5000, "the first byte");
    return { send, arrivedBytes: () => arrived };
  }

  async function write(send: SendStream, bytes: Uint8Array): Promise<void> {
    for (let offset = 0; offset < bytes.length;) {
      offset += send.tryWrite(bytes.subarray(offset));
      if (offset < bytes.length) await send.drained();
    }
  }

  it("grows the chunk that waits while JavaScript is busy", async () => {
    const chunks: Uint8Array[] = [];
    const { send, arrivedBytes } = await open((chunk) => chunks.push(chunk));
    const pieces = 100;
    for (let i = 0; i < pieces; i++) {
      send.tryWrite(Uint8Array.of(i, i));
      // Packets come and go on other threads, and this one takes nothing meanwhile.
      for (const untilMs = performance.now() + 2; performance.now() < untilMs;);
    }
    await until(() => arrivedBytes() === 1 + 2 * pieces, 5000, "all pieces");
    // One that waited all the time, and what was still on its way.
    expect(chunks.length - 1).toBeLessThanOrEqual(3);
    expect([...Buffer.concat(chunks.slice(1))]).toEqual(Array.from({ length: 2 * pieces }, (_, i) => i >> 1));
  });

  it("comes in chunks of at most 256 KiB however long JavaScript was busy", async () => {
    const lengths: number[] = [];
    const { send, arrivedBytes } = await open((chunk, recv) => {
      lengths.push(chunk.length);
      recv.grant(chunk.length);
      for (const untilMs = performance.now() + 20; performance.now() < untilMs;);
    });
    await write(send, new Uint8Array(4 * MIB));
    await until(() => arrivedBytes() === 1 + 4 * MIB, 20_000, "everything");
    expect(Math.max(...lengths)).toBeLessThanOrEqual(CHUNK_BYTES_MAX);
  });

  it("counts as memory of the process while somebody keeps it", { timeout: 30_000 }, async () => {
    const kept: Uint8Array[] = [];
    let keptBytes = 0;
    let least = Infinity;
    const { send, arrivedBytes } = await open((chunk, recv) => {
      kept.push(chunk);
      keptBytes += chunk.length;
      least = Math.min(least, externalBytes() - keptBytes);
      recv.grant(chunk.length);
    });
    const block = new Uint8Array(4 * MIB);
    for (let i = 0; i < 30; i++) await write(send, block);
    await until(() => arrivedBytes() === 1 + 120 * MIB, 20_000, "everything");
    expect(least).toBeGreaterThanOrEqual(0);
  });
});
