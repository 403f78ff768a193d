type Row = readonly [kind: "counter" | "gauge", ...labels: string[]];

const N = "network";
const G = "group";
const S = "stream";
const F = "function";

/** Every metric of Rust, with its kind and the labels of its series (spec 07 §11). */
export const RUSTS: Readonly<Record<string, Row>> = {
  "mosaik.discovery.catalog.size": ["gauge", N],
  "mosaik.discovery.peers.discovered": ["counter", N],
  "mosaik.discovery.peers.updated": ["counter", N],
  "mosaik.discovery.peers.departed": ["counter", N],
  "mosaik.discovery.catalog.syncs": ["counter", N],
  "mosaik.discovery.gossip.neighbors": ["gauge", N],
  // Rust's have no label of their own; its exporter adds the network to all.
  "mosaik.network.connections.opened": ["counter", N],
  "mosaik.network.egress.bytes": ["counter", N],
  "mosaik.network.ingress.bytes": ["counter", N],
  "mosaik.streams.producers.active": ["gauge", N],
  "mosaik.streams.connections.accepted": ["counter", N],
  "mosaik.streams.connections.rejected": ["counter", N],
  "mosaik.streams.producer.consumers": ["gauge", S, N],
  "mosaik.streams.producer.consumers.accepted": ["counter", S, N],
  "mosaik.streams.producer.consumers.rejected": ["counter", S, N],
  "mosaik.streams.producer.items.sent": ["counter", S, N],
  "mosaik.streams.producer.bytes.sent": ["counter", S, N],
  "mosaik.streams.producer.items.dropped": ["counter", S, N],
  "mosaik.streams.consumers.active": ["gauge", S, N],
  "mosaik.streams.consumer.producers": ["gauge", S, N],
  "mosaik.streams.consumer.items.received": ["counter", S, N],
  "mosaik.streams.consumer.bytes.received": ["counter", S, N],
  "mosaik.streams.datums.total": ["counter", N, S],
  "mosaik.streams.bytes.total": ["counter", N, S],
  "mosaik.functions.handlers.active": ["gauge", N],
  "mosaik.functions.calls.accepted": ["counter", N],
  "mosaik.functions.calls.rejected": ["counter", N],
  "mosaik.functions.calls.inflight": ["gauge", N],
  // Without the function where it counts what was served.
  "mosaik.functions.calls.completed": ["counter", F, N],
  "mosaik.functions.calls.failed": ["counter", N],
  "mosaik.functions.calls.attempts": ["counter", F, N],
  "mosaik.groups.active": ["gauge", N],
  "mosaik.groups.bonds.active": ["gauge", N, G],
  "mosaik.groups.bonds.bytes.sent": ["counter", N, G],
  "mosaik.groups.bonds.bytes.received": ["counter", N, G],
  "mosaik.groups.bonds.messages.sent": ["counter", N, G],
  "mosaik.groups.bonds.messages.received": ["counter", N, G],
  "mosaik.groups.raft.elections": ["counter", N, G],
  "mosaik.groups.raft.leader.changes": ["counter", N, G],
  "mosaik.groups.raft.committed": ["gauge", N, G],
  "mosaik.groups.raft.committee.voters": ["gauge", N, G],
  "mosaik.groups.raft.committee.non_voters": ["gauge", N, G],
  "mosaik.groups.raft.committee.size": ["gauge", N, G],
  "mosaik.collections.map.size": ["gauge", N, G],
  "mosaik.collections.vec.size": ["gauge", N, G],
  "mosaik.collections.set.size": ["gauge", N, G],
  "mosaik.collections.cell.size": ["gauge", N, G],
  "mosaik.collections.once.size": ["gauge", N, G],
  "mosaik.collections.depq.size": ["gauge", N, G],
  "mosaik.collections.syncs.started": ["counter", N, G],
};
