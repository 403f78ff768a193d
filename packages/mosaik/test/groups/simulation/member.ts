import { MachineHost } from "../../../src/groups/apply.js";
import { CatchUp } from "../../../src/groups/catch-up.js";
import type { ConsensusConfig } from "../../../src/groups/config.js";
import type { LeadershipPreference } from "../../../src/groups/machine/machine.js";
import type { Cursor, Index, IndexRange } from "../../../src/groups/positions.js";
import type { RaftCore, RaftCoreOptions } from "../../../src/groups/raft/core.js";
import { FingerprintedLog } from "../../../src/groups/raft/fingerprinted-log.js";
import type { RaftInput, RaftOutput } from "../../../src/groups/raft/io.js";
import type { LogStorage } from "../../../src/groups/storage/storage.js";
import type { StateSync } from "../../../src/groups/sync/sync.js";
import { Digest, PeerId } from "../../../src/primitives/index.js";
import type { CancelTimer, Random } from "../../../src/runtime/index.js";
import { GroupRecorder, type GroupRecord } from "../../../src/testing/index.js";
import type { BondEvent, SimulatedBonds } from "./bonds.js";
import { ObservedLog } from "./observed-log.js";
import type { OrderMachine } from "./order-machine.js";
import type { Timeline } from "./timeline.js";

/** What a member is made of; planted bugs replace a part. */
export interface MemberParts {
  core(options: RaftCoreOptions): Pick<RaftCore, keyof RaftCore>;
  sync(): StateSync;
  log(): LogStorage;
  machine(sync: StateSync, preference: LeadershipPreference): OrderMachine;
}

/** Who watches a member. `input` is what the core was told, `outputs` what it wants. */
export interface MemberObserver {
  /** Behind each step of the core, before anything of it is carried out. */
  stepped(member: Member, input: MemberInput, outputs: readonly RaftOutput[]): void;
  /** Behind everything that a step has caused. */
  settled(member: Member): void;
}

/** An input of the core; messages with the incarnation of their senders. */
export type MemberInput = RaftInput & { readonly sender?: number };

export interface MemberOptions {
  readonly number: number;
  readonly incarnation: number;
  readonly parts: MemberParts;
  readonly config: ConsensusConfig;
  readonly preference: LeadershipPreference;
  readonly timeline: Timeline;
  readonly random: Random;
  readonly bonds: SimulatedBonds;
  readonly observer: MemberObserver;
  /** Takes what it does and says. */
  readonly write: (record: GroupRecord) => void;
  /** How fast its clock runs, and what it showed at the beginning, in ms. */
  readonly clock: { readonly rate: number; readonly offsetMs: number };
}

const GROUP_ID = Digest.from("the simulated group");
const NETWORK_ID = Digest.from("the simulated network");
const peerIds: PeerId[] = [];
const numbers = new Map<PeerId, number>();

/** The id of the member with a number: in the order of the numbers. */
export function peerOf(number: number): PeerId {
  while (peerIds.length <= number) {
    const id = PeerId.fromBytes(new Uint8Array(32).fill(peerIds.length + 1));
    numbers.set(id, peerIds.length);
    peerIds.push(id);
  }
  return peerIds[number]!;
}

export function numberOf(peer: PeerId): number {
  return numbers.get(peer)!;
}

/** One life of a member: the core, its log, its machine and its state sync, and what carries out what the core wants. */
export class Member {
  readonly number: number;
  readonly incarnation: number;
  readonly core: Pick<RaftCore, keyof RaftCore>;
  readonly log: ObservedLog;
  readonly machine: OrderMachine;
  readonly host: MachineHost;
  /** What it was asked, by the number of the proposal. */
  readonly proposals = new Map<number, ProposalState>();
  readonly answers = new Map<number, "answered" | "failed">();
  /** The range that the session has taken off the log since the last step. */
  sessionTruncated: Index | undefined;
  isPaused = false;
  isGone = false;
  readonly #options: MemberOptions;
  readonly #recorder: GroupRecorder<number>;
  readonly #fingerprinted: FingerprintedLog;
  readonly #catchUp: CatchUp;
  readonly #inputs: MemberInput[] = [];
  #isBusy = false;
  /** What came while it stood still, and the timers that are late by now: those come behind. */
  #waiting: (() => void)[] = [];
  #late: (() => void)[] = [];
  #cancelTick: CancelTimer | undefined;
  #tickAtMs = Infinity;

  constructor(options: MemberOptions) {
    const { number, incarnation, parts, config, preference, random, write } = options;
    this.#options = options;
    this.number = number;
    this.incarnation = incarnation;
    this.#recorder = new GroupRecorder({ member: String(number), name: (command) => command, write });
    const sync = parts.sync();
    this.machine = parts.machine(sync, preference);
    this.log = new ObservedLog(parts.log());
    this.#fingerprinted = new FingerprintedLog(this.log);
    this.core = parts.core({
      localId: peerOf(number),
      config,
      log: this.#fingerprinted,
      unit: () => random.unit(),
      preference: () => this.machine.preference,
      nowMs: this.nowMs,
    } as RaftCoreOptions);
    this.host = new MachineHost({
      machine: this.#recorder.machine(this.machine),
      log: this.#fingerprinted,
      groupId: GROUP_ID,
      networkId: NETWORK_ID,
      report: (error: unknown) => {
        throw error as Error;
      },
      onFailed: (_index: Index, error: unknown) => {
        throw error as Error;
      },
    });
    this.#catchUp = this.#makeCatchUp();
    this.#armTick();
  }

  /** What the member's clock shows, in ms. */
  get nowMs(): number {
    const { clock, timeline } = this.#options;
    return clock.offsetMs + clock.rate * timeline.nowMs;
  }

  get leader(): number | undefined {
    return this.core.leader === undefined ? undefined : numberOf(this.core.leader);
  }

  /** What happens at its bonds; it waits while the member stands still. */
  take(event: BondEvent): void {
    this.#whenRunning(() => this.#takeNow(event));
  }

  input(input: MemberInput): void {
    this.#run(() => this.#inputs.push(input));
  }

  /** Whether it is bonded with everybody that it knows to be a member. */
  setMesh(isComplete: boolean): void {
    this.#whenRunning(() => this.input({ kind: "mesh", isComplete }));
  }

  propose(commands: readonly number[]): ProposalState {
    const id = this.#recorder.propose(commands);
    const encoded = commands.map((command) => this.machine.command.encode(command));
    const proposal: ProposalState = { commands, encoded, state: "open", range: undefined };
    this.proposals.set(id, proposal);
    this.input({ kind: "propose", proposals: [{ id, commands: encoded }] });
    return proposal;
  }

  query(id: number): void {
    this.input({ kind: "query", id, query: this.machine.query.encode(undefined) });
  }

  pause(): void {
    this.isPaused = true;
  }

  /** First what arrived meanwhile, then the timers that are late. */
  resume(): void {
    this.isPaused = false;
    const tasks = [...this.#waiting, ...this.#late];
    this.#waiting = [];
    this.#late = [];
    for (const task of tasks) this.#whenRunning(task);
  }

  /** Nothing happens here any more. */
  stop(how: "crashed" | "left"): void {
    this.#recorder.note({ kind: "ended", how });
    this.isGone = true;
    this.#cancelTick?.();
  }

  #whenRunning(task: () => void): void {
    if (this.isGone) return;
    if (this.isPaused) this.#waiting.push(task);
    else task();
  }

  /** Does something that may bring inputs, and takes all of them in, one behind the other. */
  #run(task: () => void): void {
    if (this.isGone || this.#isBusy) {
      if (!this.isGone) task();
      return;
    }
    this.#isBusy = true;
    try {
      task();
      for (let input = this.#inputs.shift(); input !== undefined && !this.isGone; input = this.#inputs.shift()) {
        const outputs = this.core.step(input, this.nowMs);
        this.#options.observer.stepped(this, input, outputs);
        for (const output of outputs) this.#carryOut(output);
        this.#options.observer.settled(this);
      }
    } finally {
      this.#isBusy = false;
    }
    this.#armTick();
  }

  #takeNow(event: BondEvent): void {
    switch (event.kind) {
      case "bonded":
      case "unbonded":
        this.#run(() => {
          this.#inputs.push({ kind: event.kind, peer: peerOf(event.peer) });
          this.#catchUp.bondsChanged();
        });
        return;
      case "message": {
        const { message, sender } = event;
        const from = peerOf(event.from);
        if (message.kind === "stateSync") this.#run(() => this.#catchUp.receive(message.message, from));
        else this.input({ kind: "message", from, message, sender });
      }
    }
  }

  #carryOut(output: RaftOutput): void {
    const { bonds } = this.#options;
    switch (output.kind) {
      case "send":
        bonds.send(this.number, numberOf(output.to), output.message);
        return;
      case "broadcast":
        for (const peer of bonds.peersOf(this.number)) bonds.send(this.number, peer, output.message);
        return;
      case "commit":
        this.host.applyUpTo(output.upTo);
        this.#catchUp.committed(this.host.committed);
        this.#settleProposals();
        return;
      case "assigned": {
        const proposal = this.proposals.get(output.proposal)!;
        proposal.state = "assigned";
        proposal.range = output.range;
        this.#settleProposals();
        return;
      }
      case "rejected":
        this.#settle(output.proposal, output.outcome);
        return;
      case "answerQuery": {
        const { origin, query } = output;
        const result = this.host.answer(query);
        this.input({ kind: "answered", origin, result, position: this.core.committed.index });
        return;
      }
      case "queryResult":
        this.answers.set(output.id, "answered");
        return;
      case "queryFailed":
        this.answers.set(output.id, "failed");
        return;
      case "beginSync":
        return this.#catchUp.begin(output.leader, output.gap);
      case "leaderSent":
        return this.#catchUp.leaderSent(output.gap);
      case "syncLeader":
        return this.#catchUp.leaderChanged(output.leader);
      case "pull":
        return this.#catchUp.pull(output.from);
      case "endSync":
        return this.#catchUp.end();
      case "diverged":
        return this.#rebuild(output.at);
      case "reverted":
        this.#recorder.note({ kind: "reverted", range: rangeOf(output.from, output.entries.length) });
        return;
      case "possiblyReverted":
        this.#recorder.note(output);
        return;
      case "role":
      case "leader":
      case "online":
      case "logPosition":
        return;
    }
  }

  /** What was committed here is not what the others have: everything begins anew. */
  #rebuild(at: Cursor): void {
    this.#recorder.note({ kind: "diverged", index: at.index });
    this.#catchUp.end();
    this.host.reset();
    this.#fingerprinted.resetTo({ term: 0, index: 0 });
    for (const [id, { state }] of this.proposals) if (state === "assigned") this.#settle(id, "unknown");
    this.#inputs.unshift({ kind: "rebuilt" });
  }

  #settleProposals(): void {
    const { committed } = this.host;
    for (const [id, { state, range, encoded }] of this.proposals) {
      if (state !== "assigned" || range!.end > committed.index) continue;
      const isThere = encoded.every((command, i) => {
        const entry = this.log.get(range!.start + i);
        return entry !== undefined && command.every((byte, at) => entry.command[at] === byte);
      });
      this.#settle(id, isThere ? "executed" : "superseded");
    }
  }

  #settle(id: number, state: "executed" | FailedState): void {
    const proposal = this.proposals.get(id)!;
    proposal.state = state;
    if (state === "executed") this.#recorder.settle(id, { outcome: state, index: proposal.range!.start });
    else this.#recorder.settle(id, { outcome: state === "unknown" ? "outcomeUnknown" : state });
  }

  #armTick(): void {
    if (this.isGone) return;
    const { timeline, clock } = this.#options;
    const { deadlineMs } = this.core;
    if (deadlineMs === this.#tickAtMs) return;
    this.#cancelTick?.();
    this.#tickAtMs = deadlineMs;
    this.#cancelTick = undefined;
    if (deadlineMs === Infinity) return;
    // A little later, so that the rounded clock has passed the deadline.
    this.#cancelTick = timeline.after((deadlineMs - this.nowMs) / clock.rate + 0.001, () =>
      this.#whenTimely(() => this.#tick()),
    );
  }

  #tick(): void {
    this.#tickAtMs = Infinity;
    if (this.nowMs >= this.core.deadlineMs) this.input({ kind: "tick" });
    else this.#armTick();
  }

  /** A timer: late if the member stands still. */
  #whenTimely(task: () => void): void {
    if (this.isPaused && !this.isGone) this.#late.push(task);
    else this.#whenRunning(task);
  }

  #makeCatchUp(): CatchUp {
    const { timeline, random, bonds, clock } = this.#options;
    const { core, host, machine, number } = this;
    const log = this.#fingerprinted;
    const peers = (): PeerId[] => bonds.peersOf(number).map(peerOf);
    const send = (to: PeerId, message: unknown): boolean =>
      bonds.send(number, numberOf(to), { kind: "stateSync", message });
    return new CatchUp({
      runtime: {
        monoMs: () => this.nowMs,
        random,
        report: (error: unknown) => {
          throw error as Error;
        },
      },
      machine,
      log,
      localId: peerOf(number),
      groupId: GROUP_ID,
      networkId: NETWORK_ID,
      get committed(): Cursor {
        return core.committed;
      },
      get applied(): Cursor {
        return host.committed;
      },
      get leader(): PeerId | undefined {
        return core.leader;
      },
      get isLeader(): boolean {
        return core.role === "leader";
      },
      after: (delayMs: number, task: () => void) =>
        timeline.after(delayMs / clock.rate, () => this.#whenTimely(() => this.#run(task))),
      bonds: peers,
      send,
      broadcast: (message: unknown) => {
        for (const peer of peers()) send(peer, message);
      },
      feed: () => false,
      append: (entries) => void log.append(entries),
      truncate: (at: Index) => {
        this.sessionTruncated = Math.min(at, this.sessionTruncated ?? Infinity);
        log.truncate(at);
      },
      installed: (cursor: Cursor) => {
        host.installed(cursor);
        log.resetTo(cursor);
        this.#inputs.unshift({ kind: "installed", cursor });
      },
      diverged: (at: Cursor) => this.#rebuild(at),
      synced: () => this.input({ kind: "synced" }),
      pulled: () => this.input({ kind: "pulled" }),
    });
  }
}

/** What became of commands that were given to a member. */
export interface ProposalState {
  readonly commands: readonly number[];
  readonly encoded: readonly Uint8Array[];
  state: "open" | "assigned" | "executed" | FailedState;
  range: IndexRange | undefined;
}

type FailedState = "notSent" | "unknown" | "superseded";

function rangeOf(start: Index, count: number): IndexRange {
  return { start, end: start + count - 1 };
}
