import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { frameEnd } from "../../../src/network/index.js";
import type { Batch } from "../../../src/streams/producer/batch.js";
import { Outbox } from "../../../src/streams/producer/outbox.js";
import { Tail } from "../../../src/streams/producer/tail.js";

const HEADER_BYTES = 4;

/** Frames of these payload lengths; each payload begins with its number, as far as there is room. */
function batchOf(lengths: readonly number[], firstNumber: number): Batch {
  const frames = new Uint8Array(lengths.reduce((sum, length) => sum + HEADER_BYTES + length, 0));
  let at = 0;
  lengths.forEach((length, i) => {
    new DataView(frames.buffer).setUint32(at, length);
    frames.subarray(at + HEADER_BYTES, at + HEADER_BYTES + length).fill((firstNumber + i) % 251);
    at += HEADER_BYTES + length;
  });
  return { frames, datums: lengths.length, payloadBytes: frames.length - HEADER_BYTES * lengths.length };
}

/** The frames of batches one by one, as texts that can be compared. */
function framesOf(...batches: readonly Batch[]): string[] {
  const texts: string[] = [];
  for (const { frames, datums, payloadBytes } of batches) {
    const before = texts.length;
    for (let start = 0; start < frames.length; start = frameEnd(frames, start)) {
      texts.push(Buffer.from(frames.subarray(start, frameEnd(frames, start))).toString("hex"));
    }
    expect(texts.length - before).toBe(datums);
    expect(payloadBytes).toBe(frames.length - HEADER_BYTES * datums);
  }
  return texts;
}

const bytesOf = (frames: readonly string[]): number => frames.reduce((sum, frame) => sum + frame.length / 2, 0);

const lengths = fc.array(fc.oneof(fc.nat(20), fc.nat(6000)), { minLength: 1, maxLength: 40 });
const action = fc.oneof(
  fc.record({ kind: fc.constant("push" as const), lengths }),
  fc.record({ kind: fc.constant("pushWhileRoom" as const), lengths, items: fc.nat(60), bytes: fc.nat(40_000) }),
  fc.record({ kind: fc.constant("dropOldest" as const), items: fc.nat(60), bytes: fc.nat(40_000) }),
  fc.record({ kind: fc.constant("shift" as const) }),
  fc.record({ kind: fc.constant("from" as const), skipped: fc.nat(60) }),
);

describe("an outbox", () => {
  it("holds what a plain list of frames would", () => {
    fc.assert(
      fc.property(fc.array(action, { maxLength: 60 }), (actions) => {
        const outbox = new Outbox();
        let model: string[] = [];
        let number = 0;
        /** What was handed out, and must not change any more. */
        const shown: { batches: Batch[]; frames: string[] }[] = [];
        for (const step of actions) {
          switch (step.kind) {
            case "push": {
              const batch = batchOf(step.lengths, number);
              outbox.push(batch);
              model.push(...framesOf(batch));
              number += batch.datums;
              break;
            }
            case "pushWhileRoom": {
              const batch = batchOf(step.lengths, number);
              const frames = framesOf(batch);
              number += batch.datums;
              let taken = 0;
              while (taken < frames.length && model.length < step.items && bytesOf(model) < step.bytes) {
                model.push(frames[taken++]!);
              }
              expect(outbox.pushWhileRoom(batch, step.items, step.bytes)).toBe(frames.length - taken);
              break;
            }
            case "dropOldest": {
              const before = model.length;
              while (model.length > 1 && (model.length > step.items || bytesOf(model) > step.bytes)) model.shift();
              expect(outbox.dropOldest(step.items, step.bytes)).toBe(before - model.length);
              break;
            }
            case "shift": {
              const batch = outbox.shift();
              if (batch === undefined) expect(model).toEqual([]);
              else {
                const frames = framesOf(batch);
                expect(frames).toEqual(model.slice(0, frames.length));
                model = model.slice(frames.length);
                shown.push({ batches: [batch], frames });
              }
              break;
            }
            case "from": {
              const batches = outbox.from(step.skipped);
              const frames = framesOf(...batches);
              expect(frames).toEqual(model.slice(step.skipped));
              shown.push({ batches, frames });
              break;
            }
          }
          expect([outbox.datums, outbox.bytes, outbox.isEmpty]).toEqual([
            model.length,
            bytesOf(model),
            model.length === 0,
          ]);
        }
        for (const { batches, frames } of shown) expect(framesOf(...batches)).toEqual(frames);
        expect(outbox.clear()).toBe(model.length);
        expect(outbox.isEmpty).toBe(true);
      }),
      { numRuns: 500 },
    );
  });

  it("holds small batches in chunks, and large ones by reference", () => {
    const outbox = new Outbox();
    for (let i = 0; i < 1000; i++) outbox.push(batchOf([8], i));
    const large = batchOf([5000], 0);
    outbox.push(large);
    const buffers = new Set<ArrayBufferLike>();
    for (let batch = outbox.shift(); batch !== undefined; batch = outbox.shift()) {
      buffers.add(batch.frames.buffer);
      expect(batch.frames.buffer.byteLength).toBeLessThanOrEqual(16 * 1024);
    }
    expect(buffers.size).toBe(2);
    expect(buffers).toContain(large.frames.buffer);
  });

  it("does not keep a whole batch for a small part of it", () => {
    const outbox = new Outbox();
    const batch = batchOf(Array<number>(20).fill(5000), 0);
    outbox.pushWhileRoom(batch, 2, Infinity);
    expect(outbox.shift()!.frames.buffer.byteLength).toBeLessThan(batch.frames.length / 5);
  });
});

describe("a tail", () => {
  const window = { windowItems: 10, windowBytes: 10_000, windowMs: 1000 };

  it("gives what was sent behind a datum, or the rest of it", () => {
    const tail = new Tail(window);
    const sent: string[] = [];
    for (let i = 0; i < 12; i++) {
      const batch = batchOf([16], i);
      sent.push(...framesOf(batch));
      tail.append(batch, i);
    }
    const after = (sequence: number): unknown[] => {
      const kept = tail.after(sequence, 12);
      return [kept.sequence, framesOf(...kept.batches)];
    };
    expect(after(12)).toEqual([12, []]);
    expect(after(7)).toEqual([7, sent.slice(7)]);
    expect(after(2)).toEqual([2, sent.slice(2)]);
    expect(after(0)).toEqual([2, sent.slice(2)]);
  });

  it("forgets by bytes, a datum larger than the window at once", () => {
    const tail = new Tail(window);
    for (let i = 0; i < 4; i++) tail.append(batchOf([4000], i), 0);
    expect(tail.after(0, 0).sequence).toBe(2);
    tail.append(batchOf([20_000], 4), 0);
    expect(tail.after(0, 0)).toEqual({ sequence: 5, batches: [] });
  });

  it("forgets by time", () => {
    const tail = new Tail(window);
    for (let i = 0; i < 5; i++) tail.append(batchOf([16], i), 300 * i);
    expect(tail.after(0, 1200).sequence).toBe(1);
    expect(tail.after(0, 2150).sequence).toBe(4);
    expect(tail.after(0, 2201).sequence).toBe(5);
  });
});
