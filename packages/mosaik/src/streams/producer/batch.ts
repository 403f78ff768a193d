import type { Codec, Writer } from "@mosaik/postcard";
import { appendFrame, FRAME_HEADER_BYTES } from "../../network/index.js";
import { SharedBuffer } from "./shared-buffer.js";
import type { WriterPool } from "./writer-pool.js";

/** The share of a buffer that a batch must fill to take it along, instead of a copy of just the right size. */
const FILLED_MIN = 15 / 16;

/** Frames that were encoded one after another and are handed on together. Nothing changes it while somebody holds it. */
export interface Batch {
  readonly frames: Uint8Array;
  readonly datums: number;
  /** Bytes of the frames that are not headers. */
  readonly payloadBytes: number;
  /** To be retained and released by whoever keeps the frames; `undefined` where they are nobody else's buffer. */
  readonly shared?: SharedBuffer | undefined;
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

  /** What was gathered, as a batch that the caller holds; the writer begins anew. */
  take(): Batch {
    const datums = this.#datums;
    const writer = this.#writer!;
    const { bytes, length } = writer;
    const payloadBytes = length - FRAME_HEADER_BYTES * datums;
    this.#datums = 0;
    if (length < FILLED_MIN * bytes.length) {
      const frames = writer.take();
      this.#release();
      return { frames, datums, payloadBytes };
    }
    this.#writer = undefined;
    const shared = new SharedBuffer(() => this.#pool.give(writer));
    return { frames: bytes.subarray(0, length), datums, payloadBytes, shared };
  }

  #release(): void {
    this.#pool.give(this.#writer!);
    this.#writer = undefined;
  }
}
