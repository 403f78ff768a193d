import { t } from "@mosaik/postcard";
import { describe, expect, it } from "vitest";
import { BatchWriter, type Batch } from "../../../src/streams/producer/batch.js";
import { Outbox } from "../../../src/streams/producer/outbox.js";
import { WriterPool } from "../../../src/streams/producer/writer-pool.js";

const BATCH_BYTES = 64 * 1024;
const DATUM = new Uint8Array(60);

function fill(writer: BatchWriter<Uint8Array>, bytes = BATCH_BYTES): Batch {
  while (writer.length < bytes) writer.add(DATUM);
  return writer.take();
}

describe("a batch", () => {
  it("that is full takes its buffer along, which is used again when everybody has let go", () => {
    const writer = new BatchWriter(t.bytes, new WriterPool());
    const batch = fill(writer);
    expect(batch.frames.buffer.byteLength).toBeLessThanOrEqual((16 / 15) * batch.frames.length);
    batch.shared!.retain();
    batch.shared!.release();
    expect(fill(writer).frames.buffer).not.toBe(batch.frames.buffer);
    batch.shared!.release();
    expect(fill(writer).frames.buffer).toBe(batch.frames.buffer);
  });

  it("that is small is a copy of its own", () => {
    const writer = new BatchWriter(t.bytes, new WriterPool());
    fill(writer).shared!.release();
    const batch = fill(writer, 1000);
    expect(batch.shared).toBeUndefined();
    expect(batch.frames.buffer.byteLength).toBe(batch.frames.length);
  });

  it("keeps its bytes while an outbox holds it, and while somebody holds what the outbox gave", () => {
    const writer = new BatchWriter(t.bytes, new WriterPool());
    const outboxes = [new Outbox(), new Outbox()] as const;
    const batch = fill(writer);
    const bytes = batch.frames.slice();
    for (const outbox of outboxes) outbox.push(batch);
    batch.shared!.release();
    const given = outboxes[0].shift()!;
    outboxes[1].drop(batch.datums);
    expect(fill(writer).frames.buffer).not.toBe(batch.frames.buffer);
    expect(Buffer.compare(given.frames, bytes)).toBe(0);
    given.shared!.release();
    expect(fill(writer).frames.buffer).toBe(batch.frames.buffer);
  });
});
