import type { Connection } from "@mosaik/iroh/transport";
import { ALPN, CLOSE, type LocalNode, type SignedPeerEntry } from "../network/index.js";
import type { PeerId } from "../primitives/index.js";
import type { CatalogCore } from "./catalog.js";
import { catalogSnapshotCodec } from "./protocol.js";
import { verifyEntries } from "./verification.js";

/** No step of an exchange may take longer, in ms. */
const STEP_TIMEOUT_MS = 10_000;
/** The largest snapshot that is taken: some 50 000 entries. */
const SNAPSHOT_MAX_BYTES = 16 * 1024 * 1024;
const LIMITS = { timeoutMs: STEP_TIMEOUT_MS, receiveMaxBytes: SNAPSHOT_MAX_BYTES };

/** What the exchanges of discovery need: this node, what it knows, and where to put what it learns. */
export interface SyncContext {
  readonly node: LocalNode;
  readonly catalog: CatalogCore;
  /** Takes entries whose signatures were checked. */
  merge(entries: readonly SignedPeerEntry[]): void;
}

/**
 * Swaps entries with a peer (spec 02 §10): sends `ours`, takes the peer's snapshot, and closes at once, for a Rust peer serves
 * nobody else meanwhile.
 *
 * @throws NetworkError, DiscoveryError `invalidSignature`
 */
export async function syncCatalogs(
  context: SyncContext,
  peer: PeerId,
  ours: readonly SignedPeerEntry[],
  signal?: AbortSignal,
): Promise<void> {
  const { node, catalog } = context;
  const link = await node.open(peer, ALPN.sync, { signal, ...LIMITS });
  try {
    await link.send(catalogSnapshotCodec, [...ours], LIMITS);
    const theirs = await link.recv(catalogSnapshotCodec, LIMITS);
    await verifyEntries(node.runtime, catalog, link, theirs);
    link.close(CLOSE.success);
    context.merge(theirs);
    node.metrics.counter("mosaik.discovery.catalog.syncs").add();
  } finally {
    link.close(CLOSE.dropped);
  }
}

/** Serves a peer's sync. A peer that shows entries of other networks only is answered with our own entry alone. */
export async function serveSync(context: SyncContext, connection: Connection): Promise<void> {
  const { node, catalog } = context;
  const link = await node.acceptLink(connection, LIMITS);
  const theirs = await link.recv(catalogSnapshotCodec, LIMITS);
  await verifyEntries(node.runtime, catalog, link, theirs);
  const isStranger =
    catalog.signedEntry(link.peer) === undefined && !theirs.some(({ entry }) => entry.network === node.networkId);
  const ours = isStranger ? [catalog.local] : catalog.snapshot(node.runtime.wallMs());
  await link.send(catalogSnapshotCodec, ours, LIMITS);
  context.merge(theirs);
  await closedWithin(node, link.closed, STEP_TIMEOUT_MS);
}

/** Waits for the peer to close, but not for ever. */
export async function closedWithin(node: LocalNode, closed: Promise<unknown>, timeoutMs: number): Promise<void> {
  let cancelTimer = (): void => {};
  const late = new Promise<void>((resolve) => (cancelTimer = node.runtime.after(timeoutMs, resolve)));
  await Promise.race([closed, late]);
  cancelTimer();
}
