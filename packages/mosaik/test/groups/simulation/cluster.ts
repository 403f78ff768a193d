import { consensusConfig, type ConsensusConfig } from "../../../src/groups/config.js";
import type { LeadershipPreference } from "../../../src/groups/machine/machine.js";
import type { RaftOutput } from "../../../src/groups/raft/io.js";
import { SeededRandom } from "../../../src/runtime/index.js";
import type { GroupRecord } from "../../../src/testing/index.js";
import type { Agreement } from "./agreement.js";
import { SimulatedBonds, type BondEvent } from "./bonds.js";
import { Course, lineOf } from "./course.js";
import { Hazards } from "./hazards.js";
import { Invariants } from "./invariants.js";
import { Member } from "./member.js";
import type { MemberInput } from "./observer.js";
import { MemberClock } from "./member-clock.js";
import type { ProposalState } from "./member-commands.js";
import type { MemberParts } from "./parts.js";
import { Slot } from "./slot.js";
import { Timeline } from "./timeline.js";
import type { Violation } from "./violations.js";

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
  /** What must hold besides, of a group that does not go on in all its parts. */
  readonly agreement?: Agreement | undefined;
}

/** The members of one group, their bonds, and what they did: in virtual time, from one seed. */
export class Cluster {
  readonly timeline = new Timeline();
  readonly random: SeededRandom;
  readonly bonds: SimulatedBonds;
  readonly config: ConsensusConfig;
  readonly course = new Course();
  /** What happened that may happen. */
  readonly hazards = new Hazards();
  /** Everything that the members did and said. */
  readonly history: GroupRecord[] = [];
  readonly #options: ClusterOptions;
  readonly #slots: Slot[] = [];
  #commands = 0;
  readonly #invariants: Invariants;

  constructor(options: ClusterOptions) {
    this.#options = options;
    this.random = new SeededRandom(`cluster/${options.seed}`);
    this.config = options.config ?? consensusConfig();
    this.bonds = new SimulatedBonds(this.timeline, new SeededRandom(`bonds/${options.seed}`));
    const report = options.onViolation ?? ((violation: Violation) => { throw violation; }); // prettier-ignore
    this.#invariants = new Invariants(
      this.bonds,
      report,
      (hazard, how) => this.hazards.add(hazard, how),
      options.agreement,
    );
    for (let number = 0; number < options.size; number++) {
      const clock = new MemberClock(
        this.timeline,
        0.95 + 0.1 * this.random.unit(),
        Math.floor(1e6 * this.random.unit()),
      );
      const slot = new Slot(number, clock, (to, event) => this.#bondEvent(to, event));
      this.#slots.push(slot);
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

  /** All who run follow one leader, have its log, and have committed all of it. */
  isConverged(): boolean {
    const leader = this.leader();
    return leader !== undefined && this.members().every((member) => this.isLike(member, leader));
  }

  /** Whether a member has all of its leader's log, committed and applied. What is behind its end will give way, or be committed. */
  isLike({ core, log, host }: Member, leader: Member): boolean {
    const { index } = leader.log.last();
    const isSame = log.hashes[index] === leader.log.hashes[index];
    return (
      isSame && core.isOnline && !core.isSyncing && core.committed.index === index && host.committed.index === index
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
      clock: slot.clock,
      random: new SeededRandom(`member/${this.#options.seed}/${number}/${slot.incarnation}`),
      bonds: this.bonds,
      observer: {
        stepped: (member, input, outputs) => this.#stepped(member, input, outputs),
        settled: (member) => this.#invariants.settled(member),
      },
      write: (record) => this.#write(slot, record),
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

  /** The member's clock runs at another rate from now on. */
  setClockRate(number: number, rate: number): void {
    const { clock, member } = this.#slots[number]!;
    clock.setRate(rate);
    member?.clockChanged();
  }

  /** New commands, all unlike, are given to a member that runs. @returns what becomes of them */
  propose(number: number, count = 1): Readonly<ProposalState> | undefined {
    const { member } = this.#slots[number]!;
    if (member === undefined || member.isPaused) return undefined;
    const commands = Array.from({ length: count }, () => ++this.#commands);
    this.#trace(() => `${number} is given ${commands.join()}`);
    return member.propose(commands);
  }

  /** Asks the leader, and the member's own machine. */
  query(number: number, id: number): void {
    const { member } = this.#slots[number]!;
    if (member === undefined || member.isPaused) return;
    member.query(id);
    member.queryHere();
  }

  #write({ member }: Slot, record: GroupRecord): void {
    this.history.push(record);
    if (record.kind === "settled" && record.outcome === "executed") this.#invariants.executed(member!, record.index);
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
    this.course.stepped(this.timeline.nowMs, member, outputs);
    this.#trace(() => `${member.number} <- ${lineOf(input)}${outputs.map((o) => `\n      -> ${lineOf(o)}`).join("")}`);
    this.#invariants.stepped(member, input, outputs);
  }

  #trace(line: () => string): void {
    this.#options.trace?.(`${this.timeline.nowMs.toFixed(1).padStart(8)} ${line()}`);
  }
}
