/** What is known of a metric beside its values. */
export interface MetricInfo {
  /** Whether it only grows, or goes up and down. */
  readonly kind: "counter" | "gauge";
  /** What it says, in one sentence. */
  readonly help: string;
  /** The labels that tell its series apart, beside `network`. A series may lack one of them. Default: none. */
  readonly labels?: readonly string[];
  /** Of what it is a number, where that is not simply how many. */
  readonly unit?: "bytes" | "ms";
  /** Whether Rust nodes export it too, under the same name (spec 01 §11.4, spec 07 §11). */
  readonly isRusts?: true;
}

/**
 * Every metric of a node, by its name. Ids in labels are in their short form.
 *
 * Exporters take what they say of a metric from here; the registry takes no other name.
 */
export const METRICS = {
  "mosaik.network.connections.opened": {
    kind: "counter",
    help: "Connections that were opened or accepted, each with its stream.",
    isRusts: true,
  },
  "mosaik.network.egress.bytes": {
    kind: "counter",
    unit: "bytes",
    help: "Bytes of messages that were sent, without gossip and without their lengths.",
    isRusts: true,
  },
  "mosaik.network.ingress.bytes": {
    kind: "counter",
    unit: "bytes",
    help: "Bytes of messages that were received, without gossip and without their lengths.",
    isRusts: true,
  },
  "mosaik.network.connections.refused": {
    kind: "counter",
    labels: ["alpn"],
    help: "Connections of peers that were dropped since too many of the protocol were served.",
  },
  "mosaik.network.connections.kept": {
    kind: "gauge",
    help: "Connections with TypeScript peers that are kept for calls.",
  },
  "mosaik.network.streams.refused": {
    kind: "counter",
    labels: ["code"],
    help: "Streams on kept connections that were refused, by close code.",
  },

  "mosaik.discovery.catalog.size": { kind: "gauge", help: "Peers in the catalog, without this node.", isRusts: true },
  "mosaik.discovery.catalog.syncs": {
    kind: "counter",
    help: "Catalog syncs that this node began and that ended well.",
    isRusts: true,
  },
  "mosaik.discovery.peers.discovered": { kind: "counter", help: "Peers that became known.", isRusts: true },
  "mosaik.discovery.peers.updated": {
    kind: "counter",
    help: "Newer entries of peers that were known.",
    isRusts: true,
  },
  "mosaik.discovery.peers.departed": {
    kind: "counter",
    help: "Peers that said farewell, fell silent, or did not renew their entry.",
    isRusts: true,
  },
  "mosaik.discovery.gossip.neighbors": { kind: "gauge", help: "Neighbours in gossip.", isRusts: true },
  "mosaik.discovery.gossip.dials.failed": { kind: "counter", help: "Dials of gossip that failed." },
  "mosaik.discovery.gossip.dropped": {
    kind: "counter",
    labels: ["reason"],
    help: "Gossip messages that were not sent or not taken.",
  },
  "mosaik.discovery.gossip.invalid": {
    kind: "counter",
    labels: ["reason"],
    help: "Gossip of peers that breaks the protocol.",
  },
  "mosaik.discovery.announcements.ignored": {
    kind: "counter",
    labels: ["reason"],
    help: "Announcements and farewells that were not believed.",
  },
  "mosaik.discovery.entries.refused": { kind: "counter", help: "Entries in catalog syncs that were not believed." },
  "mosaik.discovery.introductions.failed": { kind: "counter", help: "Introductions to peers that failed." },
  "mosaik.discovery.pings.missed": { kind: "counter", help: "Pings without an answer in time." },
  "mosaik.discovery.lan.ignored": {
    kind: "counter",
    help: "Peers on the local network that were left aside since there are too many.",
  },
  "mosaik.discovery.dht.scans": { kind: "counter", help: "Readings of the network's slots in the DHT." },
  "mosaik.discovery.dht.slots": {
    kind: "gauge",
    labels: ["kind"],
    help: "The network's slots in the DHT as they were read last, by what is in them.",
  },
  "mosaik.discovery.dht.writes": {
    kind: "counter",
    labels: ["kind", "outcome"],
    help: "Records that were written into slots of the DHT, by what came of it.",
  },

  "mosaik.streams.producers.active": { kind: "gauge", help: "Streams that this node produces.", isRusts: true },
  "mosaik.streams.consumers.active": {
    kind: "gauge",
    labels: ["stream"],
    help: "Consumers of the stream at this node. Rust counts their connections with producers.",
    isRusts: true,
  },
  "mosaik.streams.connections.accepted": {
    kind: "counter",
    help: "Connections of consumers that named a stream of this node.",
    isRusts: true,
  },
  "mosaik.streams.connections.rejected": {
    kind: "counter",
    help: "Connections that were refused before a producer saw them.",
    isRusts: true,
  },
  "mosaik.streams.producer.consumers": {
    kind: "gauge",
    labels: ["stream"],
    help: "Consumers that are subscribed with this node's producer.",
    isRusts: true,
  },
  "mosaik.streams.producer.consumers.accepted": {
    kind: "counter",
    labels: ["stream"],
    help: "Consumers that were admitted.",
    isRusts: true,
  },
  "mosaik.streams.producer.consumers.rejected": {
    kind: "counter",
    labels: ["stream"],
    help: "Consumers that were not admitted: for room, a predicate or a ticket.",
    isRusts: true,
  },
  "mosaik.streams.producer.items.sent": {
    kind: "counter",
    labels: ["stream"],
    help: "Datums that connections of consumers have taken, each for each consumer.",
    isRusts: true,
  },
  "mosaik.streams.producer.bytes.sent": {
    kind: "counter",
    labels: ["stream"],
    unit: "bytes",
    help: "Bytes of datums that connections of consumers have taken.",
    isRusts: true,
  },
  "mosaik.streams.producer.items.dropped": {
    kind: "counter",
    labels: ["stream"],
    help: "Datums that a consumer did not get: by the lag policy, or since it was gone.",
    isRusts: true,
  },
  "mosaik.streams.producer.items.encoded": {
    kind: "counter",
    labels: ["stream"],
    help: "Datums that were encoded, each once.",
  },
  "mosaik.streams.producer.items.undelivered": {
    kind: "counter",
    labels: ["stream"],
    help: "Datums that were sent while there was no consumer.",
  },
  "mosaik.streams.producer.gaps": {
    kind: "counter",
    labels: ["stream"],
    help: "Subscriptions that broke, or ended before their consumer had everything.",
  },
  "mosaik.streams.consumer.producers": {
    kind: "gauge",
    labels: ["stream"],
    help: "Producers that the consumers of this node are subscribed to, or are connecting to.",
    isRusts: true,
  },
  "mosaik.streams.consumer.items.received": {
    kind: "counter",
    labels: ["stream"],
    help: "Datums that were received.",
    isRusts: true,
  },
  "mosaik.streams.consumer.bytes.received": {
    kind: "counter",
    labels: ["stream"],
    unit: "bytes",
    help: "Bytes of datums that were received.",
    isRusts: true,
  },
  "mosaik.streams.consumer.items.dropped": {
    kind: "counter",
    labels: ["stream"],
    help: "Received datums that were given up since the consumer's queue was full.",
  },
  "mosaik.streams.consumer.items.lost": {
    kind: "counter",
    labels: ["stream"],
    help: "Datums that are known to be missing.",
  },
  "mosaik.streams.consumer.gaps": {
    kind: "counter",
    labels: ["stream"],
    help: "Breaks after which datums are missing, or may be.",
  },
  "mosaik.streams.consumer.resumed": {
    kind: "counter",
    labels: ["stream"],
    help: "Subscriptions that went on where the one before had ended.",
  },
  "mosaik.streams.consumer.producers.refused": {
    kind: "counter",
    labels: ["stream"],
    help: "Producers that refused a consumer of this node, or that it does not want.",
  },
  "mosaik.streams.consumer.closes": {
    kind: "counter",
    labels: ["stream", "code"],
    help: "Subscriptions that ended with a close code, by that code.",
  },
  "mosaik.streams.datums.total": {
    kind: "counter",
    labels: ["stream"],
    help: "Datums sent and received at this node.",
    isRusts: true,
  },
  "mosaik.streams.bytes.total": {
    kind: "counter",
    labels: ["stream"],
    unit: "bytes",
    help: "Bytes of datums sent and received at this node.",
    isRusts: true,
  },

  "mosaik.functions.handlers.active": { kind: "gauge", help: "Functions that this node handles.", isRusts: true },
  "mosaik.functions.calls.accepted": { kind: "counter", help: "Calls that handlers took.", isRusts: true },
  "mosaik.functions.calls.rejected": { kind: "counter", help: "Calls that were refused.", isRusts: true },
  "mosaik.functions.calls.inflight": { kind: "gauge", help: "Calls that are being served.", isRusts: true },
  "mosaik.functions.calls.completed": {
    kind: "counter",
    labels: ["function"],
    help: "Calls that were answered. With a function: calls of this node; without: calls that it served.",
    isRusts: true,
  },
  "mosaik.functions.calls.failed": {
    kind: "counter",
    help: "Served calls that ended without an answer of the function.",
    isRusts: true,
  },
  "mosaik.functions.calls.attempts": {
    kind: "counter",
    labels: ["function"],
    help: "Tries of calls of this node, each with one handler.",
    isRusts: true,
  },
  "mosaik.functions.retries": { kind: "counter", help: "Calls that the middleware `retry` made once more." },
  "mosaik.functions.circuit.opened": { kind: "counter", help: "How often a `circuitBreaker` opened." },
  "mosaik.functions.circuit.refused": { kind: "counter", help: "Calls that an open `circuitBreaker` did not make." },
  "mosaik.functions.cache.hits": { kind: "counter", help: "Calls that `cache` answered." },
  "mosaik.functions.cache.misses": { kind: "counter", help: "Calls that `cache` had no answer to." },
  "mosaik.functions.bulkhead.refused": { kind: "counter", help: "Calls that a full `bulkhead` did not make." },

  "mosaik.groups.active": { kind: "gauge", help: "Groups that this node is a member of.", isRusts: true },
  "mosaik.groups.connections.rejected": {
    kind: "counter",
    help: "Connections that were refused before a group saw them.",
  },
  "mosaik.groups.bonds.active": {
    kind: "gauge",
    labels: ["group"],
    help: "Members that this node is connected with.",
    isRusts: true,
  },
  "mosaik.groups.bonds.bytes.sent": {
    kind: "counter",
    labels: ["group"],
    unit: "bytes",
    help: "Bytes of messages to other members, without their lengths.",
    isRusts: true,
  },
  "mosaik.groups.bonds.bytes.received": {
    kind: "counter",
    labels: ["group"],
    unit: "bytes",
    help: "Bytes of messages of other members, without their lengths.",
    isRusts: true,
  },
  "mosaik.groups.bonds.messages.sent": {
    kind: "counter",
    labels: ["group"],
    help: "Messages to other members.",
    isRusts: true,
  },
  "mosaik.groups.bonds.messages.received": {
    kind: "counter",
    labels: ["group"],
    help: "Messages of other members.",
    isRusts: true,
  },
  "mosaik.groups.bonds.refused": {
    kind: "counter",
    labels: ["group"],
    help: "Peers that were refused as members, or that refused this node.",
  },
  "mosaik.groups.bonds.stalled": {
    kind: "counter",
    labels: ["group"],
    help: "Members that were given up since they took nothing.",
  },
  "mosaik.groups.raft.elections": {
    kind: "counter",
    labels: ["group"],
    help: "Elections in which this node stood.",
    isRusts: true,
  },
  "mosaik.groups.raft.leader.changes": {
    kind: "counter",
    labels: ["group"],
    help: "Changes of the leader that this node follows. Rust counts every message of a leader.",
    isRusts: true,
  },
  "mosaik.groups.raft.committed": {
    kind: "gauge",
    labels: ["group"],
    help: "The last command that is committed and applied here.",
    isRusts: true,
  },
  "mosaik.groups.raft.committee.voters": {
    kind: "gauge",
    labels: ["group"],
    help: "Members that vote, as the leader sees it; 0 elsewhere.",
    isRusts: true,
  },
  "mosaik.groups.raft.committee.non_voters": {
    kind: "gauge",
    labels: ["group"],
    help: "Members that do not vote, as the leader sees it; 0 elsewhere.",
    isRusts: true,
  },
  "mosaik.groups.raft.committee.size": {
    kind: "gauge",
    labels: ["group"],
    help: "Members in all, as the leader sees it; 0 elsewhere.",
    isRusts: true,
  },
  "mosaik.groups.raft.waiting_for_quorum": {
    kind: "gauge",
    labels: ["group"],
    help: "1 while there are too few other members for the guards.",
  },
  "mosaik.groups.raft.reverted": {
    kind: "counter",
    labels: ["group"],
    help: "Commands in this member's log that gave way to those of another leader.",
  },
  "mosaik.groups.raft.diverged": {
    kind: "counter",
    labels: ["group"],
    help: "How often what was committed here was not what the others have.",
  },
  "mosaik.groups.commands.refused": {
    kind: "counter",
    labels: ["group"],
    help: "Commands that this node kept out of the log that it leads.",
  },
  "mosaik.groups.queries.dropped": {
    kind: "counter",
    labels: ["group"],
    help: "Queries of members that went unanswered since the machine is behind.",
  },

  "mosaik.collections.map.size": { kind: "gauge", labels: ["group"], help: "Entries of a map.", isRusts: true },
  "mosaik.collections.vec.size": { kind: "gauge", labels: ["group"], help: "Items of a vec.", isRusts: true },
  "mosaik.collections.set.size": { kind: "gauge", labels: ["group"], help: "Values of a set.", isRusts: true },
  "mosaik.collections.cell.size": {
    kind: "gauge",
    labels: ["group"],
    help: "1 while a cell has a value.",
    isRusts: true,
  },
  "mosaik.collections.once.size": {
    kind: "gauge",
    labels: ["group"],
    help: "1 once a once has its value.",
    isRusts: true,
  },
  "mosaik.collections.depq.size": {
    kind: "gauge",
    labels: ["group"],
    help: "Entries of a priority queue.",
    isRusts: true,
  },
  "mosaik.collections.syncs.started": {
    kind: "counter",
    labels: ["group"],
    help: "Snapshots that were taken for members that are behind.",
    isRusts: true,
  },

  "mosaik.status.observers": { kind: "gauge", help: "Observers that are told how this node stands." },
  "mosaik.status.observers.refused": {
    kind: "counter",
    labels: ["code"],
    help: "Observers that were refused, by close code.",
  },
  "mosaik.status.updates.sent": { kind: "counter", help: "Updates that were sent to observers." },
  "mosaik.status.bytes.sent": { kind: "counter", unit: "bytes", help: "Bytes of the updates sent to observers." },

  "mosaik.runtime.loop.delay": {
    kind: "gauge",
    unit: "ms",
    help: "The longest that this process's event loop was held up lately.",
  },
} as const satisfies Readonly<Record<string, MetricInfo>>;

/** The names of all metrics. */
export type MetricName = keyof typeof METRICS;

type NameOf<Kind extends MetricInfo["kind"]> = {
  [Name in MetricName]: (typeof METRICS)[Name]["kind"] extends Kind ? Name : never;
}[MetricName];

export type CounterName = NameOf<"counter">;
export type GaugeName = NameOf<"gauge">;

/** The labels that tell the series of a metric apart. */
export type LabelsOf<Name extends MetricName> = (typeof METRICS)[Name] extends { labels: readonly (infer Label)[] }
  ? { readonly [L in Label & string]?: string }
  : { readonly [L in never]: string };
