import type { Connection, ConnectionPath } from "@mosaik/iroh/transport";
import { ALPN, CLOSE, type DialOptions, type LocalNode, type SignedPeerEntry } from "../network/index.js";
import type { PeerId } from "../primitives/index.js";
import { DiscoveryError } from "./errors.js";
import { ENTRY_MAX_BYTES, pingReplyCodec, pingRequestCodec } from "./protocol.js";
import type { SyncContext } from "./sync.js";
import { verifyEntries } from "./verification.js";
import { atMost } from "../runtime/index.js";

/** What a caller of ours may take: time, in ms, and bytes. */
const SERVE_LIMITS = { timeoutMs: 5000, receiveMaxBytes: 4096 };

/** What a ping brings back. */
export interface Pong {
  /** The peer's entry, its signature checked. */
  readonly entry: SignedPeerEntry;
  /** Round-trip time of the selected path in microseconds, where one is selected. */
  readonly rttMicros: number | undefined;
  /** The way that the answer took, where one is selected. */
  readonly path: ConnectionPath | undefined;
}

/** How a peer is pinged. */
export interface PingOptions extends DialOptions {
  /** How long the whole exchange may take, in ms. */
  readonly timeoutMs: number;
}

/**
 * Asks a peer of this network for its entry (spec 02 §11). The deadline covers the whole exchange.
 *
 * @throws NetworkError, DiscoveryError `invalidSignature`, `wrongPeer`
 */
export async function pingPeer(context: SyncContext, peer: PeerId, options: PingOptions): Promise<Pong> {
  const pong = await pingAnyone(context, peer, options);
  if (pong.entry.entry.network !== context.node.networkId) {
    throw new DiscoveryError("wrongPeer", `peer ${peer.short()} is a member of another network`, { peer });
  }
  return pong;
}

/** Asks a peer for its entry, whatever network it is of. @throws as `pingPeer` */
export async function pingAnyone(context: SyncContext, peer: PeerId, options: PingOptions): Promise<Pong> {
  const { node, catalog } = context;
  const startMs = node.runtime.monoMs();
  const link = await node.open(peer, ALPN.ping, { ...options, receiveMaxBytes: ENTRY_MAX_BYTES });
  try {
    await link.send(pingRequestCodec, undefined);
    const leftMs = Math.max(1, options.timeoutMs - (node.runtime.monoMs() - startMs));
    const entry = await link.recv(pingReplyCodec, { timeoutMs: leftMs });
    const rttMicros = link.connection.rttMicros();
    const path = link.connection.path();
    await verifyEntries(node.runtime, catalog, link, [entry]);
    link.close(CLOSE.success);
    if (entry.entry.id !== peer) {
      throw new DiscoveryError("wrongPeer", `peer ${peer.short()} answered with the entry of another`, { peer });
    }
    return { entry, rttMicros, path };
  } finally {
    link.close(CLOSE.dropped);
  }
}

/** Answers a ping with a freshly signed entry of a new version: Rust peers act on nothing less (spec 04 §2). */
export async function servePing(
  node: LocalNode,
  freshEntry: () => SignedPeerEntry,
  connection: Connection,
): Promise<void> {
  const link = await node.acceptLink(connection, SERVE_LIMITS);
  await link.recv(pingRequestCodec, SERVE_LIMITS);
  await link.send(pingReplyCodec, freshEntry(), SERVE_LIMITS);
  await atMost(node.runtime, SERVE_LIMITS.timeoutMs, link.closed);
}
