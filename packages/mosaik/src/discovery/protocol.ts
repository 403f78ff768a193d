import { t } from "@mosaik/postcard";
import { signedPeerEntryCodec } from "../network/index.js";

/** Both messages of a catalog sync: every entry that the sender vouches for (spec 02 §10). */
export const catalogSnapshotCodec = t.vec(signedPeerEntryCodec);

/** The request of a ping: an empty frame (spec 02 §11). */
export const pingRequestCodec = t.unit;

/** The answer to a ping: the responder's own entry, freshly signed. */
export const pingReplyCodec = signedPeerEntryCodec;
