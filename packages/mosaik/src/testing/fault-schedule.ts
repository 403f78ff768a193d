import type { Random } from "../runtime/index.js";
import type { Faults } from "./faults.js";

/** One thing that goes wrong, or is put right, at a moment of virtual time. */
export interface FaultStep {
  /** Since the beginning of the schedule, in ms. */
  readonly atMs: number;
  /** What happens, for the report of a failing seed. */
  readonly what: string;
  readonly apply: (faults: Faults) => void;
}

/** How much goes wrong. */
export interface FaultPlan {
  /** The nodes that it happens to, by name. */
  readonly nodes: readonly string[];
  /** Everything is put right again by then, in ms. */
  readonly durationMs: number;
  /** Faults begun in that time. */
  readonly count: number;
  /** The longest that one lasts, in ms. */
  readonly lastsMaxMs: number;
  /** The furthest that a clock is set wrong, in ms. */
  readonly skewMaxMs: number;
}

/**
 * Partitions in one or both directions, isolated nodes, lost connections, pauses and clocks set wrong, drawn at random; each ends
 * before the schedule does. The same randomness gives the same schedule.
 */
export function randomFaults(random: Random, plan: FaultPlan): FaultStep[] {
  const steps: FaultStep[] = [];
  const { nodes, durationMs, lastsMaxMs, skewMaxMs } = plan;
  const below = (limit: number): number => Math.floor(random.unit() * limit);
  const add = (atMs: number, what: string, apply: (faults: Faults) => void): void => {
    steps.push({ atMs, what, apply });
  };
  for (let i = 0; i < plan.count; i++) {
    const one = nodes[below(nodes.length)]!;
    const other = nodes.filter((name) => name !== one)[below(nodes.length - 1)]!;
    const fromMs = random.unit() * durationMs;
    const toMs = Math.min(durationMs, fromMs + random.unit() * lastsMaxMs);
    switch (below(6)) {
      case 0:
        add(fromMs, `${one} and ${other} are cut off from each other`, (faults) => faults.partition(one, other));
        add(toMs, `${one} and ${other} are joined`, (faults) => faults.heal(one, other));
        break;
      case 1:
        add(fromMs, `${other} does not hear ${one}`, (faults) => faults.partitionOneWay(one, other));
        add(toMs, `${one} and ${other} are joined`, (faults) => faults.heal(one, other));
        break;
      case 2:
        add(fromMs, `${one} is isolated`, (faults) => faults.isolate(one));
        add(toMs, `${one} is back`, (faults) => faults.rejoin(one));
        break;
      case 3:
        add(fromMs, `${one} and ${other} lose their connections`, (faults) => faults.dropConnections(one, other));
        break;
      case 4:
        add(fromMs, `${one} pauses`, (faults) => faults.pause(one));
        add(toMs, `${one} goes on`, (faults) => faults.resume(one));
        break;
      default: {
        const skewMs = (2 * random.unit() - 1) * skewMaxMs;
        add(fromMs, `the clock of ${one} is off by ${skewMs.toFixed(0)} ms`, (f) => f.setClockSkew(one, skewMs));
        add(toMs, `the clock of ${one} is right`, (faults) => faults.setClockSkew(one, 0));
      }
    }
  }
  return steps.sort((a, b) => a.atMs - b.atMs);
}

/** How nodes end and begin. Neither does anything where it is so already. */
export interface Lives {
  kill(name: string): void;
  restart(name: string): void;
}

/** Nodes that die without a word, and restart before the schedule ends. The same randomness gives the same schedule. */
export function randomCrashes(random: Random, plan: Omit<FaultPlan, "skewMaxMs">, lives: Lives): FaultStep[] {
  const steps: FaultStep[] = [];
  for (let i = 0; i < plan.count; i++) {
    const name = plan.nodes[Math.floor(random.unit() * plan.nodes.length)]!;
    const fromMs = random.unit() * plan.durationMs;
    const toMs = Math.min(plan.durationMs, fromMs + random.unit() * plan.lastsMaxMs);
    steps.push({ atMs: fromMs, what: `${name} is killed`, apply: () => lives.kill(name) });
    steps.push({ atMs: toMs, what: `${name} restarts`, apply: () => lives.restart(name) });
  }
  return steps;
}
