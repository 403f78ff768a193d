import { DecodeError, t } from "@mosaik/postcard";
import { digestCodec, peerIdCodec, type EndpointAddress, type TransportAddr } from "../network/index.js";
import type { Digest, PeerId } from "../primitives/index.js";

/** The largest frame that is read: 4096 bytes (spec 03 A.3). */
export const GOSSIP_FRAME_READ_MAX_BYTES = 4096;

/** The largest frame that is written: Rust refuses to write what reaches 4096. */
export const GOSSIP_FRAME_WRITE_MAX_BYTES = 4095;

/** The largest content of a broadcast: it fits a frame at any number of hops (spec 03 A.3). */
export const GOSSIP_CONTENT_MAX_BYTES = 4055;

/** As many announcements as Rust puts into one `IHave`. */
export const IHAVE_ENTRIES_MAX = 116;

/** What a node says of its own addresses: `AddrInfo` in postcard, opaque to the protocol; empty where nothing is known. */
export type PeerData = Uint8Array;

/** BLAKE3 of a content. */
export type MessageId = Digest;

const peerInfoCodec = t.struct({ id: peerIdCodec, data: t.option(t.bytes) });

/** A contact that one peer tells another of. */
export type PeerInfo = t.Infer<typeof peerInfoCodec>;

const swarmMessageCodec = t.enum({
  join: t.option(t.bytes),
  forwardJoin: t.struct({ peer: peerInfoCodec, ttl: t.u16 }),
  shuffle: t.struct({ origin: peerIdCodec, nodes: t.vec(peerInfoCodec), ttl: t.u16 }),
  shuffleReply: t.vec(peerInfoCodec),
  neighbor: t.struct({ priority: t.enum({ high: t.unit, low: t.unit }), data: t.option(t.bytes) }),
  // `respond` is obsolete: written as false, ignored on read, but there.
  disconnect: t.struct({ alive: t.bool, respond: t.bool }),
});

/** Membership, HyParView (spec 03 A.4). */
export type SwarmMessage = t.Infer<typeof swarmMessageCodec>;

const announcementCodec = t.struct({ id: digestCodec, round: t.u16 });

const broadcastMessageCodec = t.enum({
  gossip: t.struct({ id: digestCodec, content: t.bytes, scope: t.enum({ swarm: t.u16, neighbors: t.unit }) }),
  prune: t.unit,
  graft: t.struct({ id: t.option(digestCodec), round: t.u16 }),
  iHave: t.vec(announcementCodec),
});

/** Broadcast, PlumTree (spec 03 A.4). */
export type BroadcastMessage = t.Infer<typeof broadcastMessageCodec>;

/** A message with its payload, as it is pushed. */
export type Payload = Extract<BroadcastMessage, { kind: "gossip" }>["value"];

/** One entry of an `IHave`. */
export type Announcement = t.Infer<typeof announcementCodec>;

/** The body of every frame after a stream's header. Its ids are unchecked: see `decodeTopicMessage`. */
export const topicMessageCodec = t.enum({ swarm: swarmMessageCodec, gossip: broadcastMessageCodec });

export type TopicMessage = t.Infer<typeof topicMessageCodec>;

/** The body of the first frame of a stream: the topic, 32 raw bytes. */
export const streamHeaderCodec = digestCodec;

/**
 * The message in a frame, with every id in it a valid key, as Rust decodes it.
 *
 * @param isPeerId whether an id is a curve point (spec 01 §1.5)
 * @throws DecodeError
 */
export function decodeTopicMessage(bytes: Uint8Array, isPeerId: (id: PeerId) => boolean): TopicMessage {
  const message = topicMessageCodec.decode(bytes);
  for (const id of idsIn(message)) {
    if (!isPeerId(id)) throw new DecodeError("invalidValue", `${id.hex} is no public key`, 0);
  }
  return message;
}

function idsIn(message: TopicMessage): readonly PeerId[] {
  if (message.kind !== "swarm") return [];
  const { value } = message;
  switch (value.kind) {
    case "forwardJoin":
      return [value.value.peer.id];
    case "shuffle":
      return [value.value.origin, ...value.value.nodes.map(({ id }) => id)];
    case "shuffleReply":
      return value.value.map(({ id }) => id);
    default:
      return [];
  }
}

/** What `PeerData` holds (spec 03 A.5): unsorted or repeated addresses are sorted on the way in and out. */
const addrInfoCodec = t.struct({
  relayUrl: t.option(t.string),
  directAddresses: t.transform(t.vec(t.socketAddr), { to: sortedOnce, from: sortedOnce }),
});

/** How many of our own addresses are told: a shuffle carries eight nodes' worth and must fit a frame (spec 03, trap 14). */
const TOLD_ADDRS_MAX = 8;
/** How many addresses of one node are taken from its data. */
const TAKEN_ADDRS_MAX = 32;

/** What this node tells of its addresses: the first relay, and up to eight socket addresses. */
export function encodePeerData(address: EndpointAddress): PeerData {
  let relayUrl: string | undefined;
  const directAddresses: string[] = [];
  for (const addr of address.addrs) {
    if (addr.kind === "relay") relayUrl ??= addr.value;
    else if (addr.kind === "ip" && directAddresses.length < TOLD_ADDRS_MAX) directAddresses.push(addr.value);
  }
  return addrInfoCodec.encode({ relayUrl, directAddresses });
}

/** The addresses in a node's data; none where nothing is known. @throws DecodeError */
export function decodePeerData(data: PeerData): TransportAddr[] {
  if (data.length === 0) return [];
  const { relayUrl, directAddresses } = addrInfoCodec.decode(data);
  const addrs: TransportAddr[] = directAddresses.slice(0, TAKEN_ADDRS_MAX).map((value) => ({ kind: "ip", value }));
  if (relayUrl !== undefined) {
    if (!URL.canParse(relayUrl)) throw new DecodeError("invalidValue", "the relay's URL does not parse", 0);
    addrs.unshift({ kind: "relay", value: new URL(relayUrl).href });
  }
  return addrs;
}

function sortedOnce(addrs: readonly string[]): string[] {
  const sorted = [...addrs].sort((a, b) => t.socketAddr.compare(a, b));
  return sorted.filter((addr, i) => addr !== sorted[i - 1]);
}
