import type { Benchmark } from "../benchmark.js";
import { BLOCK_BYTES } from "../mosaik/datums.js";
import { mosaikStream } from "../mosaik/streams.js";
import { libp2p } from "../rivals/libp2p.js";
import { rustStream } from "../rivals/rust-stream.js";
import { bareFrames } from "../transport/frames.js";

const MEGABYTES_PER_BLOCK = BLOCK_BYTES / 1e6;

/** Byte strings of 64 KiB; the first comparison is with the bare transport below. */
export const stream64k: Benchmark = {
  name: "stream-64k",
  unit: "MB/s",
  better: "higher",
  ours: mosaikStream("blocks", 200, MEGABYTES_PER_BLOCK),
  rivals: [
    { ...bareFrames(BLOCK_BYTES, MEGABYTES_PER_BLOCK, "transport-64k"), reachRatio: 0.8 },
    rustStream({
      payloadBytes: BLOCK_BYTES,
      bufferItems: 1024,
      window: 512,
      firstCount: 200,
      unitsPerItem: MEGABYTES_PER_BLOCK,
    }),
    libp2p,
  ],
};
