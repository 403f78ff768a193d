import type { Codec, Writer } from "@mosaik/postcard";
import { appendFrame, FRAME_HEADER_BYTES } from "../../network/index.js";
import type { WriterPool } from "./writer-pool.js";

/** From this size the buffer itself becomes the batch, instead of a copy of just the right size, in bytes. */
const HANDED_OVER_BYTES = 256 * 1024;

/** Frames that were encoded one after another and are handed on together. Nothing changes it. */
export interface Batch {
  readonly frames: Uint8Array;
  readonly datums: number;
  /** Bytes of the frames that are not headers. */
  readonly payloadBytes: number;
}

/** Encodes datums as frames, each once however many consumers there are. */
export class BatchWriter<T> {
  readonly #codec: Codec<T>;
  readonly #pool: WriterPool;
  /** Only while something is gathered. */
  #writer: Writer | undefined;
  #datums = 0;

  constructor(codec: Codec<T>, pool: WriterPool) {
    this.#codec = codec;
    this.#pool = pool;
  }

  /** Datums gathered so far. */
  get datums(): number {
    return this.#datums;
  }

  /** Bytes gathered so far, headers included. */
  get length(): number {
    return this.#writer?.length ?? 0;
  }

  /**
   * Appends a datum; on failure the batch is as it was.
   *
   * @returns the payload's length in bytes
   * @throws EncodeError
   */
  add(datum: T): number {
    const writer = (this.#writer ??= this.#pool.take());
    try {
      const payloadBytes = appendFrame(writer, this.#codec, datum);
      this.#datums++;
      return payloadBytes;
    } catch (error) {
      if (this.#datums === 0) this.#release();
      throw error;
    }
  }

  /** Takes back the datum that was added last. */
  undo(payloadBytes: number): void {
    this.#writer!.length -= FRAME_HEADER_BYTES + payloadBytes;
    this.#datums--;
    if (this.#datums === 0) this.#release();
  }

  /** What was gathered, as a batch of its own; the writer begins anew. */
  take(): Batch {
    const datums = this.#datums;
    const writer = this.#writer!;
    const { bytes, length } = writer;
    this.#datums = 0;
    let frames: Uint8Array;
    if (length < HANDED_OVER_BYTES) {
      frames = writer.take();
      this.#release();
    } else {
      frames = bytes.subarray(0, length);
      this.#writer = undefined;
    }
    return { frames, datums, payloadBytes: frames.length - FRAME_HEADER_BYTES * datums };
  }

  #release(): void {
    this.#pool.give(this.#writer!);
    this.#writer = undefined;
  }
}
