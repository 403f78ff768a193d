import { stream, t, type Codec, type StreamDef } from "mosaik";

/** What a stream benchmark sends: numbered datums, each of which can be told to be the right one. */
export interface Datums<T> {
  readonly stream: StreamDef<T>;
  readonly codec: Codec<T>;
  /** The datum of this number. It is used up before the next one is made. */
  readonly make: (index: number) => T;
  readonly isRight: (datum: T, index: number) => boolean;
}

const Reading = t.struct("bench::Reading", { sensor: t.string, celsius: t.f64, at: t.u64.asNumber() });
type Reading = t.Infer<typeof Reading>;

const SENSOR = "sensor-0123456789-abcdefghijklmnopqrst";
const START_MS = 1_700_000_000_000;

/** Typed datums of 57 bytes on the wire: 38 characters, a float, a time, and the frame's length. */
const readings: Datums<Reading> = {
  stream: stream("bench-readings", Reading),
  codec: Reading,
  make: (index) => ({ sensor: SENSOR, celsius: index * 0.5, at: START_MS + index }),
  isRight: ({ sensor, celsius, at }, index) =>
    at === START_MS + index && celsius === index * 0.5 && sensor.length === SENSOR.length,
};

let encodings = 0;

/** How many counted readings this process has encoded. */
export function encodingsSoFar(): number {
  return encodings;
}

/** The same stream of readings, for a producer whose encodings are counted. */
const countedReadings: Datums<Reading> = {
  ...readings,
  stream: stream(
    "bench-readings",
    t.transform(Reading, {
      from: (reading: Reading) => {
        encodings++;
        return reading;
      },
      to: (reading: Reading) => reading,
    }),
  ),
};

export const READING_BYTES = Reading.encode(readings.make(0)).length;
export const BLOCK_BYTES = 64 * 1024;

const block = new Uint8Array(BLOCK_BYTES).fill(7);
const blockNumber = new DataView(block.buffer);

/** Byte strings of 64 KiB. */
const blocks: Datums<Uint8Array> = {
  stream: stream("bench-blocks", t.bytes),
  codec: t.bytes,
  make: (index) => {
    blockNumber.setUint32(0, index, true);
    return block;
  },
  isRight: (datum, index) =>
    datum.length === BLOCK_BYTES &&
    (datum[0]! | (datum[1]! << 8) | (datum[2]! << 16) | (datum[3]! << 24)) >>> 0 === index,
};

const kinds = { readings, countedReadings, blocks };
export type Kind = keyof typeof kinds;

/** The datums that a benchmark names. */
export function datumsOf(kind: Kind): Datums<unknown> {
  return kinds[kind] as Datums<unknown>;
}
