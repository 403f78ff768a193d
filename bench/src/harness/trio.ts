import { randomUUID } from "node:crypto";
import type { CallCount, CallTimes } from "./call-loop.js";
import type { CallLoad } from "./calls.js";

/** Far longer than any election takes. */
const AGREE_MAX_MS = 20_000;

/** From which member commands are given. */
export type Side = "leader" | "follower";

/** How a leader ends: it says goodbye to the group, or its process is killed. */
export type LeaderEnd = "leaves" | "is killed";

/** A node, in a process of its own, that is to be a member of groups, one after the other. */
export interface TrioMember {
  readonly id: string;
  /** Joins a group, of which the machine is a sum of numbers. */
  joinGroup(secret: string): Promise<unknown>;
  /** Resolves with the leader's id when this member follows, or is, another leader than that, and has all of its log. */
  ledBy(another?: string): Promise<string>;
  /** Resolves when it has bonds with as many. */
  bonded(count: number): Promise<unknown>;
  /** Executes commands, each of which adds 1. */
  execute(count: CallCount): Promise<CallTimes>;
  /** Resolves with the sum when this member has applied as many commands. */
  sumAfter(count: number): Promise<number>;
  leaveGroup(): Promise<unknown>;
  /** Ends the process without its having a say. */
  kill(): Promise<unknown>;
}

/** Three nodes that know each other, and the group that they form. */
export class Trio {
  readonly #members: readonly TrioMember[];
  readonly #processes: Pick<CallLoad, "cpuMicros" | "close">;
  #leader: string | undefined;
  #executed = 0;

  constructor(members: readonly TrioMember[], processes: Pick<CallLoad, "cpuMicros" | "close">) {
    this.#members = members;
    this.#processes = processes;
  }

  /** Joins a group that there was not before; resolves when all follow one leader. */
  async form(): Promise<void> {
    const secret = randomUUID();
    await Promise.all(this.#members.map((member) => member.joinGroup(secret)));
    this.#leader = await agreed(this.#members);
  }

  /** Leaves the group. */
  async part(): Promise<void> {
    await Promise.all(this.#members.map((member) => member.leaveGroup()));
  }

  /** Ends the leader; resolves when the others follow another leader and a command that one of them gave is committed. */
  async endLeader(how: LeaderEnd): Promise<void> {
    const leader = this.#find("leader");
    const others = this.#members.filter((member) => member !== leader);
    const ended = how === "leaves" ? leader.leaveGroup() : leader.kill();
    await agreed(others, leader.id);
    await others[0]!.execute({ count: 1, inFlight: 1 });
    await ended;
  }

  /** Commands from one of the members, once all have bonds with all. */
  async load(side: Side): Promise<CallLoad> {
    await Promise.all(this.#members.map((member) => member.bonded(this.#members.length - 1)));
    const from = this.#find(side);
    return {
      ...this.#processes,
      call: (count) => {
        this.#executed += count.count;
        return from.execute(count);
      },
    };
  }

  /** @throws Error where a member does not have all commands that were executed, or has one twice */
  async check(): Promise<void> {
    for (const member of this.#members) {
      const sum = await member.sumAfter(this.#executed);
      if (sum !== this.#executed) throw new Error(`a member has ${sum} of ${this.#executed} commands`);
    }
  }

  close(): Promise<void> {
    return this.#processes.close();
  }

  #find(side: Side): TrioMember {
    return this.#members.find(({ id }) => (id === this.#leader) === (side === "leader"))!;
  }
}

/** The leader that all follow, once they do. @throws Error where each goes on following another, as those do that never bonded */
async function agreed(members: readonly TrioMember[], another?: string): Promise<string> {
  const startMs = performance.now();
  while (performance.now() - startMs < AGREE_MAX_MS) {
    const [leader, ...rest] = await Promise.all(members.map((member) => member.ledBy(another)));
    if (rest.every((each) => each === leader)) return leader!;
  }
  throw new Error(`the members did not agree on a leader within ${AGREE_MAX_MS / 1000} s`);
}
