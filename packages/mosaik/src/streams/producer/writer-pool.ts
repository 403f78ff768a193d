import { Writer } from "@mosaik/postcard";

/** Spare buffers that are kept: what a full queue of a consumer's holds by default, 1 MiB, and two that are written to. */
const SPARE_MAX = 18;
/** A buffer that has grown beyond this is not kept, in bytes: it holds a batch of the usual size, and the datum that completes it. */
const KEPT_BYTES_MAX = 68 * 1024;
/** What a buffer begins with: it doubles, and so comes to that very size. */
const FIRST_BYTES = KEPT_BYTES_MAX / 64;

/** Buffers that the producers of a node encode into, one after another: a stream at rest holds none. */
export class WriterPool {
  readonly #spare: Writer[] = [];

  take(): Writer {
    return this.#spare.pop() ?? new Writer(FIRST_BYTES);
  }

  /** Takes a buffer back; what was written is forgotten. */
  give(writer: Writer): void {
    if (this.#spare.length >= SPARE_MAX || writer.bytes.length > KEPT_BYTES_MAX) return;
    writer.reset();
    this.#spare.push(writer);
  }
}
