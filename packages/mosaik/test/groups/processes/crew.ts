import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { MemberProcess } from "./member-process.js";
import type { MemberState } from "./program/messages.js";
import { ipOf, Switch } from "./switch.js";

const PORT = 4433;
const LOOK_EVERY_MS = 50;
/** Commands are numbers of 32 bits: so many for each process. */
const COMMANDS_OF_PROCESS = 2 ** 20;
const START_WITHIN_MS = 20_000;
const LEADER_WITHIN_MS = 10_000;

/** Members of one group, each a process on a host of its own. */
export class Crew {
  readonly network: Switch;
  /** Where the histories are: on a failure they stay. */
  readonly folder: string;
  /** All processes that there ever were, each with the number of its host. */
  readonly processes: { readonly host: number; readonly process: MemberProcess }[] = [];
  readonly #name: string;
  readonly #members: MemberProcess[] = [];

  private constructor(name: string, network: Switch) {
    this.#name = name;
    this.network = network;
    this.folder = mkdtempSync(join(tmpdir(), "mosaik-processes-"));
  }

  /** @param name unlike that of every other crew at the same time */
  static async start(name: string, size: number): Promise<Crew> {
    const crew = new Crew(name, await Switch.make(size));
    for (let host = 0; host < size; host++) {
      await crew.start(host, `${name} ${host}`);
    }
    return crew;
  }

  /** The processes that run now, or were killed last, by host. */
  get members(): readonly MemberProcess[] {
    return this.#members;
  }

  /** A new process on a host. Resolves when it is a member, and has begun to look for the others. */
  async start(host: number, identity: string): Promise<void> {
    const others = this.#members.filter((member, i) => i !== host && !member.isKilled);
    const count = this.processes.length;
    const process = new MemberProcess(this.network.at(host), {
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
    return Promise.all(this.#members.map((member) => member.state()));
  }

  /** Waits until all members are as they are meant to be; looks at all of them at once. */
  async until(ms: number, what: string, isMet: (states: readonly MemberState[]) => boolean): Promise<void> {
    const endMs = performance.now() + ms;
    for (;;) {
      const states = await within(ms, this.states(), `the members to say how they are, waiting for ${what}`);
      if (isMet(states)) return;
      if (performance.now() > endMs) {
        throw new Error(`waited ${ms} ms for ${what}:\n${states.map((state) => JSON.stringify(state)).join("\n")}`);
      }
      await delay(LOOK_EVERY_MS);
    }
  }

  /** Ends everything. @param isSound whether nobody needs to look at the histories */
  async close(isSound: boolean): Promise<void> {
    await Promise.all(this.#members.map((member) => member.kill()));
    await this.network.close();
    if (isSound) rmSync(this.folder, { recursive: true });
  }
}

/** Whether all are bonded with all, follow one leader, and are up to date with it. */
export function areUnited(states: readonly MemberState[]): boolean {
  const [first] = states;
  const others = states.length - 1;
  return (
    first!.leader !== undefined &&
    states.every(({ isOnline, leader, bonds }) => isOnline && leader === first!.leader && bonds.length === others)
  );
}

/** Whether nothing is under way, and all have applied the same, which is all that they have. */
export function areAtRest(states: readonly MemberState[]): boolean {
  const [first] = states;
  return states.every(
    ({ openCount, committed, end, applied }) =>
      openCount === 0 && committed === end && committed === applied[0] && String(applied) === String(first!.applied),
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
