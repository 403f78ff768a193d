import { MachineHost } from "../../../src/groups/apply.js";
import type { CatchUp } from "../../../src/groups/catch-up.js";
import type { ConsensusConfig } from "../../../src/groups/config.js";
import type { LeadershipPreference } from "../../../src/groups/machine/machine.js";
import type { Cursor, Index } from "../../../src/groups/positions.js";
import type { RaftCoreOptions } from "../../../src/groups/raft/core.js";
import { FingerprintedLog } from "../../../src/groups/raft/fingerprinted-log.js";
import type { RaftOutput } from "../../../src/groups/raft/io.js";
import type { Random } from "../../../src/runtime/index.js";
import { GroupRecorder, type GroupRecord } from "../../../src/testing/index.js";
import { Alarm } from "./alarm.js";
import { Attention } from "./attention.js";
import type { BondEvent, SimulatedBonds } from "./bonds.js";
import type { MemberClock } from "./member-clock.js";
import { MemberCommands, type ProposalState } from "./member-commands.js";
import { numberOf, peerOf } from "./member-ids.js";
import { GROUP_ID, memberSync, NETWORK_ID } from "./member-sync.js";
import type { MemberInput, MemberObserver } from "./observer.js";
import { ObservedLog } from "./observed-log.js";
import type { OrderMachine } from "./order-machine.js";
import type { MemberCore, MemberParts } from "./parts.js";

export interface MemberOptions {
  readonly number: number;
  readonly incarnation: number;
  readonly parts: MemberParts;
  readonly config: ConsensusConfig;
  readonly preference: LeadershipPreference;
  readonly clock: MemberClock;
  readonly random: Random;
  readonly bonds: SimulatedBonds;
  readonly observer: MemberObserver;
  /** Takes what it does and says. */
  readonly write: (record: GroupRecord) => void;
}

/** One life of a member: the core, its log, its machine and its state sync, and what carries out what the core wants. */
export class Member {
  readonly number: number;
  readonly incarnation: number;
  readonly core: MemberCore;
  readonly log: ObservedLog;
  readonly machine: OrderMachine;
  readonly host: MachineHost;
  readonly commands: MemberCommands;
  /** Where the session has begun to take entries off the log since the last step. */
  sessionTruncated: Index | undefined;
  /** Who has given it entries of its log, since it began anew. */
  readonly providers = new Set<number>();
  readonly #options: MemberOptions;
  readonly #attention = new Attention();
  readonly #alarm: Alarm;
  readonly #recorder: GroupRecorder<number>;
  readonly #fingerprinted: FingerprintedLog;
  readonly #catchUp: CatchUp;
  readonly #inputs: MemberInput[] = [];
  #isBusy = false;

  constructor(options: MemberOptions) {
    const { number, incarnation, parts, config, preference, random, clock, write } = options;
    this.#options = options;
    this.number = number;
    this.incarnation = incarnation;
    this.#recorder = new GroupRecorder({ member: String(number), name: (command) => command, write });
    this.machine = parts.machine(parts.sync(), preference);
    this.log = new ObservedLog(parts.log());
    this.#fingerprinted = new FingerprintedLog(this.log);
    this.commands = new MemberCommands(this.#recorder, this.log, parts.looksAtPlacesOnly);
    this.core = parts.core({
      localId: peerOf(number),
      config,
      log: this.#fingerprinted,
      unit: () => random.unit(),
      preference: () => this.machine.preference,
      nowMs: clock.nowMs,
    } as RaftCoreOptions);
    const fail = (error: unknown): never => {
      throw error as Error;
    };
    this.host = new MachineHost({
      machine: this.#recorder.machine(this.machine),
      log: this.#fingerprinted,
      groupId: GROUP_ID,
      networkId: NETWORK_ID,
      report: fail,
      onFailed: (_index, error) => fail(error),
    });
    this.#catchUp = this.#makeCatchUp();
    this.#alarm = new Alarm(clock, this.#attention, () => this.input({ kind: "tick" }));
    this.#alarm.set(this.core.deadlineMs);
  }

  get leader(): number | undefined {
    return this.core.leader === undefined ? undefined : numberOf(this.core.leader);
  }

  get isPaused(): boolean {
    return this.#attention.isPaused;
  }

  /** What happens at its bonds; it waits while the member stands still. */
  take(event: BondEvent): void {
    this.#attention.whenRunning(() => this.#takeNow(event));
  }

  input(input: MemberInput): void {
    this.#run(() => this.#inputs.push(input));
  }

  /** Whether it is bonded with everybody that it knows to be a member. */
  setMesh(isComplete: boolean): void {
    this.#attention.whenRunning(() => this.input({ kind: "mesh", isComplete }));
  }

  propose(commands: readonly number[]): Readonly<ProposalState> {
    const encoded = commands.map((command) => this.machine.command.encode(command));
    const id = this.commands.add(commands, encoded);
    this.input({ kind: "propose", proposals: [{ id, commands: encoded }] });
    return this.commands.all.get(id)!;
  }

  /** Asks the leader. */
  query(id: number): void {
    this.input({ kind: "query", id, query: this.machine.query.encode(undefined) });
  }

  /** Asks its own machine. */
  queryHere(): void {
    const result = this.host.answer(this.machine.query.encode(undefined));
    this.#answered("weak", this.host.committed.index, result!);
  }

  pause(): void {
    this.#attention.isPaused = true;
  }

  resume(): void {
    this.#attention.resume();
  }

  /** Nothing happens here any more. */
  stop(how: "crashed" | "left"): void {
    this.#recorder.note({ kind: "ended", how });
    this.#attention.isGone = true;
    this.#alarm.cancel();
  }

  /** Its clock runs at another rate now. */
  clockChanged(): void {
    this.#alarm.reset();
  }

  /** Does something that may bring inputs, and takes all of them in, one behind the other. */
  #run(task: () => void): void {
    const { isGone } = this.#attention;
    if (isGone || this.#isBusy) {
      if (!isGone) task();
      return;
    }
    this.#isBusy = true;
    try {
      task();
      this.#takeInputs();
    } finally {
      this.#isBusy = false;
    }
    if (!this.#attention.isGone) this.#alarm.set(this.core.deadlineMs);
  }

  #takeInputs(): void {
    const { observer, clock } = this.#options;
    for (let input = this.#inputs.shift(); input !== undefined; input = this.#inputs.shift()) {
      if (this.#attention.isGone) return;
      const outputs = this.core.step(input, clock.nowMs);
      observer.stepped(this, input, outputs);
      for (const output of outputs) this.#carryOut(output);
      observer.settled(this);
    }
  }

  #takeNow(event: BondEvent): void {
    switch (event.kind) {
      case "bonded":
      case "unbonded":
        return this.#run(() => {
          this.#inputs.push({ kind: event.kind, peer: peerOf(event.peer) });
          this.#catchUp.bondsChanged();
        });
      case "message": {
        const { message, sender } = event;
        const from = peerOf(event.from);
        if (message.kind === "stateSync" || message.kind === "appendEntries") this.providers.add(event.from);
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
        return this.commands.committed(this.host.committed.index);
      case "assigned":
        this.commands.assigned(output.proposal, output.range);
        return this.commands.committed(this.host.committed.index);
      case "rejected":
        return this.commands.rejected(output.proposal, output.outcome);
      case "answerQuery": {
        const { origin, query } = output;
        const result = this.host.answer(query);
        return this.input({ kind: "answered", origin, result, position: this.core.committed.index });
      }
      case "queryResult":
        return this.#answered("strong", output.position, output.result);
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
      case "reverted": {
        const range = { start: output.from, end: output.from + output.entries.length - 1 };
        return this.#recorder.note({ kind: "reverted", range });
      }
      case "possiblyReverted":
        return this.#recorder.note(output);
      case "queryFailed":
      case "role":
      case "leader":
      case "online":
      case "quorum":
      case "logPosition":
        return;
    }
  }

  #answered(consistency: "weak" | "strong", position: Index, result: Uint8Array): void {
    this.#recorder.note({ kind: "answered", consistency, position, result: this.machine.result.decode(result) });
  }

  /** What was committed here is not what the others have: everything begins anew. */
  #rebuild(at: Cursor): void {
    this.#recorder.note({ kind: "diverged", index: at.index });
    this.#catchUp.end();
    this.host.reset();
    this.#fingerprinted.resetTo({ term: 0, index: 0 });
    this.commands.reset();
    this.providers.clear();
    this.#inputs.unshift({ kind: "rebuilt" });
  }

  #makeCatchUp(): CatchUp {
    const { bonds, random, clock } = this.#options;
    const { number, machine, core, host } = this;
    return memberSync({
      number,
      machine,
      log: this.#fingerprinted,
      core,
      host,
      bonds,
      random,
      nowMs: () => clock.nowMs,
      after: (delayMs, task) => clock.after(delayMs, () => this.#attention.whenTimely(() => this.#run(task))),
      onTruncated: (at) => {
        this.sessionTruncated = Math.min(at, this.sessionTruncated ?? Infinity);
      },
      onInstalled: (cursor) => {
        host.installed(cursor);
        this.#fingerprinted.resetTo(cursor);
        this.#inputs.unshift({ kind: "installed", cursor });
      },
      onDiverged: (at) => this.#rebuild(at),
      onSynced: () => this.input({ kind: "synced" }),
      onPulled: () => this.input({ kind: "pulled" }),
    });
  }
}
