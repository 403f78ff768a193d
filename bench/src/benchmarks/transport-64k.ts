import type { Benchmark } from "../benchmark.js";
import { bareFrames } from "../transport/frames.js";

/** The bare addon with frames of 64 KiB. */
export const transport64k: Benchmark = {
  name: "transport-64k",
  unit: "MB/s",
  better: "higher",
  reach: 400,
  ours: bareFrames(65_536, 65_536 / 1e6),
  rivals: [],
};
