import { COPY_BELOW_BYTES, Reader, Writer } from "@mosaik/postcard";
import { CLOSE, peerEntryCodec, SignedPeerEntry, signedPeerEntryCodec, type Link } from "../network/index.js";
import { equalBytes, type PeerId } from "../primitives/index.js";
import { Slices, type Runtime } from "../runtime/index.js";
import type { CatalogCore } from "./catalog.js";
import { DiscoveryError } from "./errors.js";
import { ENTRY_MAX_BYTES } from "./protocol.js";
import { isAuthentic, SignatureChecks } from "./signature-checks.js";
import { SIGNATURE_BYTES, skimEntry, type EntryRange } from "./snapshot.js";

/** The least size of a signed entry, for the count in front of many. */
const ENTRY_MIN_BYTES = signedPeerEntryCodec.minSize;

/** What a peer's snapshot says that is new to us. */
export interface News {
  /** In the order of the message, their signatures checked. */
  readonly entries: readonly SignedPeerEntry[];
  /** Whether any entry of the message is of our network. */
  readonly isOfOurNetwork: boolean;
  /** Entries that were passed over because of their size. */
  readonly tooLargeCount: number;
}

/**
 * Reads a snapshot entry by entry, in slices that do not hold up the event loop. An entry whose bytes are those of the known one was
 * read and checked before: it is passed over. One bad entry condemns the whole message, as in Rust.
 *
 * @throws DecodeError, BadSignature
 */
export async function readSnapshot(runtime: Runtime, catalog: CatalogCore, message: Uint8Array): Promise<News> {
  const slices = Slices.of(runtime);
  const checks = new SignatureChecks(runtime);
  const reader = new Reader(message);
  const entries: SignedPeerEntry[] = [];
  let isOfOurNetwork = false;
  let tooLargeCount = 0;
  for (let left = reader.count(ENTRY_MIN_BYTES); left > 0; left--) {
    const range = skimEntry(reader);
    const known = catalog.signedEntry(range.id);
    if (known !== undefined && equalBytes(known.encoded, message.subarray(range.start, range.end))) {
      isOfOurNetwork = true;
    } else if (range.end - range.start > ENTRY_MAX_BYTES) {
      tooLargeCount++;
    } else {
      const signed = readEntry(message, range);
      checks.add(signed);
      isOfOurNetwork ||= signed.entry.network === catalog.local.entry.network;
      entries.push(signed);
    }
    while (checks.areBehind()) {
      checks.verifyOne();
      if (slices.areUsedUp()) await slices.next();
    }
    if (left > 1 && slices.areUsedUp()) await slices.next();
  }
  while (checks.areLeft()) {
    checks.verifyOne();
    if (slices.areUsedUp()) await slices.next();
  }
  return { entries, isOfOurNetwork, tooLargeCount };
}

/**
 * Checks the signature of every entry that a peer sent, but for those whose bytes are those of the known ones. With one bad
 * signature the link is closed with 400.
 *
 * @throws DiscoveryError `invalidSignature`
 */
export async function verifyEntries(
  runtime: Runtime,
  catalog: CatalogCore,
  link: Link,
  entries: readonly SignedPeerEntry[],
): Promise<void> {
  const slices = Slices.of(runtime);
  for (const [i, signed] of entries.entries()) {
    const known = catalog.signedEntry(signed.entry.id);
    if (known !== undefined && equalBytes(known.encoded, signed.encoded)) continue;
    if (!isAuthentic(runtime, signed)) throw invalidSignature(link, signed.entry.id);
    if (i < entries.length - 1 && slices.areUsedUp()) await slices.next();
  }
}

/** Closes the link with 400 for an entry with a bad signature. */
export function invalidSignature(link: Link, id: PeerId): DiscoveryError {
  link.close(CLOSE.protocolViolation);
  return new DiscoveryError(
    "invalidSignature",
    `peer ${link.peer.short()} sent an entry of ${id.short()} whose signature is not valid`,
    { peer: link.peer },
  );
}

/** Where entries are encoded again; only ever used within a call. */
const scratch = new Writer();

/** Decodes an entry, and encodes it again in the canonical form, which is what was signed (spec 02 §3.2). */
function readEntry(message: Uint8Array, { start, end }: EntryRange): SignedPeerEntry {
  // What is decoded from a large entry may be views: they must not hold on to the whole message.
  if (end - start >= COPY_BELOW_BYTES) return signedPeerEntryCodec.decode(message.slice(start, end));
  const entry = peerEntryCodec.read(new Reader(message, start, end - SIGNATURE_BYTES));
  scratch.reset();
  peerEntryCodec.write(scratch, entry);
  const signature = message.subarray(end - SIGNATURE_BYTES, end);
  return new SignedPeerEntry(entry, signature, scratch.bytes.subarray(0, scratch.length));
}
