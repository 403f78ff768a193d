import type { GaugeKind } from "./machine/gauges.js";
import type { DemoOptions } from "./options.js";

/** A sensor of the demo: its name, which is unique, and what it measures. */
export interface SensorPart {
  readonly name: string;
  readonly gauge: GaugeKind;
}

/** A process that is to die by SIGKILL, in ms after everybody is up. */
export interface Kill {
  readonly name: string;
  readonly atMs: number;
}

/** Who plays and what happens when: all that the options and the seed decide. Times are in ms after everybody is up. */
export interface Plan {
  readonly bootstrap: string;
  readonly sensors: readonly SensorPart[];
  readonly viewers: readonly string[];
  /** The sensor that joins late. */
  readonly late: SensorPart & { readonly atMs: number };
  readonly rustSensor: string | undefined;
  readonly rustViewer: string | undefined;
  readonly kills: readonly Kill[];
  readonly endMs: number;
}

const KINDS: readonly GaugeKind[] = ["cpu", "memory", "disk", "network"];
const KILL_AT = 1 / 3;
const LATE_AT = 1 / 2;

/** The plan cannot be made; the message is for the user. */
export class PlanError extends Error {
  override readonly name = "PlanError";
}

/** @throws PlanError when `--kill` names nobody, or somebody who is not there at that time */
export function makePlan(options: DemoOptions): Plan {
  const endMs = options.seconds * 1000;
  const sensors = Array.from({ length: options.sensors }, (_, index) => sensorPart(index));
  const cast: Omit<Plan, "kills"> = {
    bootstrap: "bootstrap",
    sensors,
    viewers: Array.from({ length: options.viewers }, (_, index) => (index === 0 ? "viewer" : `viewer-${index + 1}`)),
    late: { name: "load", gauge: "load", atMs: endMs * LATE_AT },
    rustSensor: options.rust ? "rust-sensor" : undefined,
    rustViewer: options.rust ? "rust-viewer" : undefined,
    endMs,
  };
  const kills = options.kills.map(({ role, seconds }) => ({ name: role, atMs: seconds * 1000 }));
  for (const kill of kills) checkKill(kill, cast);
  const isVictim = (name: string): boolean => kills.some((kill) => kill.name === name);
  const candidates = sensors.filter(({ name }) => !isVictim(name));
  if (options.hasScriptedKill && candidates.length > 0) {
    const victim = candidates[drawIndex(options.seed, candidates.length)]!;
    kills.push({ name: victim.name, atMs: endMs * KILL_AT });
  }
  return { ...cast, kills: kills.sort((a, b) => a.atMs - b.atMs) };
}

/** Everybody in the plan by name. */
export function namesOf(plan: Omit<Plan, "kills">): string[] {
  const rust = [plan.rustSensor, plan.rustViewer].filter((name) => name !== undefined);
  return [plan.bootstrap, ...plan.sensors.map(({ name }) => name), plan.late.name, ...plan.viewers, ...rust];
}

function sensorPart(index: number): SensorPart {
  const gauge = KINDS[index % KINDS.length]!;
  const round = Math.floor(index / KINDS.length) + 1;
  return { name: round === 1 ? gauge : `${gauge}-${round}`, gauge };
}

function checkKill({ name, atMs }: Kill, plan: Omit<Plan, "kills">): void {
  const names = namesOf(plan);
  if (!names.includes(name))
    throw new PlanError(`--kill ${name}: there is no such role; there are ${names.join(", ")}`);
  if (atMs > plan.endMs)
    throw new PlanError(`--kill ${name}:${atMs / 1000}: the demo ends after ${plan.endMs / 1000} s`);
  if (name === plan.late.name && atMs <= plan.late.atMs) {
    throw new PlanError(`--kill ${name}:${atMs / 1000}: it joins only after ${plan.late.atMs / 1000} s`);
  }
}

/** One draw from a seed: splitmix32's finalizer. */
function drawIndex(seed: number, count: number): number {
  let bits = (seed + 0x9e3779b9) | 0;
  bits = Math.imul(bits ^ (bits >>> 16), 0x21f0aaad);
  bits = Math.imul(bits ^ (bits >>> 15), 0x735a2d97);
  return ((bits ^ (bits >>> 15)) >>> 0) % count;
}
