import type { Random } from "../../../src/runtime/index.js";
import type { Crew } from "./crew.js";

/** Something that goes wrong, until it is put right. */
export interface Fault {
  readonly what: string;
  readonly lastsMs: number;
  begin(crew: Crew): Promise<void> | void;
  end(crew: Crew): Promise<void> | void;
  /** The host whose member alone ends, while all others go on undisturbed: nothing that it confirmed may be lost. */
  readonly onlyEnds?: number;
}

/** What a fault is drawn from. */
interface Draw {
  readonly random: Random;
  readonly leader: number;
  /** All others, in any order. */
  readonly followers: readonly number[];
}

/** A stopped process stands still so long, in ms. */
const STANDS_STILL_MS = 3000;
/** Parts that are without each other for longer see their bonds end, and go on by themselves; in ms. */
const BONDS_END_MS = 5500;

const KINDS: readonly ((draw: Draw) => Fault)[] = [kill, stop, divide, leave, deafen];

/** The fault of a round: the kinds follow each other, everything else is drawn. */
export function faultOf(round: number, random: Random, leader: number, size: number): Fault {
  const others = Array.from({ length: size }, (_, host) => host).filter((host) => host !== leader);
  const followers = others.map((host) => [random.unit(), host] as const).sort(([a], [b]) => a - b);
  return KINDS[round % KINDS.length]!({ random, leader, followers: followers.map(([, host]) => host) });
}

/** kill -9 of one or two, which come back with nothing: as themselves, or as others. */
function kill({ random, leader, followers }: Draw): Fault {
  const [one, other] = followers as [number, number];
  const victims = pick(random, [[leader], [leader], [one], [leader, one], [one, other]]);
  const isOther = random.unit() < 0.5;
  return {
    what: `${named(victims, leader)} killed, ${isOther ? "others come in their place" : "back as themselves"}`,
    lastsMs: between(random, 0, 4000),
    begin: async ({ members }) => {
      await Promise.all(victims.map((host) => members[host]!.kill()));
    },
    end: async (crew) => {
      for (const host of victims) {
        const { identity } = crew.members[host]!.charge;
        await crew.start(host, isOther ? `${identity}'` : identity);
        crew.members[host]!.order("work");
      }
    },
    ...(victims.length === 1 && { onlyEnds: victims[0]! }),
  };
}

/** SIGSTOP. */
function stop({ random, leader, followers }: Draw): Fault {
  const host = pick(random, [leader, followers[0]!]);
  return {
    what: `${named([host], leader)} stopped`,
    lastsMs: STANDS_STILL_MS,
    begin: ({ members }) => members[host]!.stop(),
    end: ({ members }) => members[host]!.continue(),
  };
}

/** Nothing goes from one part to the other. */
function divide({ random, leader, followers }: Draw): Fault {
  const [one, other] = followers as [number, number];
  const part = pick(random, [[leader], [leader, one], [one], [one, other]]);
  const isPulled = part.length === 1 && random.unit() < 0.5;
  const rest = [leader, ...followers].filter((host) => !part.includes(host));
  const both = (act: (from: number, to: number) => void): void => {
    for (const here of part) {
      for (const there of rest) {
        act(here, there);
        act(there, here);
      }
    }
  };
  return {
    what: `${named(part, leader)} ${isPulled ? "without a cable" : "cut off from the rest"}`,
    lastsMs: apartMs(random),
    begin: ({ network }) => (isPulled ? network.pull(part[0]!) : both((from, to) => network.cut(from, to))),
    end: ({ network }) => (isPulled ? network.plug(part[0]!) : both((from, to) => network.mend(from, to))),
  };
}

/** A clean leave, and back in the same process. */
function leave({ random, leader, followers }: Draw): Fault {
  const host = pick(random, [leader, followers[0]!]);
  return {
    what: `${named([host], leader)} away`,
    lastsMs: between(random, 0, 4000),
    begin: ({ members }) => members[host]!.leave(),
    end: ({ members }) => {
      members[host]!.order("rejoin");
      members[host]!.order("work");
    },
    onlyEnds: host,
  };
}

/** One is not heard by some, though it hears them. */
function deafen({ random, leader, followers }: Draw): Fault {
  const from = pick(random, [leader, followers[0]!]);
  const others = [leader, ...followers].filter((host) => host !== from);
  const deaf = others.slice(0, 1 + Math.floor(random.unit() * others.length));
  return {
    what: `${named([from], leader)} not heard by ${deaf.join()}`,
    lastsMs: apartMs(random),
    begin: ({ network }) => deaf.forEach((to) => network.cut(from, to)),
    end: ({ network }) => deaf.forEach((to) => network.mend(from, to)),
  };
}

/** Half of them so short that bonds outlive it. */
function apartMs(random: Random): number {
  return random.unit() < 0.5 ? between(random, 1000, BONDS_END_MS) : between(random, BONDS_END_MS, 10_000);
}

function named(hosts: readonly number[], leader: number): string {
  return hosts.map((host) => (host === leader ? `the leader ${host}` : String(host))).join(" and ");
}

function pick<T>(random: Random, from: readonly T[]): T {
  return from[Math.floor(random.unit() * from.length)]!;
}

function between(random: Random, fromMs: number, toMs: number): number {
  return Math.round(fromMs + (toMs - fromMs) * random.unit());
}
