import type { Link } from "../network/index.js";
import type { PeerId } from "../primitives/index.js";
import { Slices } from "../runtime/index.js";
import { Answers } from "./answers.js";
import { Applier } from "./applier.js";
import { MachineHost } from "./apply.js";
import { Bonds } from "./bonds/index.js";
import { CatchUp } from "./catch-up.js";
import { electionTimeoutMaxMs } from "./config.js";
import { GroupError } from "./errors.js";
import type { GroupEvent } from "./events.js";
import type { MemberState } from "./member-state.js";
import { MemberSyncHost } from "./member-sync-host.js";
import { ORIGIN, type Cursor, type Index, type Term } from "./positions.js";
import type { HandshakeStart } from "./protocol.js";
import { RaftLoop } from "./raft-loop.js";
import { RaftCore } from "./raft/core.js";
import type { FingerprintedLog } from "./raft/fingerprinted-log.js";
import type { RaftInput, RaftOutput, RaftRole } from "./raft/io.js";
import type { Fingerprint } from "./raft/messages.js";
import { rulesOf } from "./raft/rules.js";
import type { ReplicaOptions } from "./replica-options.js";
import { Requests } from "./requests.js";
import type { GuardedLog } from "./storage/guarded.js";

/** What a member has from the beginning. */
export interface ReplicaParts {
  readonly storage: GuardedLog;
  /** The same, with fingerprints. */
  readonly log: FingerprintedLog;
  readonly state: MemberState;
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
  readonly #answers: Answers;
  readonly #catchUp: CatchUp;
  readonly #loop: RaftLoop;
  #ended: GroupError | undefined;
  #closed: Promise<void> | undefined;

  constructor(options: ReplicaOptions, { storage, log, state }: ReplicaParts) {
    const { node, id, machine } = options;
    const { runtime } = node;
    const report = (error: unknown, where: string): void => runtime.report(error, where);
    this.options = options;
    this.#runtime = runtime;
    this.#log = log;
    this.state = state;
    const onFailed = (index: Index, error: unknown): void => this.#machineFailed(index, error);
    this.#host = new MachineHost({ machine, log, groupId: id, networkId: node.networkId, report, onFailed });
    this.requests = new Requests({
      runtime,
      machine,
      host: this.#host,
      log,
      frameLimitBytes: options.frameLimitBytes,
      leftBehindMs: electionTimeoutMaxMs(options.consensus) + options.consensus.forwardTimeoutMs,
      submit: (inputs) => this.#loop.run(() => inputs.forEach((input) => this.#loop.add(input))),
    });
    this.#applier = new Applier({
      machine: this.#host,
      slices: Slices.of(runtime),
      nowMs: () => runtime.monoMs(),
      resume: (rest) => this.#loop.run(rest),
      onApplied: () => this.#applied(),
    });
    this.#answers = new Answers({
      applier: this.#applier,
      host: this.#host,
      requests: this.requests,
      enter: (input) => this.#loop.add(input),
      onDropped: (peer, isFirst) => this.state.queryDropped(peer, isFirst),
    });
    this.#core = new RaftCore({
      localId: node.id,
      config: options.consensus,
      rules: rulesOf(options.consensus),
      log,
      unit: () => runtime.random.unit(),
      preference: () => this.#host.preference,
      gate: () => this.#host.gate(),
      nowMs: runtime.monoMs(),
    });
    this.#loop = new RaftLoop({
      runtime,
      core: this.#core,
      carryOut: (output) => this.#carryOut(output),
      onSettled: () => this.state.announce(this.#core.committee()),
      onThrown: (error) => this.#threw(error),
    });
    const syncHost = new MemberSyncHost({
      node,
      groupId: id,
      machine,
      state: this.state,
      log,
      frameLimitBytes: options.frameLimitBytes,
      core: this.#core,
      host: this.#host,
      requests: this.requests,
      run: (task) => this.#loop.run(task),
      onInstalled: (cursor, fingerprint) => this.#installed(cursor, fingerprint),
      onDiverged: (at, peer) => this.#beginAnew(at, peer),
      onSynced: () => this.#loop.add({ kind: "synced" }),
      onPulled: () => this.#loop.add({ kind: "pulled" }),
    });
    this.#catchUp = new CatchUp(syncHost);
    this.#bonds = this.#openBonds();
    syncHost.connections = this.#bonds;
    storage.onFailed = (error) => this.#storageFailed(error);
    this.#loop.start();
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
    this.#loop.run(() => this.#loop.add({ kind: "leave" }));
    return this.#end(new GroupError("closed", `group ${this.options.id.short()} was left`));
  }

  #carryOut(output: RaftOutput): void {
    switch (output.kind) {
      case "send":
        this.#bonds.send(output.to, output.message);
        return;
      case "broadcast":
        return this.#bonds.broadcast(output.message);
      case "role":
        return this.#roleIs(output.role, output.term);
      case "leader":
        return this.state.leaderIs(output.leader);
      case "online":
        return this.#onlineIs(output.isOnline);
      case "quorum":
        return this.#waitsForQuorum(output.isWaiting);
      case "logPosition":
        return this.state.logEndsAt(output.position);
      case "commit":
        return this.#applier.applyUpTo(output.upTo);
      case "assigned":
      case "rejected":
      case "queryResult":
      case "queryFailed":
        return this.requests.settle(output);
      case "refused":
        return this.state.commandsRefused(output.from, output.count);
      case "answerQuery":
        return this.#answers.answer(output.origin, output.query);
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

  #roleIs(role: RaftRole, term: Term): void {
    this.state.roleIs(role, term);
    this.#reviewRequests();
  }

  #waitsForQuorum(isWaiting: boolean): void {
    this.state.quorumIs(isWaiting);
    this.#reviewRequests();
  }

  /** Where nobody leads for want of members, whoever waits for commands is told in time that nobody knows what becomes of them. */
  #reviewRequests(): void {
    const { role, term, isWaitingForQuorum } = this.state;
    if (isWaitingForQuorum && role !== "leader") this.requests.quorumIsLost(term);
    else this.requests.termIs(term);
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

  #installed(cursor: Cursor, fingerprint: Fingerprint | undefined): void {
    this.#host.installed(cursor);
    this.#log.resetTo(cursor, fingerprint);
    this.#movedTo(cursor, { kind: "installed", cursor });
    this.#applied();
  }

  /** The log and the machine stand elsewhere now: the core is told before anything else. */
  #movedTo(cursor: Cursor, input: RaftInput): void {
    this.#applier.reset(cursor.index);
    this.state.logEndsAt(cursor);
    this.state.committedIs(cursor.index);
    this.#loop.addFirst(input);
  }

  #openBonds(): Bonds<unknown> {
    const { node, discovery, id, key, consensus, tickets, machine } = this.options;
    const { frameLimitBytes, handshakeTimeoutMs, dialPlaces } = this.options;
    const enter = (input: RaftInput): void => this.#loop.run(() => this.#loop.add(input));
    return new Bonds<unknown>({
      node,
      discovery,
      groupId: id,
      key,
      consensus,
      tickets,
      syncMessage: machine.sync.message,
      frameLimitBytes,
      handshakeTimeoutMs,
      dialPlaces,
      onBonded: (peer) => this.#bondChanged({ kind: "bonded", peer }),
      onUnbonded: (peer, reason) => this.#bondChanged({ kind: "unbonded", peer, reason }),
      checkCommand: (command) => this.#host.check(command),
      onMessage: (from, message) => {
        if (message.kind === "stateSync") this.#loop.run(() => this.#catchUp.receive(message.message, from));
        else enter({ kind: "message", from, message });
      },
      onRefused: (peer, code, by) => this.#loop.run(() => this.state.tell({ kind: "refused", peer, code, by })),
      onMesh: (isComplete) => enter({ kind: "mesh", isComplete }),
    });
  }

  #bondChanged(event: GroupEvent & { readonly kind: "bonded" | "unbonded" }): void {
    this.#loop.run(() => {
      this.state.tell(event);
      this.#loop.add({ kind: event.kind, peer: event.peer });
      this.#catchUp.bondsChanged();
    });
  }

  #machineFailed(index: Index, error: unknown): void {
    this.state.tell({ kind: "machineFailed", index, error });
    this.#fail(new GroupError("machineFailed", `the machine failed at command ${index}`, { cause: error }));
  }

  #storageFailed(error: GroupError): void {
    if (this.#ended !== undefined) return;
    this.#runtime.report(error.cause, `the log of group ${this.options.id.short()}`);
    this.#fail(error);
  }

  /** Whatever failed by itself has been told; what is left is a defect. */
  #threw(error: unknown): void {
    if (this.#ended !== undefined) return;
    this.#runtime.report(error, `group ${this.options.id.short()}`);
    this.#fail(new GroupError("internal", "the group failed by a defect of mosaik", { cause: error }));
  }

  #fail(reason: GroupError): void {
    if (this.#ended !== undefined) return;
    void this.#end(reason);
    this.options.onFailed();
  }

  #end(reason: GroupError): Promise<void> {
    if (this.#closed !== undefined) return this.#closed;
    this.#ended = reason;
    this.#loop.close();
    this.#applier.close();
    this.#catchUp.close();
    this.#closed = this.#bonds.close();
    this.requests.failAll(reason);
    this.state.end(reason);
    return this.#closed;
  }
}
