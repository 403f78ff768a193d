import type { Benchmark, Session } from "../benchmark.js";
import { bondCpu, bondMemory, type BondedNode } from "../harness/bonds.js";
import { mosaikBonds } from "../mosaik/bonds.js";
import { rustBonds } from "../rivals/rust-bonds.js";

function benchmark(name: string, unit: string, session: (node: BondedNode) => Session): Benchmark {
  return { name, unit, better: "lower", ours: mosaikBonds(session), rivals: [rustBonds(session)] };
}

/** What each of 200 bonds of a node takes of its memory. */
export const bonds200 = benchmark("bonds-200", "KB a bond", bondMemory);
/** What share of a core a node uses that has 200 bonds and nothing to do. */
export const bonds200CpuShare = benchmark("bonds-200-cpu", "%", bondCpu);
