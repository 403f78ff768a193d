import type { Benchmark, Contender } from "../benchmark.js";
import { codecContender } from "../codec/contender.js";
import { rivalPackages, versionOf } from "../rivals/packages.js";

const checked = "each result checked; a process of its own";

/**
 * A struct of a string of 8 to 11 characters, a float and a 64-bit integer as number.
 *
 * @param reachRatio how many times the figure of every rival is to be reached
 */
function benchmark(direction: "encode" | "decode", reachRatio: number): Benchmark {
  const rival = (name: "avsc" | "msgpackr" | "protobufjs", setup: string): Contender => ({
    ...codecContender(name, direction, {
      name: `${name} ${versionOf(name)}`,
      setup: `${setup}; ${checked}`,
      requires: [rivalPackages],
    }),
    reachRatio,
  });
  const buffers = direction === "encode" ? "into a buffer used again" : "from bytes";
  return {
    name: `codec-small-${direction}`,
    unit: "values/s CPU",
    better: "higher",
    ours: codecContender("postcard", direction, {
      name: "mosaik-ts",
      setup: `types and ranges checked, UTF-8 proved valid; ${buffers}; ${checked}`,
      requires: [],
    }),
    rivals: [
      rival("avsc", `types checked on encode, UTF-8 taken on trust; ${buffers}`),
      rival("msgpackr", `records of one structure, nothing checked; its own pool of buffers`),
      rival("protobufjs", `reflected type, nothing checked; ${direction === "encode" ? "into fresh bytes" : buffers}`),
    ],
  };
}

/** Values into bytes. */
export const codecSmallEncode = benchmark("encode", 1.5);
/** Bytes into values. */
export const codecSmallDecode = benchmark("decode", 1.4);
