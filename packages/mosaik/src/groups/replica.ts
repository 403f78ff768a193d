import type { Discovery } from "../discovery/index.js";
import type { Link, LocalNode } from "../network/index.js";
import type { PeerId } from "../primitives/index.js";
import { Slices, type CancelTimer } from "../runtime/index.js";
import type { TicketValidator } from "../tickets/index.js";
import { Applier } from "./applier.js";
import { MachineHost } from "./apply.js";
import { Bonds, type DialPlaces } from "./bonds/index.js";
import { CatchUp } from "./catch-up.js";
import type { ConsensusConfig } from "./config.js";
import { GroupError } from "./errors.js";
import type { GroupEvent } from "./events.js";
import type { GroupId } from "./group-id.js";
import type { GroupKey } from "./key.js";
import type { StateMachine } from "./machine/machine.js";
import { MemberState } from "./member-state.js";
import { MemberSyncHost } from "./member-sync-host.js";
import { ORIGIN, type Cursor, type Index } from "./positions.js";
import type { HandshakeStart } from "./protocol.js";
import { RaftCore } from "./raft/core.js";
import { FingerprintedLog } from "./raft/fingerprinted-log.js";
import type { QueryOrigin, RaftInput, RaftOutput } from "./raft/io.js";
import { availableRules } from "./raft/rules.js";
import { Requests } from "./requests.js";
import type { LogStorage } from "./storage/storage.js";

/** Queries of other members that wait until the machine has applied what was committed when they came. */
const WAITING_QUERIES_MAX = 1024;

export interface ReplicaOptions {
  readonly node: LocalNode;
  readonly discovery: Discovery;
  readonly frameLimitBytes: number;
  readonly handshakeTimeoutMs: number;
  readonly dialPlaces: DialPlaces;
  readonly id: GroupId;
  readonly key: GroupKey;
  readonly machine: StateMachine;
  readonly storage: LogStorage;
  readonly consensus: ConsensusConfig;
  readonly tickets: readonly TicketValidator[];
  /** The machine or the log threw: this node is a member no more. */
  readonly onFailed: () => void;
}

/**
 * One group at one node: feeds the core with what bonds, timers and the program bring, one input at a time, and carries out what it
 * wants done, in order.
 */
export class Replica {
  readonly options: ReplicaOptions;
  readonly state: MemberState;
  /** What the program asks for. */
  readonly requests: Requests;
  readonly #runtime;
  readonly #log: FingerprintedLog;
  readonly #core: RaftCore;
  readonly #bonds: Bonds<unknown>;
  readonly #host: MachineHost;
  readonly #applier: Applier;
  readonly #catchUp: CatchUp;
  readonly #inputs: RaftInput[] = [];
  /** While inputs are taken in, what comes waits for its turn. So it does until everything is in place. */
  #isRunning = true;
  #timer: { readonly dueMs: number; readonly cancel: CancelTimer } | undefined;
  #ended: GroupError | undefined;
  #closed: Promise<void> | undefined;

  constructor(options: ReplicaOptions) {
    const { node, id, machine } = options;
    const { runtime } = node;
    const report = (error: unknown, where: string): void => runtime.report(error, where);
    this.options = options;
    this.#runtime = runtime;
    this.#log = new FingerprintedLog(options.storage);
    const log = this.#log;
    this.state = new MemberState(node, id, log.last());
    const onFailed = (index: Index, error: unknown): void => this.#machineFailed(index, error);
    this.#host = new MachineHost({ machine, log, groupId: id, networkId: node.networkId, report, onFailed });
    this.requests = new Requests({
      runtime,
      machine,
      host: this.#host,
      log,
      frameLimitBytes: options.frameLimitBytes,
      leftBehindMs: electionMs(options.consensus) + options.consensus.forwardTimeoutMs,
      submit: (inputs) => this.#run(() => this.#inputs.push(...inputs)),
    });
    this.#applier = new Applier({
      machine: this.#host,
      slices: Slices.of(runtime),
      nowMs: () => runtime.monoMs(),
      resume: (rest) => this.#run(rest),
      onApplied: () => this.#applied(),
    });
    this.#core = new RaftCore({
      localId: node.id,
      config: options.consensus,
      rules: availableRules,
      log,
      unit: () => runtime.random.unit(),
      preference: () => machine.preference ?? { kind: "normal" },
      nowMs: runtime.monoMs(),
    });
    const syncHost = new MemberSyncHost({
      node,
      groupId: id,
      machine,
      state: this.state,
      log,
      core: this.#core,
      host: this.#host,
      requests: this.requests,
      run: (task) => this.#run(task),
      onInstalled: (cursor) => this.#installed(cursor),
      onDiverged: (at, peer) => this.#beginAnew(at, peer),
      onSynced: () => this.#inputs.push({ kind: "synced" }),
      onPulled: () => this.#inputs.push({ kind: "pulled" }),
    });
    this.#catchUp = new CatchUp(syncHost);
    this.#bonds = this.#openBonds();
    syncHost.connections = this.#bonds;
    this.#isRunning = false;
    this.#run(() => {});
  }

  /** The connections with other members. */
  get bonds(): Pick<Bonds<unknown>, "peers" | "infos"> {
    return this.#bonds;
  }

  /** A member dialled this node. Resolves when that connection has ended. */
  accept(link: Link, start: HandshakeStart): Promise<void> {
    return this.#bonds.accept(link, start);
  }

  /** Leaves the group: tells the other members, and closes the bonds with them. Takes at most half a second. */
  leave(): Promise<void> {
    this.#run(() => this.#inputs.push({ kind: "leave" }));
    return this.#end(new GroupError("closed", `group ${this.options.id.short()} was left`));
  }

  /** Does something that may bring inputs, and takes all of them in. */
  #run(task: () => void): void {
    if (this.#ended !== undefined) return;
    if (this.#isRunning) return task();
    this.#isRunning = true;
    try {
      task();
      for (let input = this.#inputs.shift(); input !== undefined; input = this.#inputs.shift()) {
        for (const output of this.#core.step(input, this.#runtime.monoMs())) this.#carryOut(output);
      }
    } catch (error) {
      this.#runtime.report(error, `group ${this.options.id.short()}`);
      this.#fail(new GroupError("storageFailed", "the log of the group failed", { cause: error }));
    }
    this.#isRunning = false;
    if (this.#ended !== undefined) return;
    this.#arm();
    this.state.announce(this.#core.committee());
  }

  /** One timer for the core. One that is due too early is left to run: mostly the time is put off, not brought forward. */
  #arm(): void {
    const { deadlineMs } = this.#core;
    if (deadlineMs >= (this.#timer?.dueMs ?? Infinity)) return;
    this.#timer?.cancel();
    const cancel = this.#runtime.after(deadlineMs - this.#runtime.monoMs(), () => {
      this.#timer = undefined;
      this.#run(() => {
        if (this.#core.deadlineMs <= this.#runtime.monoMs()) this.#inputs.push({ kind: "tick" });
      });
    });
    this.#timer = { dueMs: deadlineMs, cancel };
  }

  #carryOut(output: RaftOutput): void {
    if (this.#ended !== undefined) return;
    switch (output.kind) {
      case "send":
        this.#bonds.send(output.to, output.message);
        return;
      case "broadcast":
        return this.#bonds.broadcast(output.message);
      case "role":
        this.requests.termIs(output.term);
        return this.state.roleIs(output.role, output.term);
      case "leader":
        return this.state.leaderIs(output.leader);
      case "online":
        return this.#onlineIs(output.isOnline);
      case "logPosition":
        return this.state.logEndsAt(output.position);
      case "commit":
        return this.#applier.applyUpTo(output.upTo);
      case "assigned":
      case "rejected":
      case "queryResult":
      case "queryFailed":
        return this.requests.settle(output);
      case "answerQuery":
        return this.#answer(output.origin, output.query);
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
      case "reverted":
        return this.state.reverted(output.from, output.entries.length);
      case "diverged":
        return this.#beginAnew(output.at, output.peer);
      case "possiblyReverted":
        return this.state.tell({ kind: "possiblyReverted", range: output.range });
    }
  }

  #applied(): void {
    const { committed } = this.#host;
    this.state.committedIs(committed.index);
    this.requests.committed(committed.index);
    this.#catchUp.committed(committed);
    const safe = this.#catchUp.safeToPrune();
    if (safe !== undefined) this.#log.prunePrefix(Math.min(safe, committed.index - 1));
  }

  /** A member that is on line answers with what is committed: it is applied first. */
  #onlineIs(isOnline: boolean): void {
    if (isOnline) this.#applier.whenApplied(() => this.state.onlineIs(this.#core.isOnline));
    else this.state.onlineIs(false);
  }

  /** A strong query sees everything that was committed when it came. */
  #answer(origin: QueryOrigin, query: Uint8Array): void {
    if (origin.kind === "member" && this.#applier.waitingCount >= WAITING_QUERIES_MAX) return;
    this.#applier.whenApplied(() => {
      const result = this.#host.answer(query);
      if (result === undefined && origin.kind === "local") return this.requests.unanswered(origin.id);
      this.#inputs.push({ kind: "answered", origin, result, position: this.#host.committed.index });
    });
  }

  /** What is committed here is not what the others have. */
  #beginAnew(at: Cursor, peer: PeerId): void {
    this.state.diverged(at, peer);
    this.#catchUp.end();
    if (!this.#host.reset()) {
      const message = `what is committed here differs from ${peer.short()}'s log at ${at.index}, and the machine cannot begin anew`;
      return this.#fail(new GroupError("machineFailed", message, { peer }));
    }
    this.#log.resetTo(ORIGIN);
    this.requests.reset();
    this.#movedTo(ORIGIN, { kind: "rebuilt" });
  }

  #installed(cursor: Cursor): void {
    this.#host.installed(cursor);
    this.#log.resetTo(cursor);
    this.#movedTo(cursor, { kind: "installed", cursor });
    this.#applied();
  }

  /** The log and the machine stand elsewhere now: the core is told before anything else. */
  #movedTo(cursor: Cursor, input: RaftInput): void {
    this.#applier.reset(cursor.index);
    this.state.logEndsAt(cursor);
    this.state.committedIs(cursor.index);
    this.#inputs.unshift(input);
  }

  #openBonds(): Bonds<unknown> {
    const { node, discovery, id, key, consensus, tickets, machine, handshakeTimeoutMs, dialPlaces } = this.options;
    const enter = (input: RaftInput): void => this.#run(() => this.#inputs.push(input));
    return new Bonds<unknown>({
      node,
      discovery,
      groupId: id,
      key,
      consensus,
      tickets,
      syncMessage: machine.sync.message,
      handshakeTimeoutMs,
      dialPlaces,
      onBonded: (peer) => this.#bondChanged({ kind: "bonded", peer }),
      onUnbonded: (peer, reason) => this.#bondChanged({ kind: "unbonded", peer, reason }),
      onMessage: (from, message) => {
        if (message.kind === "stateSync") this.#run(() => this.#catchUp.receive(message.message, from));
        else enter({ kind: "message", from, message });
      },
      onRefused: (peer, code, by) => this.#run(() => this.state.tell({ kind: "refused", peer, code, by })),
      onMesh: (isComplete) => enter({ kind: "mesh", isComplete }),
    });
  }

  #bondChanged(event: GroupEvent & { readonly kind: "bonded" | "unbonded" }): void {
    this.#run(() => {
      this.state.tell(event);
      this.#inputs.push({ kind: event.kind, peer: event.peer });
      this.#catchUp.bondsChanged();
    });
  }

  #machineFailed(index: Index, error: unknown): void {
    this.state.tell({ kind: "machineFailed", index, error });
    this.#fail(new GroupError("machineFailed", `the machine failed at command ${index}`, { cause: error }));
  }

  #fail(reason: GroupError): void {
    if (this.#ended !== undefined) return;
    void this.#end(reason);
    this.options.onFailed();
  }

  #end(reason: GroupError): Promise<void> {
    if (this.#closed !== undefined) return this.#closed;
    this.#ended = reason;
    this.#timer?.cancel();
    this.#applier.close();
    this.#catchUp.close();
    this.#closed = this.#bonds.close();
    this.requests.failAll(reason);
    this.state.end(reason);
    return this.#closed;
  }
}

/** How long a follower waits for its leader, at most. */
function electionMs({ electionTimeoutMs, electionTimeoutJitterMs }: ConsensusConfig): number {
  return electionTimeoutMs + electionTimeoutJitterMs;
}
