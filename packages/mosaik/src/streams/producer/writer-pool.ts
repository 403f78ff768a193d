import { Writer } from "@mosaik/postcard";

/** Spare buffers that are kept. */
const SPARE_MAX = 4;
/** A buffer that has grown beyond this is not kept, in bytes. */
const KEPT_BYTES_MAX = 256 * 1024;

/** Buffers that the producers of a node encode into, one after another: a stream at rest holds none. */
export class WriterPool {
  readonly #spare: Writer[] = [];

  take(): Writer {
    return this.#spare.pop() ?? new Writer();
  }

  /** Takes a buffer back; what was written is forgotten. */
  give(writer: Writer): void {
    if (this.#spare.length >= SPARE_MAX || writer.bytes.length > KEPT_BYTES_MAX) return;
    writer.reset();
    this.#spare.push(writer);
  }
}
