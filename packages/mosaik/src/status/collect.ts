import type { Collections } from "../collections/index.js";
import type { Discovery } from "../discovery/index.js";
import type { Functions } from "../functions/index.js";
import type { Groups, JoinedGroup } from "../groups/index.js";
import type { LocalNode } from "../network/index.js";
import type { PeerId } from "../primitives/index.js";
import type { ChannelInfo, ConsumedStream, ProducedStream, Streams } from "../streams/index.js";
import type { ChannelStatus, ConsumerStatus, GroupStatus, NodeStatus, ProducerStatus } from "./node-status.js";

/** Peers that one stream or group tells of. */
const PEERS_MAX = 64;

/** Whose status it is. */
export interface StatusSources {
  readonly node: LocalNode;
  readonly discovery: Discovery;
  readonly streams: Streams;
  readonly functions: Functions;
  readonly groups: Groups;
  readonly collections: Collections;
  readonly version: string;
}

/** How a node stands now. @param uptimeMs since it joined, in ms */
export function collectStatus(sources: StatusSources, uptimeMs: number): NodeStatus {
  const { node, discovery, streams, functions, groups, collections, version } = sources;
  const rttMs = (peer: PeerId): number | undefined => discovery.rtt.rttMs(peer);
  return {
    id: node.id,
    version,
    uptimeMs,
    loopDelayMs: Math.round(node.runtime.loopDelayMs()),
    peersCount: discovery.catalog.peersCount(),
    neighbors: [...discovery.neighbors].map((peer) => ({ peer, rttMs: rttMs(peer) })),
    producers: Array.from(streams.produced(), (stream) => producerStatus(stream, rttMs)),
    consumers: Array.from(streams.consumed(), (stream) => consumerStatus(stream, rttMs)),
    handlers: Array.from(functions.handled(), (handled) => ({ functionId: handled.functionId, ...handled.stats() })),
    callers: Array.from(functions.called(), (called) => {
      const { functionId, isOnline, handlers } = called;
      return { functionId, isOnline, handlersCount: handlers, ...called.stats() };
    }),
    groups: Array.from(groups.joined(), groupStatus),
    collections: Array.from(collections.opened()),
    omitted: 0,
  };
}

type Rtt = (peer: PeerId) => number | undefined;

function producerStatus(stream: ProducedStream, rttMs: Rtt): ProducerStatus {
  const { streamId, isOnline } = stream;
  const { sent, datums, bytes, dropped, undelivered, queued, queuedBytes } = stream.stats();
  const channels = stream.consumers();
  const consumers = channels.slice(0, PEERS_MAX).map((channel) => channelStatus(channel, channel.consumerId, rttMs));
  const counts = { sent, datums, bytes, dropped, undelivered, queued, queuedBytes };
  return { streamId, isOnline, ...counts, consumersCount: channels.length, consumers };
}

function consumerStatus(stream: ConsumedStream, rttMs: Rtt): ConsumerStatus {
  const { streamId, isOnline, waiting } = stream;
  const { datums, bytes } = stream.stats();
  const channels = stream.producers();
  const producers = channels.slice(0, PEERS_MAX).map((channel) => channelStatus(channel, channel.producerId, rttMs));
  return { streamId, isOnline, datums, bytes, waiting, producersCount: channels.length, producers };
}

function channelStatus({ state, stats }: ChannelInfo, peer: PeerId, rttMs: Rtt): ChannelStatus {
  const { datums, bytes, dropped, queued } = stats;
  return { peer, state, rttMs: rttMs(peer), datums, bytes, dropped, queued };
}

function groupStatus({ id, state, bonds }: JoinedGroup): GroupStatus {
  const { role, term, leader, isOnline, isWaitingForQuorum, committed, logPosition } = state;
  return {
    groupId: id,
    role,
    term,
    leader,
    isOnline,
    isWaitingForQuorum,
    committed,
    logEnd: logPosition.index,
    bondsCount: bonds.length,
    bonds: bonds
      .slice(0, PEERS_MAX)
      .map(({ peer, rttMs, bytesSent, bytesReceived }) => ({ peer, rttMs, bytesSent, bytesReceived })),
  };
}
