import type { Random } from "../../../src/runtime/index.js";
import type { Cluster } from "./cluster.js";

/** Something that happens to a cluster at a moment of virtual time. */
export interface Step {
  readonly atMs: number;
  /** What kind of fault begins, if one does. */
  readonly fault: FaultKind | undefined;
  readonly what: string;
  readonly apply: (cluster: Cluster) => void;
}

export interface ScenarioOptions {
  readonly size: number;
  /** Everything is put right by then, in ms. */
  readonly durationMs: number;
  /** These die for good; nobody comes back with nothing. Without: nobody dies, but some begin anew. */
  readonly dead?: readonly number[] | undefined;
}

/** Every kind of fault that there is; answers of the state sync that come twice, or late, are beside the schedule. */
export const FAULT_KINDS = [
  "partition",
  "one-way partition",
  "isolation",
  "loss",
  "flapping",
  "pause",
  "crash and restart",
  "leave and join",
  "delay",
  "clock skew",
  "rivals",
  "death",
] as const;

export type FaultKind = (typeof FAULT_KINDS)[number];

/** One kind of fault: what begins, and what ends it. */
type Fault = (context: FaultContext) => {
  kind: FaultKind;
  what: string;
  begin: (cluster: Cluster) => void;
  end?: (cluster: Cluster) => void;
};

interface FaultContext {
  readonly random: Random;
  readonly size: number;
  readonly one: number;
  readonly other: number;
}

const crashAndRestart: Fault = ({ one }) => ({
  kind: "crash and restart",
  what: `${one} dies, and comes back with nothing`,
  begin: (cluster) => cluster.crash(one),
  end: (cluster) => cluster.start(one),
});

const leaveAndJoin: Fault = ({ one }) => ({
  kind: "leave and join",
  what: `${one} leaves, and joins again`,
  begin: (cluster) => cluster.leave(one),
  end: (cluster) => cluster.start(one),
});

/** Who begins anew has forgotten what it had promised. */
const FORGETFUL: readonly Fault[] = [crashAndRestart, leaveAndJoin];

const FAULTS: readonly Fault[] = [
  ({ one, other }) => ({
    kind: "partition",
    what: `${one} and ${other} are cut off from each other`,
    begin: ({ bonds }) => each([one, other], (from, to) => bonds.cut(from, to)),
    end: ({ bonds }) => each([one, other], (from, to) => bonds.mend(from, to)),
  }),
  ({ one, other }) => ({
    kind: "one-way partition",
    what: `${other} does not hear ${one}`,
    begin: ({ bonds }) => bonds.cut(one, other),
    end: ({ bonds }) => bonds.mend(one, other),
  }),
  ({ random, size }) => {
    const isHere = range(size).map(() => random.unit() < 0.5);
    const split = (act: (from: number, to: number) => void): void => {
      for (const from of range(size)) for (const to of range(size)) if (isHere[from] !== isHere[to]) act(from, to);
    };
    return {
      kind: "partition",
      what: `the group is divided: ${range(size).filter((i) => isHere[i]).join()} | ${range(size).filter((i) => !isHere[i]).join()}`, // prettier-ignore
      begin: ({ bonds }) => split((from, to) => bonds.cut(from, to)),
      end: ({ bonds }) => split((from, to) => bonds.mend(from, to)),
    };
  },
  ({ size, one }) => {
    const others = range(size).filter((i) => i !== one);
    return {
      kind: "isolation",
      what: `${one} is cut off from everybody`,
      begin: ({ bonds }) => others.forEach((other) => each([one, other], (from, to) => bonds.cut(from, to))),
      end: ({ bonds }) => others.forEach((other) => each([one, other], (from, to) => bonds.mend(from, to))),
    };
  },
  ({ random, one, other }) => {
    const isLossy = random.unit() < 0.7;
    return {
      kind: "loss",
      what: `the bond of ${one} and ${other} breaks${isLossy ? " and loses what travels" : ""}`,
      begin: ({ bonds }) => bonds.drop(one, other, isLossy),
    };
  },
  ({ random, one, other }) => {
    const everyMs = 50 + 400 * random.unit();
    let isOver = false;
    return {
      kind: "flapping",
      what: `the bond of ${one} and ${other} flaps every ${everyMs.toFixed(0)} ms`,
      begin: ({ bonds, timeline }) => {
        const flap = (): void => {
          if (isOver) return;
          bonds.drop(one, other, random.unit() < 0.7);
          timeline.after(everyMs, flap);
        };
        flap();
      },
      end: () => {
        isOver = true;
      },
    };
  },
  ({ one }) => ({
    kind: "pause",
    what: `${one} stands still`,
    begin: (cluster) => cluster.pause(one),
    end: (cluster) => cluster.resume(one),
  }),
  crashAndRestart,
  leaveAndJoin,
  ({ random, one, other }) => {
    const byMs = 50 + 700 * random.unit();
    return {
      kind: "delay",
      what: `what ${one} and ${other} say takes ${byMs.toFixed(0)} ms longer`,
      begin: ({ bonds }) => bonds.slow(one, other, byMs),
      end: ({ bonds }) => bonds.slow(one, other, 0),
    };
  },
  ({ random, one }) => {
    const rate = 0.8 + 0.4 * random.unit();
    return {
      kind: "clock skew",
      what: `the clock of ${one} runs ${rate.toFixed(2)} times as fast`,
      begin: (cluster) => cluster.setClockRate(one, rate),
    };
  },
];

type Add = (atMs: number, what: string, apply: (cluster: Cluster) => void, fault?: FaultKind) => void;

/** Joins, faults that end in time, and what clients ask for: all drawn at random. */
export function randomScenario(random: Random, { size, durationMs, dead }: ScenarioOptions): Step[] {
  const steps: Step[] = [];
  const add: Add = (atMs, what, apply, fault) => {
    steps.push({ atMs, what, apply, fault });
  };
  const below = (limit: number): number => Math.floor(random.unit() * limit);
  // Some groups begin all at once, others member by member; of the latter some after the first has elected itself.
  const joinsWithinMs = [100, 3000, 15_000][below(3)]!;
  for (const number of range(size)) {
    add(number === 0 ? 0 : joinsWithinMs * random.unit(), `${number} joins`, (cluster) => cluster.start(number));
  }
  const kinds = FAULTS.filter((fault) => random.unit() < 0.6 && !(dead !== undefined && FORGETFUL.includes(fault)));
  for (const one of dead ?? []) {
    add(random.unit() * durationMs, `${one} dies for good`, (cluster) => cluster.crash(one), "death");
  }
  const count = kinds.length === 0 ? 0 : 2 + below(12);
  for (let i = 0; i < count; i++) {
    const one = below(size);
    const other = (one + 1 + below(size - 1)) % size;
    const { kind, what, begin, end } = kinds[below(kinds.length)]!({ random, size, one, other });
    const fromMs = random.unit() * durationMs;
    const toMs = Math.min(durationMs, fromMs + [1000, 4000, 12_000][below(3)]! * random.unit());
    add(fromMs, what, begin, kind);
    if (end !== undefined) add(toMs, `no more: ${what}`, end);
  }
  // Both parts of a group that is divided from the beginning elect a leader of term 1; with as many commands each, their logs end alike.
  const hasRivals = random.unit() < 0.25;
  if (hasRivals) addRivals(add, random, size);
  const everyMs = [60, 150, 600][below(3)]!;
  for (let atMs = (hasRivals ? 12_000 : 500) + everyMs; atMs < durationMs; atMs += 2 * everyMs * random.unit()) {
    const number = below(size);
    if (random.unit() < 0.15) add(atMs, "a query", (cluster) => cluster.query(number, Math.floor(atMs)));
    else {
      const commands = random.unit() < 0.8 ? 1 : 1 + below(random.unit() < 0.2 ? 30 : 5);
      add(atMs, "commands", (cluster) => void cluster.propose(number, commands));
    }
  }
  return steps.sort((a, b) => a.atMs - b.atMs);
}

function addRivals(add: Add, random: Random, size: number): void {
  const [here, there] = [range(size).slice(0, size >> 1), range(size).slice(size >> 1)];
  const both = (act: (from: number, to: number) => void): void =>
    here.forEach((one) => there.forEach((other) => each([one, other], act)));
  const untilMs = 7000 + 5000 * random.unit();
  const divide = ({ bonds }: Cluster): void => both((from, to) => bonds.cut(from, to));
  add(0, "the group is divided from the beginning", divide, "rivals");
  add(untilMs - 500 * random.unit(), "each part gets a command", (cluster) => {
    for (const part of [here, there]) {
      const leader = part.find((number) => cluster.member(number)?.core.role === "leader");
      if (leader !== undefined) cluster.propose(leader);
    }
  });
  add(untilMs, "no more: the group is divided", ({ bonds }) => both((from, to) => bonds.mend(from, to)));
}

function each([one, other]: readonly [number, number], act: (from: number, to: number) => void): void {
  act(one, other);
  act(other, one);
}

export function range(count: number): number[] {
  return Array.from({ length: count }, (_, i) => i);
}
