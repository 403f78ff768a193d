import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import type { CrewMember, StartMember } from "./crew-member.js";
import type { MemberState } from "./program/messages.js";
import { ipOf, Switch } from "./switch.js";

const PORT = 4433;
const LOOK_EVERY_MS = 50;
/** Commands are numbers of 32 bits: so many for each process. */
const COMMANDS_OF_PROCESS = 2 ** 20;
const START_WITHIN_MS = 20_000;
const LEADER_WITHIN_MS = 10_000;
const ANSWER_WITHIN_MS = 10_000;

/** Members of one group, each a process on a host of its own. */
export class Crew {
  readonly network: Switch;
  /** Where the histories are: on a failure they stay. */
  readonly folder: string;
  /** All processes that there ever were, each with the number of its host. */
  readonly processes: { readonly host: number; readonly process: CrewMember }[] = [];
  readonly #name: string;
  readonly #seats: readonly StartMember[];
  readonly #members: CrewMember[] = [];

  private constructor(name: string, seats: readonly StartMember[], network: Switch) {
    this.#name = name;
    this.#seats = seats;
    this.network = network;
    this.folder = mkdtempSync(join(tmpdir(), "mosaik-processes-"));
  }

  /**
   * @param name unlike that of every other crew at the same time
   * @param seats what runs on each host
   */
  static async start(name: string, seats: readonly StartMember[]): Promise<Crew> {
    const crew = new Crew(name, seats, await Switch.make(seats.length));
    try {
      for (const host of seats.keys()) await crew.start(host, `${name} ${host}`);
    } catch (error) {
      await crew.close(false);
      throw error;
    }
    return crew;
  }

  get size(): number {
    return this.#seats.length;
  }

  /** The processes that run now, or were killed last, by host. */
  get members(): readonly CrewMember[] {
    return this.#members;
  }

  /** A new process on a host. Resolves when it is a member, and has begun to look for the others. */
  async start(host: number, identity: string): Promise<void> {
    const others = this.#members.filter((member, i) => i !== host && !member.isKilled);
    const count = this.processes.length;
    const process = this.#seats[host]!(this.network.at(host), {
      member: String(host),
      networkId: this.#name,
      secret: `the secret of ${this.#name}`,
      identity,
      bind: `${ipOf(host)}:${PORT}`,
      bootstrap: others.map(({ address }) => address),
      history: join(this.folder, `${host}.${count}.jsonl`),
      firstCommand: count * COMMANDS_OF_PROCESS,
    });
    this.#members[host] = process;
    this.processes.push({ host, process });
    await within(START_WITHIN_MS, process.joined, `member ${host} to start`);
  }

  order(kind: "work" | "rest"): void {
    for (const member of this.#members) member.order(kind);
  }

  /** The number of the host whose member all follow. */
  async leader(): Promise<number> {
    await this.until(LEADER_WITHIN_MS, "one leader", areUnited);
    return (await this.states()).findIndex(({ isLeader }) => isLeader);
  }

  states(): Promise<MemberState[]> {
    const states = Promise.all(this.#members.map((member) => member.state()));
    return within(ANSWER_WITHIN_MS, states, "the members to say how they are");
  }

  /** Waits until all members are as they are meant to be. @throws where they do not become so */
  async until(ms: number, what: string, isMet: (states: readonly MemberState[]) => boolean): Promise<void> {
    if (await this.becomes(ms, isMet)) return;
    const states = await this.states();
    throw new Error(`waited ${ms} ms for ${what}:\n${states.map((state) => JSON.stringify(state)).join("\n")}`);
  }

  /** Looks at all members at once, again and again. @returns whether they became in time as they are meant to be */
  async becomes(ms: number, isMet: (states: readonly MemberState[]) => boolean): Promise<boolean> {
    const endMs = performance.now() + ms;
    while (performance.now() <= endMs) {
      if (isMet(await this.states())) return true;
      await delay(LOOK_EVERY_MS);
    }
    return false;
  }

  /** Ends everything. @param isSound whether nobody needs to look at the histories */
  async close(isSound: boolean): Promise<void> {
    await Promise.all(this.#members.map((member) => member.kill()));
    await this.network.close();
    if (isSound) rmSync(this.folder, { recursive: true });
  }
}

/** Whether all are bonded with all. */
export function areBonded(states: readonly MemberState[]): boolean {
  return states.every(({ bonds }) => bonds.length === states.length - 1);
}

/** Whether all are bonded with all, follow one leader, and are up to date with it. */
export function areUnited(states: readonly MemberState[]): boolean {
  const leader = states[0]!.leader;
  const isFollowed = leader !== undefined && states.every((state) => state.isOnline && state.leader === leader);
  return isFollowed && areBonded(states);
}

/** Whether nothing is under way, and all have applied the same, which is all that they have. */
export function areAtRest(states: readonly MemberState[]): boolean {
  const [first] = states;
  return states.every(
    ({ openCount, committed, end, applied }) =>
      openCount === 0 &&
      committed >= end.index &&
      committed === applied[0] &&
      String(applied) === String(first!.applied),
  );
}

/** Fails if the promise takes longer than `ms`. */
async function within<T>(ms: number, promise: Promise<T>, what: string): Promise<T> {
  const cancelled = new AbortController();
  const late = delay(ms, undefined, { signal: cancelled.signal }).then(() => {
    throw new Error(`waited ${ms} ms for ${what}`);
  });
  try {
    return await Promise.race([promise, late]);
  } finally {
    cancelled.abort();
    late.catch(() => {}); // it was cancelled
  }
}
