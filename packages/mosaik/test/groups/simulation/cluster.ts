import { consensusConfig, type ConsensusConfig } from "../../../src/groups/config.js";
import type { LeadershipPreference } from "../../../src/groups/machine/machine.js";
import type { RaftOutput } from "../../../src/groups/raft/io.js";
import { SeededRandom } from "../../../src/runtime/index.js";
import type { GroupRecord } from "../../../src/testing/index.js";
import { SimulatedBonds, type BondEvent, type BondUser } from "./bonds.js";
import { Invariants } from "./invariants.js";
import { Member, type MemberInput, type MemberParts, type ProposalState } from "./member.js";
import { Timeline } from "./timeline.js";
import { Violation } from "./violations.js";

export interface ClusterOptions {
  readonly seed: number | string;
  readonly size: number;
  readonly parts: (number: number) => MemberParts;
  readonly preference?: (number: number) => LeadershipPreference;
  /** Called for what must never happen. Default: it is thrown. */
  readonly onViolation?: (violation: Violation) => void;
  /** Called with everything that happens, if somebody wants to read it. */
  readonly trace?: (line: string) => void;
  readonly config?: ConsensusConfig;
}

/** More than any course of events has: then members keep each other busy for ever. */
const STEPS_MAX = 100_000;

/** How often things happened. */
export interface ClusterCounts {
  steps: number;
  elections: number;
  commits: number;
  reverted: number;
  diverged: number;
  possiblyReverted: number;
  syncs: number;
}

/** Where a member runs: its lives follow each other here. */
class Slot implements BondUser {
  readonly number: number;
  member: Member | undefined;
  incarnation = 0;
  /** Whom it knows to be a member. */
  readonly catalog = new Set<number>();
  /** What it was told last of its mesh. */
  mesh: boolean | undefined;
  /** It may be told of things only by the cluster. */
  readonly #onEvent: (slot: Slot, event: BondEvent) => void;

  constructor(number: number, onEvent: (slot: Slot, event: BondEvent) => void) {
    this.number = number;
    this.#onEvent = onEvent;
  }

  get isUp(): boolean {
    return this.member !== undefined;
  }

  get isPaused(): boolean {
    return this.member?.isPaused === true;
  }

  take(event: BondEvent): void {
    this.#onEvent(this, event);
  }
}

/** The members of one group, their bonds, and what they did: in virtual time, from one seed. */
export class Cluster {
  readonly timeline = new Timeline();
  readonly random: SeededRandom;
  readonly bonds: SimulatedBonds;
  readonly config: ConsensusConfig;
  readonly counts: ClusterCounts = {
    steps: 0,
    elections: 0,
    commits: 0,
    reverted: 0,
    diverged: 0,
    possiblyReverted: 0,
    syncs: 0,
  };
  /** Equal for equal courses of events. */
  digest = 0;
  /** Everything that the members did and said. */
  readonly history: GroupRecord[] = [];
  readonly #options: ClusterOptions;
  readonly #slots: Slot[] = [];
  #commands = 0;
  readonly #invariants: Invariants;
  readonly #clocks: { rate: number; offsetMs: number }[] = [];

  constructor(options: ClusterOptions) {
    this.#options = options;
    this.random = new SeededRandom(`cluster/${options.seed}`);
    this.config = options.config ?? consensusConfig();
    this.bonds = new SimulatedBonds(this.timeline, new SeededRandom(`bonds/${options.seed}`));
    const report = options.onViolation ?? ((violation: Violation) => { throw violation; }); // prettier-ignore
    this.#invariants = new Invariants(this.bonds, report);
    for (let number = 0; number < options.size; number++) {
      const slot = new Slot(number, (to, event) => this.#bondEvent(to, event));
      this.#slots.push(slot);
      this.#clocks.push({ rate: 0.95 + 0.1 * this.random.unit(), offsetMs: Math.floor(1e6 * this.random.unit()) });
      this.bonds.add(slot);
    }
  }

  get size(): number {
    return this.#slots.length;
  }

  /** Those that run, in ascending order; also those that stand still. */
  members(): Member[] {
    return this.#slots.flatMap(({ member }) => member ?? []);
  }

  member(number: number): Member | undefined {
    return this.#slots[number]!.member;
  }

  /** The member that everybody who runs follows, itself among them. */
  leader(): Member | undefined {
    const members = this.members();
    const number = members[0]?.leader;
    const leader = number === undefined ? undefined : this.member(number);
    if (leader?.core.role !== "leader") return undefined;
    return members.every((member) => member.leader === number && member.core.term === leader.core.term)
      ? leader
      : undefined;
  }

  /** All who run follow one leader, have its log, and have committed all of it. What is behind its end will give way, or be committed. */
  isConverged(): boolean {
    const leader = this.leader();
    if (leader === undefined) return false;
    const { log } = leader;
    const { index } = log.last();
    return this.members().every(
      (member) =>
        member.core.isOnline &&
        !member.core.isSyncing &&
        member.log.hashes[index] === log.hashes[index] &&
        member.core.committed.index === index &&
        member.host.committed.index === index,
    );
  }

  start(number: number): void {
    const slot = this.#slots[number]!;
    if (slot.member !== undefined) return;
    slot.incarnation++;
    slot.mesh = undefined;
    this.#trace(() => `${number} starts`);
    slot.member = new Member({
      number,
      incarnation: slot.incarnation,
      parts: this.#options.parts(number),
      config: this.config,
      preference: this.#options.preference?.(number) ?? { kind: "normal" },
      timeline: this.timeline,
      random: new SeededRandom(`member/${this.#options.seed}/${number}/${slot.incarnation}`),
      bonds: this.bonds,
      observer: {
        stepped: (member, input, outputs) => this.#stepped(member, input, outputs),
        settled: (member) => this.#invariants.settled(member),
      },
      write: (record) => this.history.push(record),
      clock: this.#clocks[number]!,
    });
    slot.catalog.clear();
    for (const other of this.#slots) {
      if (other !== slot && other.isUp) this.#introduce(slot, other);
    }
    this.#reviewMesh(slot);
  }

  /** The process dies; it remembers nothing when it starts again. */
  crash(number: number): void {
    const slot = this.#slots[number]!;
    if (slot.member === undefined) return;
    this.#trace(() => `${number} crashes`);
    slot.member.stop("crashed");
    slot.member = undefined;
    this.bonds.forget(number);
    this.bonds.crash(number);
  }

  leave(number: number): void {
    const slot = this.#slots[number]!;
    const { member } = slot;
    if (member === undefined || member.isPaused) return;
    this.#trace(() => `${number} leaves`);
    member.input({ kind: "leave" });
    this.bonds.forget(number);
    this.bonds.leave(number);
    member.stop("left");
    slot.member = undefined;
    for (const other of this.#slots) {
      this.timeline.after(200 * this.random.unit(), () => {
        if (slot.member !== undefined || !other.catalog.delete(number)) return;
        this.#reviewMesh(other);
      });
    }
  }

  pause(number: number): void {
    const { member } = this.#slots[number]!;
    if (member === undefined || member.isPaused) return;
    this.#trace(() => `${number} stands still`);
    member.pause();
    this.bonds.reviewPause(number);
  }

  resume(number: number): void {
    const { member } = this.#slots[number]!;
    if (member?.isPaused !== true) return;
    this.#trace(() => `${number} goes on`);
    member.resume();
    this.bonds.reviewPause(number);
  }

  /** The member's clock runs at another rate from its next life on. */
  setClockRate(number: number, rate: number): void {
    this.#clocks[number] = { ...this.#clocks[number]!, rate };
  }

  /** New commands, all unlike, are given to a member that runs. @returns what becomes of them */
  propose(number: number, count = 1): Readonly<ProposalState> | undefined {
    const { member } = this.#slots[number]!;
    if (member === undefined || member.isPaused) return undefined;
    const commands = Array.from({ length: count }, () => ++this.#commands);
    this.#trace(() => `${number} is given ${commands.join()}`);
    return member.propose(commands);
  }

  query(number: number, id: number): void {
    const { member } = this.#slots[number]!;
    if (member === undefined || member.isPaused) return;
    member.query(id);
  }

  #introduce(one: Slot, other: Slot): void {
    const [oneLife, otherLife] = [one.incarnation, other.incarnation];
    this.timeline.after(20 + 280 * this.random.unit(), () => {
      if (!one.isUp || !other.isUp || one.incarnation !== oneLife || other.incarnation !== otherLife) return;
      one.catalog.add(other.number);
      other.catalog.add(one.number);
      this.bonds.introduce(one.number, other.number);
      this.#reviewMesh(one);
      this.#reviewMesh(other);
    });
  }

  #bondEvent(slot: Slot, event: BondEvent): void {
    const { member } = slot;
    if (member === undefined) return;
    if (event.kind !== "message") this.#trace(() => `${slot.number} is ${event.kind} with ${event.peer}`);
    member.take(event);
    if (event.kind !== "message") this.#reviewMesh(slot);
  }

  #reviewMesh(slot: Slot): void {
    const isComplete = [...slot.catalog].every((other) => this.bonds.isBonded(slot.number, other));
    if (slot.member === undefined || isComplete === slot.mesh) return;
    slot.mesh = isComplete;
    slot.member.setMesh(isComplete);
  }

  #stepped(member: Member, input: MemberInput, outputs: readonly RaftOutput[]): void {
    const { counts } = this;
    if (++counts.steps > STEPS_MAX) throw new Violation("restless", `${STEPS_MAX} steps and no end`);
    this.digest =
      Math.imul(this.digest ^ (member.number + 8 * outputs.length), 0x85ebca6b) ^ member.core.committed.index;
    this.digest = Math.imul(this.digest ^ (1000 * this.timeline.nowMs), 0xc2b2ae35) ^ (member.core.term << 4);
    this.#trace(() => `${member.number} <- ${text(input)}${outputs.map((o) => `\n      -> ${text(o)}`).join("")}`);
    for (const { kind } of outputs) {
      if (kind === "commit") counts.commits++;
      else if (kind === "reverted") counts.reverted++;
      else if (kind === "diverged") counts.diverged++;
      else if (kind === "possiblyReverted") counts.possiblyReverted++;
      else if (kind === "beginSync") counts.syncs++;
    }
    if (outputs.some((output) => output.kind === "role" && output.role === "candidate")) counts.elections++;
    this.#invariants.stepped(member, input, outputs);
  }

  #trace(line: () => string): void {
    this.#options.trace?.(`${this.timeline.nowMs.toFixed(1).padStart(8)} ${line()}`);
  }
}

/** One line of what a core was told, or wants: members by their numbers. */
function text(value: object): string {
  return JSON.stringify(value, (_key, inner: unknown) =>
    inner instanceof Uint8Array ? [...inner].join(" ") : inner,
  ).replace(/"(([0-9a-f]{2})\2{31})"/g, (_, __, byte: string) => String(parseInt(byte, 16) - 1));
}
