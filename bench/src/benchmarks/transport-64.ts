import type { Benchmark } from "../benchmark.js";
import { bareFrames } from "../transport/frames.js";

/** The bare addon with small frames. */
export const transport64: Benchmark = {
  name: "transport-64",
  unit: "frames/s",
  better: "higher",
  reach: 3_000_000,
  ours: bareFrames(64, 1),
  rivals: [],
};
