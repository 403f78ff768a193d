import type { Connection } from "@mosaik/iroh/transport";
import { DecodeError } from "@mosaik/postcard";
import {
  ALPN,
  CLOSE,
  describeClose,
  FRAME_HEADER_BYTES,
  NetworkError,
  peerCloseCode,
  type Link,
  type LocalNode,
  type SignedPeerEntry,
} from "../network/index.js";
import type { PeerId } from "../primitives/index.js";
import { Slices, atMost } from "../runtime/index.js";
import type { CatalogCore } from "./catalog.js";
import type { Exchanges } from "./exchanges.js";
import { rawSnapshotCodec, SNAPSHOT_MAX_BYTES } from "./protocol.js";
import { BadSignature } from "./signature-checks.js";
import { encodeEntries, snapshotHead, type EncodedEntries } from "./snapshot.js";
import { invalidSignature, readSnapshot, type News } from "./verification.js";

/** No step of an exchange may take longer, in ms. */
const STEP_TIMEOUT_MS = 10_000;
const LIMITS = { timeoutMs: STEP_TIMEOUT_MS, receiveMaxBytes: SNAPSHOT_MAX_BYTES };

/** What the exchanges of discovery need: this node, what it knows, and where to put what it learns. */
export interface SyncContext {
  readonly node: LocalNode;
  readonly catalog: CatalogCore;
  readonly exchanges: Exchanges;
  /** Takes entries whose signatures were checked. */
  merge(entries: readonly SignedPeerEntry[]): void;
}

/** What we tell a peer: everything that we know, or these entries. */
export type Ours = "everything" | readonly SignedPeerEntry[];

/**
 * Swaps entries with a peer (spec 02 §10): sends `ours`, takes the peer's snapshot, and closes at once, for a Rust peer serves
 * nobody else meanwhile.
 *
 * @throws NetworkError, DiscoveryError `invalidSignature`
 */
export async function syncCatalogs(
  context: SyncContext,
  peer: PeerId,
  ours: Ours,
  signal?: AbortSignal,
): Promise<void> {
  const { node } = context;
  const end = context.exchanges.begin(peer);
  let isTold = false;
  try {
    const link = await node.open(peer, ALPN.sync, { signal, ...LIMITS });
    try {
      await sendSnapshot(context, link, ours);
      const news = await receiveSnapshot(context, link);
      isTold = true; // A peer reads before it answers.
      link.close(CLOSE.success);
      await mergeNews(context, news);
      node.metrics.counter("mosaik.discovery.catalog.syncs").add();
    } finally {
      link.close(CLOSE.dropped);
    }
  } finally {
    end(isTold);
  }
}

/** Serves a peer's sync. A peer that shows entries of other networks only is answered with our own entry alone. */
export async function serveSync(context: SyncContext, connection: Connection): Promise<void> {
  const { node, catalog } = context;
  const link = await node.acceptLink(connection, LIMITS);
  const end = context.exchanges.begin(link.peer);
  let isTold = false;
  try {
    const news = await receiveSnapshot(context, link);
    const isStranger = catalog.signedEntry(link.peer) === undefined && !news.isOfOurNetwork;
    await sendSnapshot(context, link, isStranger ? [catalog.local] : "everything");
    await mergeNews(context, news);
    await atMost(node.runtime, STEP_TIMEOUT_MS, link.closed);
    isTold = peerCloseCode(link.closeInfo()) === CLOSE.success.code;
  } finally {
    end(isTold);
  }
}

/** The peer's snapshot, read and checked. A bad one is answered with 400. */
async function receiveSnapshot({ node, catalog }: SyncContext, link: Link): Promise<News> {
  const message = await link.recv(rawSnapshotCodec, LIMITS);
  try {
    return await readSnapshot(node.runtime, catalog, message);
  } catch (cause) {
    if (cause instanceof BadSignature) throw invalidSignature(link, cause.id);
    if (!(cause instanceof DecodeError)) throw cause;
    link.close(CLOSE.protocolViolation);
    throw new NetworkError(
      "protocolViolation",
      `peer ${link.peer.short()} sent a catalog that does not decode`,
      errorDetails(link, cause),
    );
  }
}

/** Sends a snapshot as one frame of several parts, each of which concurrent syncs share. */
async function sendSnapshot(context: SyncContext, link: Link, ours: Ours): Promise<void> {
  const { node } = context;
  const parts = ours === "everything" ? await encodeCatalog(context) : [encodeEntries(ours, -Infinity)];
  const head = snapshotHead(parts);
  let isLate = false;
  const cancelTimer = node.runtime.after(STEP_TIMEOUT_MS, () => {
    isLate = true;
    link.close(CLOSE.dropped);
  });
  try {
    link.sendFrames(head, head.length - FRAME_HEADER_BYTES);
    for (const { bytes } of parts) link.sendFrames(bytes, bytes.length);
    await link.writer.idle();
  } catch (cause) {
    const details = errorDetails(link, cause);
    const peer = `peer ${link.peer.short()}`;
    if (isLate) throw new NetworkError("timeout", `${peer} took no catalog for ${STEP_TIMEOUT_MS} ms`, details);
    const how = details.closeInfo === undefined ? "lost" : describeClose(details.closeInfo);
    throw new NetworkError("closed", `the connection with ${peer} was ${how}`, details);
  } finally {
    cancelTimer();
  }
}

/** Everything that we know. What is not encoded yet is encoded in slices; then all parts are taken at one moment. */
async function encodeCatalog({ node: { runtime }, catalog }: SyncContext): Promise<EncodedEntries[]> {
  const slices = Slices.of(runtime);
  for (const _part of catalog.encodedSnapshot(runtime.wallMs())) if (slices.areUsedUp()) await slices.next();
  return [...catalog.encodedSnapshot(runtime.wallMs())];
}

/** Takes what a peer told us, in slices; whoever watches the catalog is told when all of it is there. */
async function mergeNews(context: SyncContext, { entries, tooLargeCount }: News): Promise<void> {
  const { node, catalog } = context;
  const slices = Slices.of(node.runtime);
  const refusedBefore = catalog.refusedCount;
  const end = catalog.beginMerge();
  try {
    for (const [i, signed] of entries.entries()) {
      context.merge([signed]);
      if (i < entries.length - 1 && slices.areUsedUp()) await slices.next();
      if (node.closing.aborted) return;
    }
  } finally {
    end();
  }
  const refused = catalog.refusedCount - refusedBefore + tooLargeCount;
  if (refused > 0) node.metrics.counter("mosaik.discovery.entries.refused").add(refused);
}

function errorDetails(link: Link, cause: unknown): ConstructorParameters<typeof NetworkError>[2] & {} {
  return { peer: link.peer, closeInfo: link.closeInfo(), cause };
}
