/** The version of this package. */
export const VERSION = "0.1.0";

/** What our entries say of us: the protocol of Rust mosaik 0.4.2, and which implementation (spec 08 §5). */
export const PROTOCOL_VERSION = `0.4.2+ts.${VERSION}`;
