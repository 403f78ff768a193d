import { CLOSE, verifySignature, type Link, type SignedPeerEntry } from "../network/index.js";
import { equalBytes } from "../primitives/index.js";
import type { Runtime } from "../runtime/index.js";
import type { CatalogCore } from "./catalog.js";
import { DiscoveryError } from "./errors.js";

/** No longer than this, in ms, between two looks at other work. */
const SLICE_MS = 8;

/**
 * Checks the signature of every entry that a peer sent, in slices that do not hold up the event loop. An entry whose bytes are
 * those of the known one was checked before. One bad signature condemns the whole message, as in Rust: the link is closed with 400.
 *
 * @throws DiscoveryError `invalidSignature`
 */
export async function verifyEntries(
  runtime: Runtime,
  catalog: CatalogCore,
  link: Link,
  entries: readonly SignedPeerEntry[],
): Promise<void> {
  let sliceEndMs = runtime.monoMs() + SLICE_MS;
  for (const signed of entries) {
    const known = catalog.signedEntry(signed.entry.id);
    if (known !== undefined && equalBytes(known.encoded, signed.encoded)) continue;
    if (!verifySignature(runtime, signed)) {
      link.close(CLOSE.protocolViolation);
      const { id } = signed.entry;
      throw new DiscoveryError(
        "invalidSignature",
        `peer ${link.peer.short()} sent an entry of ${id.short()} whose signature is not valid`,
        { peer: link.peer },
      );
    }
    if (runtime.monoMs() > sliceEndMs) {
      await new Promise<void>((resolve) => runtime.soon(resolve));
      sliceEndMs = runtime.monoMs() + SLICE_MS;
    }
  }
}
