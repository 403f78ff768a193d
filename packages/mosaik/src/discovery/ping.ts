import type { Connection, ConnectionPath } from "@mosaik/iroh/transport";
import { ALPN, CLOSE, type DialOptions, type Link, type LocalNode, type SignedPeerEntry } from "../network/index.js";
import { unlessAborted, type PeerId } from "../primitives/index.js";
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

/** Limits of a ping, and of a diagnosis. */
export interface PingOptions {
  /** How long the peer may take to answer, in ms, the dial included. Default: 5000. */
  readonly timeoutMs?: number | undefined;
  /** Gives it up. */
  readonly signal?: AbortSignal | undefined;
}

/** The limits of a ping, checked. */
export interface PingLimits extends DialOptions {
  readonly timeoutMs: number;
}

const PING_TIMEOUT_MS = 5000;

/** @throws DiscoveryError `invalidOption` */
export function pingLimits({ timeoutMs = PING_TIMEOUT_MS, signal }: PingOptions = {}): PingLimits {
  if (typeof timeoutMs === "number" && timeoutMs >= 0) return { timeoutMs, signal };
  throw new DiscoveryError("invalidOption", `timeoutMs must be at least 0, not ${String(timeoutMs)}`);
}

/**
 * Asks a peer of this network for its entry (spec 02 §11). The deadline covers the whole exchange.
 *
 * @throws NetworkError, DiscoveryError `invalidSignature`, `wrongPeer`; the signal's reason
 */
export async function pingPeer(context: SyncContext, peer: PeerId, limits: PingLimits): Promise<Pong> {
  const pong = await pingAnyone(context, peer, limits);
  if (pong.entry.entry.network !== context.node.networkId) {
    throw new DiscoveryError("wrongPeer", `peer ${peer.short()} is a member of another network`, { peer });
  }
  return pong;
}

/** Asks a peer for its entry, whatever network it is of. @throws as `pingPeer` */
export async function pingAnyone(context: SyncContext, peer: PeerId, limits: PingLimits): Promise<Pong> {
  const { runtime } = context.node;
  const endMs = runtime.monoMs() + limits.timeoutMs;
  const link = await context.node.open(peer, ALPN.ping, { ...limits, receiveMaxBytes: ENTRY_MAX_BYTES });
  try {
    const leftMs = Math.max(1, Math.ceil(endMs - runtime.monoMs()));
    return await unlessAborted(ask(context, link, leftMs), limits.signal);
  } finally {
    link.close(CLOSE.dropped);
  }
}

async function ask({ node, catalog }: SyncContext, link: Link, timeoutMs: number): Promise<Pong> {
  const { peer, connection } = link;
  await link.send(pingRequestCodec, undefined);
  const entry = await link.recv(pingReplyCodec, { timeoutMs });
  const rttMicros = connection.rttMicros();
  const path = connection.path();
  await verifyEntries(node.runtime, catalog, link, [entry]);
  link.close(CLOSE.success);
  if (entry.entry.id !== peer) {
    throw new DiscoveryError("wrongPeer", `peer ${peer.short()} answered with the entry of another`, { peer });
  }
  return { entry, rttMicros, path };
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
