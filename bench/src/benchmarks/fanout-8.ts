import type { Benchmark } from "../benchmark.js";
import { READING_BYTES } from "../mosaik/datums.js";
import { mosaikFanOut } from "../mosaik/fan-out.js";
import { mosaikStream } from "../mosaik/streams.js";
import { natsFanOut } from "../rivals/nats.js";
import { bareFanOut } from "../transport/frames.js";

const CONSUMERS = 8;

/** Typed datums of about 64 bytes from one producer to eight consumers, none lost: deliveries in total. */
export const fanOut8: Benchmark = {
  name: "fanout-8",
  unit: "datums/s",
  better: "higher",
  ours: mosaikFanOut(CONSUMERS),
  rivals: [
    { ...mosaikStream("readings", 20_000, 1), name: "stream-64", reachRatio: 0.9 },
    { ...bareFanOut(READING_BYTES, CONSUMERS), reachRatio: 0.5 },
    natsFanOut(CONSUMERS),
  ],
};
