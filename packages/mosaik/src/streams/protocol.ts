import { t } from "@mosaik/postcard";
import { digestCodec } from "../network/index.js";

/**
 * The consumer's first message, and the producer's when it admits it: which stream of which network (spec 04 §3.1). The criteria
 * that follow in Rust's handshake are an empty struct: no bytes.
 */
export const streamHandshakeCodec = t.struct({ network: digestCodec, stream: digestCodec });
