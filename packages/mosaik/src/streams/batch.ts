import { Writer, type Codec } from "@mosaik/postcard";
import { appendFrame, FRAME_HEADER_BYTES } from "../network/index.js";

/** Frames that were encoded one after another and are handed on together. */
export interface Batch {
  readonly frames: Uint8Array;
  readonly datums: number;
  /** Bytes of the frames that are not headers. */
  readonly payloadBytes: number;
}

/** Encodes datums as frames, each once however many consumers there are. */
export class BatchWriter<T> {
  readonly #codec: Codec<T>;
  readonly #writer = new Writer();
  #datums = 0;

  constructor(codec: Codec<T>) {
    this.#codec = codec;
  }

  get isEmpty(): boolean {
    return this.#datums === 0;
  }

  /** Bytes gathered so far, headers included. */
  get length(): number {
    return this.#writer.length;
  }

  /**
   * Appends a datum; on failure the batch is as it was.
   *
   * @returns the payload's length in bytes
   * @throws EncodeError
   */
  add(datum: T): number {
    const payloadBytes = appendFrame(this.#writer, this.#codec, datum);
    this.#datums++;
    return payloadBytes;
  }

  /** Takes back the datum that was added last. */
  undo(payloadBytes: number): void {
    this.#writer.length -= FRAME_HEADER_BYTES + payloadBytes;
    this.#datums--;
  }

  /** What was gathered, as a batch of its own; the writer begins anew. */
  take(): Batch {
    const frames = this.#writer.take();
    const datums = this.#datums;
    this.#writer.reset();
    this.#datums = 0;
    return { frames, datums, payloadBytes: frames.length - FRAME_HEADER_BYTES * datums };
  }
}
