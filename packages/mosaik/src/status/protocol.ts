import { t, type Codec } from "@mosaik/postcard";
import { digestCodec, peerIdCodec } from "../network/index.js";
import type {
  CallerStatus,
  CollectionStatus,
  ConsumerStatus,
  GroupStatus,
  HandlerStatus,
  NeighborStatus,
  ProducerStatus,
} from "./node-status.js";

/** The version of purpose `status` (docs/protocol/status.md). */
export const STATUS_VERSION = 1;

/** What an observer adds to the first frame of its stream. */
export const observeRequestCodec = t.struct({
  /** That it has the node's secret; nothing where it hopes to be on its list. */
  proof: t.option(digestCodec),
  /** How often it wants to be told, in ms. */
  intervalMs: t.u32,
});

/** One part of a node's status, which is sent again when it has changed. */
export type StatusRow =
  | { readonly kind: "Neighbor"; readonly value: NeighborStatus }
  | { readonly kind: "Producer"; readonly value: ProducerStatus }
  | { readonly kind: "Consumer"; readonly value: ConsumerStatus }
  | { readonly kind: "Handler"; readonly value: HandlerStatus }
  | { readonly kind: "Caller"; readonly value: CallerStatus }
  | { readonly kind: "Group"; readonly value: GroupStatus }
  | { readonly kind: "Collection"; readonly value: CollectionStatus };

const count = t.u64.asNumber();
/** Names that travel as their number in this list. */
const oneOf = <Name extends string>(...names: Name[]): Codec<Name> =>
  t.transform(t.u8, {
    to: (index) => {
      const name = names[index];
      if (name === undefined) throw new RangeError(`there is no ${index} in ${names.join(", ")}`);
      return name;
    },
    from: (name: Name) => names.indexOf(name),
  });
/** Steps of the round-trip times, in microseconds: what changes by less is no news. */
const RTT_STEP_MICROS = 10;
const rtt: Codec<number | undefined> = t.transform(t.option(t.u32), {
  to: (steps) => (steps === undefined ? undefined : (steps * RTT_STEP_MICROS) / 1000),
  from: (ms: number | undefined) => (ms === undefined ? undefined : Math.round((ms * 1000) / RTT_STEP_MICROS)),
});

const channel = t.struct({
  peer: peerIdCodec,
  state: oneOf("connecting", "connected", "terminated"),
  rttMs: rtt,
  datums: count,
  bytes: count,
  dropped: count,
  queued: count,
});
const bond = t.struct({ peer: peerIdCodec, rttMs: rtt, bytesSent: count, bytesReceived: count });

export const statusRowCodec: Codec<StatusRow> = t.enum({
  Neighbor: t.struct({ peer: peerIdCodec, rttMs: rtt }),
  Producer: t.struct({
    streamId: digestCodec,
    isOnline: t.bool,
    sent: count,
    datums: count,
    bytes: count,
    dropped: count,
    undelivered: count,
    queued: count,
    queuedBytes: count,
    consumersCount: count,
    consumers: t.vec(channel),
  }),
  Consumer: t.struct({
    streamId: digestCodec,
    isOnline: t.bool,
    datums: count,
    bytes: count,
    waiting: count,
    producersCount: count,
    producers: t.vec(channel),
  }),
  Handler: t.struct({ functionId: digestCodec, served: count, failed: count, inflight: count }),
  Caller: t.struct({
    functionId: digestCodec,
    isOnline: t.bool,
    handlersCount: count,
    completed: count,
    failed: count,
    inflight: count,
    attempts: count,
  }),
  Group: t.struct({
    groupId: digestCodec,
    role: oneOf("follower", "candidate", "leader"),
    term: count,
    leader: t.option(peerIdCodec),
    isOnline: t.bool,
    isWaitingForQuorum: t.bool,
    committed: count,
    logEnd: count,
    bondsCount: count,
    bonds: t.vec(bond),
  }),
  Collection: t.struct({
    groupId: digestCodec,
    kind: oneOf("map", "vec", "set", "cell", "once", "priorityQueue"),
    version: count,
    size: count,
  }),
});

/** What is told with each update. */
const headCodec = t.struct({
  version: t.string,
  uptimeMs: count,
  loopDelayMs: t.u32,
  /** How often the node tells this observer at most, in ms: not less than it asked for. */
  intervalMs: t.u32,
  peersCount: count,
  omitted: count,
});

export type StatusHead = t.Infer<typeof headCodec>;

/** A frame of an update. */
export const updateFrameCodec = t.struct({
  /** Rows that are new or have changed, each in the place that it keeps for as long as it is there. */
  rows: t.vec(t.struct({ place: t.u32, row: t.bytes })),
  /** Places that are empty now. */
  removed: t.vec(t.u32),
  /** Ends the update. */
  head: t.option(headCodec),
});

export type UpdateFrame = t.Infer<typeof updateFrameCodec>;
