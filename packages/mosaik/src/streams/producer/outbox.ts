import { FRAME_HEADER_BYTES, frameEnd } from "../../network/index.js";
import type { Batch } from "./batch.js";
import type { SharedBuffer } from "./shared-buffer.js";

/** Batches smaller than this are gathered in chunks, in bytes: each by itself would cost more than what it holds. */
const SMALL_BYTES = 4096;
const CHUNK_BYTES_MIN = 512;
const CHUNK_BYTES_MAX = 16 * 1024;

/** Frames of `buffer` from `start` to `end`. */
interface Held {
  buffer: Uint8Array;
  start: number;
  end: number;
  datums: number;
  /** Whether the buffer is this outbox's own: batches are shared with other consumers. */
  readonly isOwn: boolean;
  /** Held until the frames are given up, or handed on with them. */
  readonly shared: SharedBuffer | undefined;
}

/**
 * What waits for one consumer, in order: whole frames, those of large batches by reference. Datums can be given up at either end. Pure.
 */
export class Outbox {
  #held: Held[] = [];
  #head = 0;
  #datums = 0;
  #bytes = 0;

  get isEmpty(): boolean {
    return this.#datums === 0;
  }

  get datums(): number {
    return this.#datums;
  }

  /** Frame headers included. */
  get bytes(): number {
    return this.#bytes;
  }

  push(batch: Batch): void {
    this.#append(batch.frames, batch.frames.length, batch.datums, batch.shared);
  }

  /**
   * Takes the first datums of a batch for as long as there are fewer than `itemsMax` datums and `bytesMax` bytes.
   *
   * @returns how many datums were not taken
   */
  pushWhileRoom(batch: Batch, itemsMax: number, bytesMax: number): number {
    const { frames } = batch;
    const itemsRoom = itemsMax - this.#datums;
    const bytesRoom = bytesMax - this.#bytes;
    let end = 0;
    let datums = 0;
    while (datums < batch.datums && datums < itemsRoom && end < bytesRoom) {
      end = frameEnd(frames, end);
      datums++;
    }
    if (datums > 0) {
      // A small part must not hold the whole batch in memory.
      if (end < frames.length / 2) this.#append(frames.slice(0, end), end, datums, undefined);
      else this.#append(frames, end, datums, batch.shared);
    }
    return batch.datums - datums;
  }

  /**
   * Gives up the oldest datums until no more than `itemsMax` datums and `bytesMax` bytes are left, or the newest datum alone.
   *
   * @returns how many were given up
   */
  dropOldest(itemsMax: number, bytesMax: number): number {
    const before = this.#datums;
    while (this.#datums > 1 && (this.#datums > itemsMax || this.#bytes > bytesMax)) this.#dropOne();
    return before - this.#datums;
  }

  /** Gives up so many of the oldest datums. */
  drop(count: number): void {
    for (let i = 0; i < count; i++) this.#dropOne();
  }

  /** Everything but the first `skipped` datums. It shares its bytes with the outbox, which does not change them. */
  from(skipped: number): Batch[] {
    const pieces: Batch[] = [];
    let rest = skipped;
    for (let i = this.#head; i < this.#held.length; i++) {
      let { start, datums } = this.#held[i]!;
      const { buffer, end, shared } = this.#held[i]!;
      if (rest >= datums) {
        rest -= datums;
        continue;
      }
      for (; rest > 0; rest--, datums--) start = frameEnd(buffer, start);
      pieces.push(pieceOf(buffer, start, end, datums, shared));
    }
    return pieces;
  }

  /** The oldest frames, out of one buffer that the caller then holds; `undefined` when empty. */
  shift(): Batch | undefined {
    const oldest = this.#held[this.#head];
    if (oldest === undefined) return undefined;
    const { buffer, start, end, datums, shared } = oldest;
    this.#advance();
    this.#datums -= datums;
    this.#bytes -= end - start;
    return pieceOf(buffer, start, end, datums, shared);
  }

  /** Forgets everything. @returns how many datums that were */
  clear(): number {
    const datums = this.#datums;
    this.#held = [];
    this.#head = this.#datums = this.#bytes = 0;
    return datums;
  }

  #dropOne(): void {
    const oldest = this.#held[this.#head]!;
    const start = frameEnd(oldest.buffer, oldest.start);
    this.#bytes -= start - oldest.start;
    this.#datums--;
    oldest.start = start;
    if (--oldest.datums > 0) return;
    this.#advance();
    oldest.shared?.release();
  }

  /** Appends the frames that a buffer begins with. */
  #append(buffer: Uint8Array, end: number, datums: number, shared: SharedBuffer | undefined): void {
    this.#datums += datums;
    this.#bytes += end;
    if (end < SMALL_BYTES) return this.#gather(buffer.subarray(0, end), datums);
    shared?.retain();
    this.#held.push({ buffer, start: 0, end, datums, isOwn: false, shared });
  }

  /** Copies frames behind those of the last chunk, or into a new one. */
  #gather(frames: Uint8Array, datums: number): void {
    const last = this.#head < this.#held.length ? this.#held[this.#held.length - 1] : undefined;
    if (last?.isOwn === true && last.end + frames.length <= CHUNK_BYTES_MAX) {
      const needed = last.end + frames.length;
      if (needed > last.buffer.length) {
        const grown = new Uint8Array(Math.min(CHUNK_BYTES_MAX, Math.max(needed, 2 * last.buffer.length)));
        grown.set(last.buffer.subarray(last.start, last.end), last.start);
        last.buffer = grown;
      }
      last.buffer.set(frames, last.end);
      last.end = needed;
      last.datums += datums;
    } else {
      const buffer = new Uint8Array(Math.max(CHUNK_BYTES_MIN, frames.length));
      buffer.set(frames);
      this.#held.push({ buffer, start: 0, end: frames.length, datums, isOwn: true, shared: undefined });
    }
  }

  #advance(): void {
    this.#head++;
    if (this.#head === this.#held.length || this.#head >= 64) {
      this.#held = this.#held.slice(this.#head);
      this.#head = 0;
    }
  }
}

function pieceOf(
  buffer: Uint8Array,
  start: number,
  end: number,
  datums: number,
  shared: SharedBuffer | undefined,
): Batch {
  const payloadBytes = end - start - FRAME_HEADER_BYTES * datums;
  return { frames: buffer.subarray(start, end), datums, payloadBytes, shared };
}
