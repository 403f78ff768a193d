import type { SendStream } from "@mosaik/iroh/transport";
import { describe, expect, it } from "vitest";
import { LinkWriter } from "../../src/network/link-writer.js";

/** A stream with room for so many bytes, which counts what it is asked. */
class NarrowStream implements SendStream {
  readonly taken: number[] = [];
  writes = 0;
  waits = 0;
  #room: number;
  #wake: (() => void)[] = [];

  constructor(roomBytes: number) {
    this.#room = roomBytes;
  }

  tryWrite(bytes: Uint8Array): number {
    this.writes++;
    const count = Math.min(bytes.length, this.#room);
    this.#room -= count;
    this.taken.push(...bytes.subarray(0, count));
    return count;
  }

  drained(): Promise<void> {
    this.waits++;
    return new Promise((resolve) => this.#wake.push(resolve));
  }

  /** Makes room, and lets those go on who wait for it. */
  async drain(bytes: number): Promise<void> {
    this.#room += bytes;
    for (const wake of this.#wake.splice(0)) wake();
    for (let turn = 0; turn < 4; turn++) await Promise.resolve();
  }

  finish(): void {}
  acknowledged(): Promise<void> {
    return Promise.resolve();
  }
  reset(): void {}
}

function ignoreFailure(): void {}

describe("the writer of a link", () => {
  it("waits once for room, however often it is written to by those who hear that their bytes were taken", async () => {
    const stream = new NarrowStream(10);
    const writer = new LinkWriter(stream, ignoreFailure);
    let next = 0;
    const writeMore = (): void => {
      if (next < 40) writer.write(new Uint8Array(4).fill(++next), writeMore);
    };
    writeMore();
    for (let i = 1; next < 40 || writer.queuedBytes > 0; i++) {
      expect(stream.waits).toBe(i);
      await stream.drain(10);
    }
    expect(stream.taken).toEqual(Array.from({ length: 160 }, (_, i) => 1 + (i >> 2)));
    expect(writer.takenBytes).toBe(160);
    // Each write was taken whole or in two parts.
    expect(stream.writes).toBeLessThanOrEqual(2 * 40);
  });

  it("goes on behind somebody who throws when he hears that his bytes were taken", () => {
    const stream = new NarrowStream(100);
    const writer = new LinkWriter(stream, ignoreFailure);
    expect(() =>
      writer.write(Uint8Array.of(1), () => {
        throw new Error("a defect");
      }),
    ).toThrow("a defect");
    writer.write(Uint8Array.of(2));
    expect(stream.taken).toEqual([1, 2]);
  });
});
