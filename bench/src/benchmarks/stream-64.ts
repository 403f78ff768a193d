import type { Benchmark } from "../benchmark.js";
import { READING_BYTES } from "../mosaik/datums.js";
import { mosaikStream } from "../mosaik/streams.js";
import { nats } from "../rivals/nats.js";
import { rustStream } from "../rivals/rust-stream.js";
import { zeroMq } from "../rivals/zeromq.js";

/** Typed datums of about 64 bytes, one by one, none lost. */
export const stream64: Benchmark = {
  name: "stream-64",
  unit: "datums/s",
  better: "higher",
  reach: 2_500_000,
  ours: mosaikStream("readings", 20_000, 1),
  rivals: [
    rustStream({
      payloadBytes: READING_BYTES,
      bufferItems: 1_048_576,
      window: 1_000_000,
      firstCount: 10_000,
      unitsPerItem: 1,
    }),
    { ...nats, reachRatio: 4 },
    zeroMq,
  ],
};
