import type { Simulation } from "./simulation.js";

/** As many lines of the transcript as a failure shows. */
const LINES_MAX = 60;

/** A seed with which a simulated test failed. Its message tells what happened until then, and how to run it again; `cause` is what was thrown. */
export class SimulationFailure extends Error {
  override readonly name = "SimulationFailure";
  readonly seed: string;
  /** When it failed, in ms of virtual time. */
  readonly atMs: number;

  constructor(world: Simulation, cause: unknown) {
    super(messageOf(world, cause), { cause });
    this.seed = world.seed;
    this.atMs = world.nowMs;
  }
}

function messageOf({ seed, nowMs, simulator: { transcript } }: Simulation, cause: unknown): string {
  const shown = transcript.slice(-LINES_MAX);
  const left = transcript.length - shown.length;
  const why = cause instanceof Error ? cause.message : String(cause);
  return [
    `seed ${seed}, at ${nowMs} ms of virtual time: ${why}`,
    `MOSAIK_SEED=${seed} runs it again. What happened:`,
    ...(left > 0 ? [`  … ${left} lines before these`] : []),
    ...shown.map(({ atMs, what }) => `  ${atMs.toFixed(0).padStart(8)} ms  ${what}`),
  ].join("\n");
}
