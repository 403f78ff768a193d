import type { Discovery } from "../discovery/index.js";
import {
  ALPN,
  CLOSE,
  Handshakes,
  listOf,
  type CloseCode,
  type Link,
  type LocalNode,
  type OneOrMany,
  type Router,
} from "../network/index.js";
import type { Connection } from "../runtime/index.js";
import type { TicketValidator } from "../tickets/index.js";
import type { BondInfo } from "./bonds/context.js";
import { DialPlaces } from "./bonds/dial-places.js";
import { receiveHandshakeStart } from "./bonds/handshake.js";
import {
  consensusConfig,
  groupsOptions,
  type ConsensusConfig,
  type ConsensusOptions,
  type GroupsOptions,
} from "./config.js";
import { GroupError } from "./errors.js";
import type { GuardOptions } from "./guards.js";
import { groupId, type GroupId } from "./group-id.js";
import { Group } from "./group.js";
import type { GroupKey } from "./key.js";
import type { StateMachine } from "./machine/machine.js";
import { reluctant } from "./machine/preference.js";
import { NoOp } from "./machine/no-op.js";
import { Member } from "./member.js";
import type { Term } from "./positions.js";
import type { HandshakeStart } from "./protocol.js";
import type { RaftRole } from "./raft/io.js";
import { MemoryLog } from "./storage/memory.js";
import type { LogStorage } from "./storage/storage.js";
import type { GroupState } from "./when.js";

/** Bonds and handshakes served at once. */
const SERVING_MAX = 4096;
/** Connections that have not shown their handshake. */
const HANDSHAKES_MAX = 64;
/** What goes with a log in one message takes a MiB, however small the commands are. */
const FRAME_LIMIT_MIN_BYTES = 2 * 1024 * 1024;

/** What makes a group: nodes whose keys, machines, sync, first three times and tickets are alike are its members (spec 05 §2.4). */
export interface JoinOptions<C = unknown, Q = unknown, R = unknown> {
  /** The secret that its members share. */
  readonly key: GroupKey;
  /** What the group replicates. Default: `NoOp`, for groups that only agree on a leader. */
  readonly machine?: StateMachine<C, Q, R>;
  /** Where this node keeps the log. Default: in memory. */
  readonly storage?: LogStorage;
  /** How it comes to agree. Default: all defaults. */
  readonly consensus?: ConsensusOptions;
  /** Members need a ticket that each of these accepts. Their order matters. Default: none. */
  readonly tickets?: OneOrMany<TicketValidator>;
}

/** What this room needs of the node. */
export interface GroupsContext {
  readonly node: LocalNode;
  readonly router: Router;
  readonly discovery: Discovery;
  readonly frameLimitBytes: number;
  readonly options?: GroupsOptions | undefined;
}

interface Membership {
  readonly member: Member;
  readonly handles: Set<Group>;
}

/** A connection that named a group of this node. */
interface Accepted {
  readonly member: Member;
  readonly link: Link;
  readonly start: HandshakeStart;
}

/** How this node's membership in a group stands. */
export interface JoinedGroup {
  readonly id: GroupId;
  readonly state: Omit<GroupState, "localId"> & { readonly role: RaftRole; readonly term: Term };
  /** With each other member. */
  readonly bonds: readonly BondInfo[];
}

/** The groups of one node (spec 05). */
export class Groups {
  readonly #context: GroupsContext;
  readonly #memberships = new Map<GroupId, Membership>();
  readonly #handshakeTimeoutMs: number;
  readonly #handshakes: Handshakes;
  readonly #dialPlaces = new DialPlaces();
  #isClosed = false;

  /** @throws GroupError `invalidOption` */
  constructor(context: GroupsContext) {
    this.#context = context;
    this.#handshakeTimeoutMs = groupsOptions(context.options).handshakeTimeoutMs;
    const refuse = (connection: Connection): void => this.#refuse(connection, CLOSE.dropped);
    this.#handshakes = new Handshakes(context.node.runtime, HANDSHAKES_MAX, refuse);
    context.router.handle(ALPN.groups, SERVING_MAX, (connection) => this.#serve(connection));
  }

  /**
   * Joins a group. The node advertises it, connects with its other members, and takes part in elections. A node that is a member
   * already gets another handle.
   *
   * @throws GroupError `mismatch` (this node is a member with another machine, storage or configuration), `invalidOption` (also where
   * the network's `frameLimitBytes` is below 2 MiB), `exporterUnavailable`, `storageFailed`, `closed`; DiscoveryError `entryTooLarge`
   */
  join<C = undefined, Q = undefined, R = undefined>(options: JoinOptions<C, Q, R>): Group<C, Q, R> {
    if (this.#isClosed) throw new GroupError("closed", "the network is closed");
    this.#requireMeans();
    const machine = (options.machine ?? new NoOp()) as StateMachine;
    const consensus = consensusConfig(options.consensus);
    const tickets = listOf(options.tickets);
    const id = groupId({ key: options.key, consensus, machine, tickets });
    let membership = this.#memberships.get(id);
    if (membership !== undefined) requireEqual(membership.member, machine, options);
    else membership = this.#enter(id, { ...options, machine, consensus, tickets });
    return this.#handle(membership) as Group<C, Q, R>;
  }

  /** The groups that this node is a member of, each once. */
  *joined(): Iterable<JoinedGroup> {
    for (const { member } of this.#memberships.values()) {
      yield { id: member.options.id, state: member.state, bonds: member.bonds() };
    }
  }

  /** Leaves all groups. */
  async close(): Promise<void> {
    this.#isClosed = true;
    const memberships = [...this.#memberships.values()];
    this.#memberships.clear();
    this.#count();
    await Promise.all(memberships.map(({ member }) => member.leave()));
  }

  /** @throws GroupError where no group is possible at this node */
  #requireMeans(): void {
    const { node, frameLimitBytes } = this.#context;
    if (!node.hasExporter) {
      const message =
        "the transport exports no keying material, with which members show each other that they have the key: " +
        "install the native part of @mosaik/iroh, @number0/iroh has none";
      throw new GroupError("exporterUnavailable", message);
    }
    if (frameLimitBytes >= FRAME_LIMIT_MIN_BYTES) return;
    throw new GroupError(
      "invalidOption",
      `groups need frameLimitBytes of ${FRAME_LIMIT_MIN_BYTES}, not ${frameLimitBytes}`,
    );
  }

  #enter(
    id: GroupId,
    options: Pick<JoinOptions, "key" | "storage"> & {
      readonly machine: StateMachine;
      readonly consensus: ConsensusConfig;
      readonly tickets: readonly TicketValidator[];
    },
  ): Membership {
    checkPreference(options.machine);
    const { node, discovery, frameLimitBytes } = this.#context;
    discovery.updateLocal((entry, nowMs) => entry.withAdded("groups", [id], nowMs));
    try {
      const member: Member = new Member({
        ...options,
        node,
        discovery,
        frameLimitBytes,
        handshakeTimeoutMs: this.#handshakeTimeoutMs,
        dialPlaces: this.#dialPlaces,
        id,
        storage: options.storage ?? new MemoryLog(),
        onFailed: () => this.#remove(member),
      });
      const membership = { member, handles: new Set<Group>() };
      this.#memberships.set(id, membership);
      this.#count();
      return membership;
    } catch (error) {
      discovery.updateLocal((entry, nowMs) => entry.withRemoved("groups", [id], nowMs));
      throw error;
    }
  }

  #handle({ member, handles }: Membership): Group {
    const group: Group = new Group(member, () => {
      handles.delete(group);
      if (handles.size > 0) return Promise.resolve();
      this.#remove(member);
      return member.leave();
    });
    handles.add(group);
    return group;
  }

  /** Is a member no more. A closing node says nothing: its peers see it depart. */
  #remove(member: Member): void {
    const { id } = member.options;
    if (this.#memberships.get(id)?.member !== member) return;
    this.#memberships.delete(id);
    this.#count();
    this.#context.discovery.updateLocal((entry, nowMs) => entry.withRemoved("groups", [id], nowMs));
  }

  /** Takes a member that dialled, in the order of spec 05 §4.3. */
  async #serve(connection: Connection): Promise<void> {
    const accepted = await this.#handshakes.shake(connection, () => this.#shakeHands(connection));
    await accepted?.member.accept(accepted.link, accepted.start);
  }

  async #shakeHands(connection: Connection): Promise<Accepted | undefined> {
    const { node, discovery } = this.#context;
    const link = await node.acceptLink(connection, { timeoutMs: this.#handshakeTimeoutMs });
    if (discovery.catalog.getSigned(link.peer) === undefined) return this.#refuse(connection, CLOSE.unknownPeer);
    const start = await receiveHandshakeStart(node, link, this.#handshakeTimeoutMs);
    if (start.network !== node.networkId) return this.#refuse(connection, CLOSE.differentNetwork);
    const member = this.#memberships.get(start.group)?.member;
    if (member === undefined) return this.#refuse(connection, CLOSE.groupNotFound);
    return { member, link, start };
  }

  #refuse(connection: Connection, { code, name }: CloseCode): undefined {
    this.#context.node.metrics.counter("mosaik.groups.connections.rejected").add();
    connection.close(code, name);
  }

  #count(): void {
    this.#context.node.metrics.gauge("mosaik.groups.active").set(this.#memberships.size);
  }
}

/** @throws GroupError `invalidOption` */
function checkPreference({ preference }: StateMachine): void {
  if (preference?.kind === "reluctant") reluctant(preference.factor);
}

/** @throws GroupError `mismatch` where a second handle was to be on something else than the first */
function requireEqual(member: Member, machine: StateMachine, { storage, consensus }: JoinOptions): void {
  const { options } = member;
  const differs = (what: string): GroupError =>
    new GroupError("mismatch", `this node is a member of group ${options.id.short()} already, with another ${what}`);
  if (!isSameKind(machine, options.machine)) throw differs("machine");
  if (storage !== undefined && storage !== options.storage) throw differs("storage");
  const { guards, ...others } = consensus ?? {};
  for (const [name, value] of Object.entries(others)) {
    if (value !== undefined && value !== options.consensus[name as keyof ConsensusConfig]) throw differs(name);
  }
  for (const [name, value] of Object.entries(guards ?? {})) {
    if (value !== undefined && value !== options.consensus.guards[name as keyof GuardOptions]) throw differs(name);
  }
}

/** Whether two machines are of one class; or, where they have none, of the same codecs. */
function isSameKind(a: StateMachine, b: StateMachine): boolean {
  if (a === b) return true;
  if (a.constructor !== b.constructor) return false;
  return a.constructor !== Object || (a.command === b.command && a.query === b.query && a.result === b.result);
}
