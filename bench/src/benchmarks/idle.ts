import type { Benchmark, Session } from "../benchmark.js";
import { idleConnections, idleCpu, idleMemory, type IdleNode } from "../harness/idle.js";
import { mosaikIdle } from "../mosaik/idle.js";
import { rustIdle } from "../rivals/rust-idle.js";

function benchmark(name: string, unit: string, reach: number, session: (node: IdleNode) => Session): Benchmark {
  return { name, unit, better: "lower", reach, ours: mosaikIdle(session), rivals: [rustIdle(session)] };
}

/** What a node with ten peers and no group has in memory. */
export const idle = benchmark("idle", "MB", 30, idleMemory);
/** What share of a core it uses. */
export const idleCpuShare = benchmark("idle-cpu", "%", 0.5, idleCpu);
/** What each further connection takes. */
export const idleConnection = benchmark("idle-connection", "KB", 120, idleConnections);
