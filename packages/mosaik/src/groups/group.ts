import type { RequestActivity } from "../network/index.js";
import type { TicketValidator } from "../tickets/index.js";
import { PeerId, type PeerIdLike, type ReadOptions } from "../primitives/index.js";
import type { BondInfo } from "./bonds/index.js";
import type { ConsensusConfig } from "./config.js";
import { GroupError } from "./errors.js";
import type { GroupEvents } from "./events.js";
import type { GroupId } from "./group-id.js";
import type { GroupKey } from "./key.js";
import type { Member } from "./member.js";
import type { Cursor, Index, IndexRange, Term } from "./positions.js";
import type { ProposedUntil } from "./proposals.js";
import type { RaftRole } from "./raft/io.js";
import type { QueryResult } from "./requests.js";
import type { WaitOptions } from "./wait.js";
import { GroupCondition, GroupWhen, type GroupWatch } from "./when.js";

/**
 * Who answers a query: this node's own machine, at once and whoever leads (`"weak"`); or the leader's (`"strong"`), which has everything
 * that was committed before. A leader that was cut off, and has not noticed, answers from what it has.
 */
export type Consistency = "weak" | "strong";

/** What a group was joined with. */
export interface GroupConfig {
  readonly key: GroupKey;
  readonly consensus: ConsensusConfig;
  /** Members need a ticket that each of these accepts. */
  readonly tickets: readonly TicketValidator[];
}

/**
 * This node's membership in a group: the members replicate a log of commands to a state machine of each, under a leader that they elect
 * (spec 05). Handles of one group at one node share that membership; it ends with the last of them.
 *
 * What is committed is on the leader and on a majority of those that vote, which are the members connected with it: in a network
 * that falls apart every part goes on by itself, and when the parts meet again the log of one of them stays. What gives way is told by
 * `events()`. With `consensus.guards` only the part that has a majority of the members goes on.
 */
export class Group<C = unknown, Q = unknown, R = unknown> {
  /** The group's id: equal at all members. */
  readonly id: GroupId;
  /** What it was joined with, with the defaults. */
  readonly config: GroupConfig;
  /** The connections with other members: always current. */
  readonly bonds: BondsView;
  readonly #member: Member;
  readonly #watch: GroupWatch;
  readonly #onLeave: () => Promise<void>;
  #left: Promise<void> | undefined;

  /** Made by `network.groups.join`. */
  constructor(member: Member, onLeave: () => Promise<void>) {
    const { id, key, consensus, tickets, node } = member.options;
    const { state } = member;
    this.id = id;
    this.config = { key, consensus, tickets };
    this.#member = member;
    this.#watch = { state, changes: state.changes, runtime: node.runtime };
    this.bonds = new BondsView(member, this.#watch);
    this.#onLeave = onLeave;
  }

  /** The leader that this node follows, itself included. It may have died a moment ago. */
  get leader(): PeerId | undefined {
    return this.#member.state.leader;
  }

  /** Whether this node leads. */
  get isLeader(): boolean {
    return this.#member.state.leader === this.#member.state.localId;
  }

  /** What this node is in the group at this moment. */
  get role(): RaftRole {
    return this.#member.state.role;
  }

  /** The number of the election that this node knows of. */
  get term(): Term {
    return this.#member.state.term;
  }

  /** Whether this node leads, or has the whole log of the leader that it follows. */
  get isOnline(): boolean {
    return this.#member.state.isOnline;
  }

  /** Whether there are too few other members for `consensus.guards`: nobody leads, or nothing is committed, until there are more. */
  get isWaitingForQuorum(): boolean {
    return this.#member.state.isWaitingForQuorum;
  }

  /** The last command that is committed and applied to this node's machine. */
  get committed(): Index {
    return this.#member.state.committed;
  }

  /** The end of this node's log, committed or not. */
  get logPosition(): Cursor {
    return this.#member.state.logPosition;
  }

  /**
   * Has the leader put a command into the log. Commands of one handle get their places in the order of the calls, unless the leader
   * changes.
   *
   * @returns its place. It is not committed yet: a leader that dies may take it along
   * @throws GroupError `notSent` (there is no leader), `outcomeUnknown`, `encoding`, `closed`, `machineFailed`, `timeout`; the signal's
   * reason. What was sent may be committed all the same, but for `notSent` and `encoding`
   */
  async feed(command: C, options: WaitOptions = {}): Promise<Index> {
    return (await this.#propose([command], "assigned", options)).start;
  }

  /** `feed` for several commands, which get places in a row. @throws as `feed`; GroupError `noCommands` */
  async feedMany(commands: readonly C[], options: WaitOptions = {}): Promise<IndexRange> {
    return this.#propose(commands, "assigned", options);
  }

  /**
   * Has a command put into the log, and waits until it is committed and applied here.
   *
   * @returns its place
   * @throws as `feed`; GroupError `superseded` where another leader put another command in its place
   */
  async execute(command: C, options: WaitOptions = {}): Promise<Index> {
    return (await this.#propose([command], "committed", options)).start;
  }

  /** `execute` for several commands, which get places in a row. @throws as `execute`; GroupError `noCommands` */
  async executeMany(commands: readonly C[], options: WaitOptions = {}): Promise<IndexRange> {
    return this.#propose(commands, "committed", options);
  }

  /**
   * Asks the state machine.
   *
   * @returns the result, and how much the machine that gave it had applied
   * @throws GroupError `queryFailed`, `closed`, `machineFailed`; of strong queries also `notSent` (there is no leader), `outcomeUnknown`,
   * `encoding`, `decoding`, `timeout`, and the signal's reason
   */
  async query(query: Q, consistency: Consistency, options: WaitOptions = {}): Promise<QueryResult<R>> {
    this.#requireMember();
    const member = this.#member;
    if (consistency === "weak") return member.queryHere(query) as QueryResult<R> | Promise<QueryResult<R>>;
    const ask = (): Promise<QueryResult> => member.queryLeader(query, options);
    return (await this.#traced("query", 0, ask, ({ position }) => position)) as QueryResult<R>;
  }

  /** Conditions to wait for. */
  when(): GroupWhen {
    return new GroupWhen(this.#watch);
  }

  /** What happens in the group from now on, as this node sees it. Ends with the membership. */
  events(options: Pick<ReadOptions, "signal"> = {}): GroupEvents {
    return this.#member.state.events.events(options);
  }

  /**
   * Gives this handle up. With the last one the node leaves the group: it is advertised no more, the other members are told, and what
   * waits rejects with `closed`. Takes at most half a second; a second call waits for the first.
   */
  leave(): Promise<void> {
    return (this.#left ??= this.#onLeave());
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.leave();
  }

  #propose(commands: readonly C[], until: ProposedUntil, options: WaitOptions): Promise<IndexRange> {
    this.#requireMember(commands);
    const propose = (): Promise<IndexRange> => this.#member.propose(commands, until, options);
    return this.#traced(until === "committed" ? "execute" : "feed", commands.length, propose, ({ end }) => end);
  }

  /** Asks the group; whoever traces this node hears of it. */
  #traced<T>(
    operation: RequestActivity["operation"],
    commands: number,
    ask: () => Promise<T>,
    indexOf: (answer: T) => Index,
  ): Promise<T> {
    const { tracing } = this.#member.options.node;
    if (!tracing.follows("request")) return ask();
    return tracing.during({ kind: "request", groupId: this.id, operation, commands }, ask, (answer) => ({
      index: indexOf(answer),
    }));
  }

  #requireMember(commands: readonly C[] = []): void {
    if (this.#left === undefined) return;
    throw new GroupError("closed", `this handle of group ${this.id.short()} was given up`, { commands });
  }
}

/** The connections with other members, one of each, in ascending order of their ids (spec 05 §4.10). */
export class BondsView implements Iterable<BondInfo> {
  readonly #member: Member;
  readonly #watch: GroupWatch;

  constructor(member: Member, watch: GroupWatch) {
    this.#member = member;
    this.#watch = watch;
  }

  /** How many there are. */
  get size(): number {
    return this.peers().length;
  }

  /** The members on the other side. */
  peers(): readonly PeerId[] {
    return this.#member.peers();
  }

  /** Whether there is one with a peer. */
  has(peer: PeerIdLike): boolean {
    return this.peers().includes(PeerId.from(peer));
  }

  /** What is known of the one with a peer. */
  get(peer: PeerIdLike): BondInfo | undefined {
    const wanted = PeerId.from(peer);
    return this.#member.bonds().find((info) => info.peer === wanted);
  }

  /** What is known of each at this moment. */
  [Symbol.iterator](): Iterator<BondInfo> {
    return this.#member.bonds()[Symbol.iterator]();
  }

  /** Something about the bonds that may be true now or later: `await group.bonds.when((bonds) => bonds.size >= 2)`. */
  when(test: (bonds: BondsView) => boolean): GroupCondition {
    return new GroupCondition(this.#watch, () => test(this));
  }
}
