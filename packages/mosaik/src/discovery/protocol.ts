import { t } from "@mosaik/postcard";
import { signedPeerEntryCodec } from "../network/index.js";

/** The largest snapshot that is taken, and the largest that is sent. */
export const SNAPSHOT_MAX_BYTES = 32 * 1024 * 1024;

/** The largest entry that is kept: some 8000 ids. Beyond, decoding a single one would hold up the event loop. */
export const ENTRY_MAX_BYTES = 256 * 1024;

/** Both messages of a catalog sync: every entry that the sender vouches for (spec 02 §10). */
export const catalogSnapshotCodec = t.vec(signedPeerEntryCodec);

/** Such a message as it came, to be read entry by entry. */
export const rawSnapshotCodec = t.custom<Uint8Array>({ encode: (bytes) => bytes, decode: (bytes) => bytes });

/** The request of a ping: an empty frame (spec 02 §11). */
export const pingRequestCodec = t.unit;

/** The answer to a ping: the responder's own entry, freshly signed. */
export const pingReplyCodec = signedPeerEntryCodec;
