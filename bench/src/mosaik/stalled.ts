import { stream, t, type StreamDef } from "mosaik";

export const STALLED_DATUM_BYTES = 16 * 1024;

/** What a producer queues for one consumer, in bytes: the default of `bufferBytes`. */
export const PRODUCER_BUFFER_BYTES = 1024 * 1024;
/** One of many streams of which nobody takes the datums. */
export function stalledStream(index: number): StreamDef<Uint8Array> {
  return stream(`bench-stalled-${index}`, t.bytes);
}

export const stalledDatum = new Uint8Array(STALLED_DATUM_BYTES);
