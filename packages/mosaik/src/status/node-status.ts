import type { CollectionKind } from "../collections/index.js";
import type { FunctionId } from "../functions/index.js";
import type { GroupId, Index, RaftRole, Term } from "../groups/index.js";
import type { PeerId, StreamId } from "../primitives/index.js";
import type { ChannelState } from "../streams/index.js";

/**
 * How a node stands at one moment (spec 08 §3). Counts are totals since what they belong to was opened. There are no tickets, keys or payloads in it,
 * nor what serves as a key: of a collection the id of its group, not of its store.
 */
export interface NodeStatus {
  readonly id: PeerId;
  /** The version of the library. */
  readonly version: string;
  /** Since the node joined, in ms. */
  readonly uptimeMs: number;
  /** The longest that the process's event loop was held up in the last 10 to 20 seconds, in whole ms. */
  readonly loopDelayMs: number;
  /** Other peers that the node knows. */
  readonly peersCount: number;
  /** The peers that its gossip goes to directly. */
  readonly neighbors: readonly NeighborStatus[];
  /** The streams that it produces, each once. */
  readonly producers: readonly ProducerStatus[];
  /** Its consumers: there may be several of one stream. */
  readonly consumers: readonly ConsumerStatus[];
  readonly handlers: readonly HandlerStatus[];
  /** There may be several of one function. */
  readonly callers: readonly CallerStatus[];
  /** Those of collections among them. */
  readonly groups: readonly GroupStatus[];
  readonly collections: readonly CollectionStatus[];
  /** Parts of the lists above that were left out since they are too many for an answer: 0 of one's own node. */
  readonly omitted: number;
}

export interface NeighborStatus {
  readonly peer: PeerId;
  /** Smoothed round-trip time; `undefined` while unknown. */
  readonly rttMs: number | undefined;
}

export interface ProducerStatus {
  readonly streamId: StreamId;
  readonly isOnline: boolean;
  /** Datums that were sent, each counted once. */
  readonly sent: number;
  /** Datums that connections of consumers have taken, counted for each of them, and their payload bytes. */
  readonly datums: number;
  readonly bytes: number;
  /** Datums that a consumer did not get, counted for each of them. */
  readonly dropped: number;
  /** Datums that were sent while there was no consumer. */
  readonly undelivered: number;
  /** Datums that wait for consumers now, counted for each of them, and their bytes. */
  readonly queued: number;
  readonly queuedBytes: number;
  /** How many consumers there are. */
  readonly consumersCount: number;
  /** The consumers, at most 64. */
  readonly consumers: readonly ChannelStatus[];
}

export interface ConsumerStatus {
  readonly streamId: StreamId;
  readonly isOnline: boolean;
  /** Datums that the program has taken, and their payload bytes. */
  readonly datums: number;
  readonly bytes: number;
  /** Datums that wait for the program. */
  readonly waiting: number;
  /** How many producers there are. */
  readonly producersCount: number;
  /** The producers, at most 64. */
  readonly producers: readonly ChannelStatus[];
}

/** A subscription, from the side of the node that tells of it. */
export interface ChannelStatus {
  /** The other side. */
  readonly peer: PeerId;
  readonly state: ChannelState;
  readonly rttMs: number | undefined;
  readonly datums: number;
  readonly bytes: number;
  readonly dropped: number;
  /** Datums that wait for a consumer; of a producer 0. */
  readonly queued: number;
}

export interface HandlerStatus {
  readonly functionId: FunctionId;
  /** Calls that were answered, with a response or an application error. */
  readonly served: number;
  readonly failed: number;
  /** Calls that are being served. */
  readonly inflight: number;
}

export interface CallerStatus {
  readonly functionId: FunctionId;
  readonly isOnline: boolean;
  /** Handlers that may be called. */
  readonly handlersCount: number;
  /** Calls that were answered, with a response or an application error. */
  readonly completed: number;
  readonly failed: number;
  /** Calls under way. */
  readonly inflight: number;
  /** Tries with one handler, of all calls. */
  readonly attempts: number;
}

export interface GroupStatus {
  readonly groupId: GroupId;
  readonly role: RaftRole;
  readonly term: Term;
  readonly leader: PeerId | undefined;
  readonly isOnline: boolean;
  readonly isWaitingForQuorum: boolean;
  /** The last command that is committed and applied. */
  readonly committed: Index;
  /** The last command of the log. */
  readonly logEnd: Index;
  /** How many other members there is a bond with. */
  readonly bondsCount: number;
  /** The bonds, at most 64. */
  readonly bonds: readonly BondStatus[];
}

export interface BondStatus {
  readonly peer: PeerId;
  readonly rttMs: number | undefined;
  readonly bytesSent: number;
  readonly bytesReceived: number;
}

export interface CollectionStatus {
  /** The group of the members that share it. */
  readonly groupId: GroupId;
  readonly kind: CollectionKind;
  /** How many commands have been carried out. */
  readonly version: Index;
  /** How many entries or elements there are. */
  readonly size: number;
}
