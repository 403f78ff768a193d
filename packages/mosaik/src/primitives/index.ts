export { Backoff, defaultBackoff, type BackoffPolicy } from "./backoff.js";
export { compareBytes, concatBytes, equalBytes, fromHex, toHex } from "./bytes.js";
export { ChangeSource, Condition, type ConditionSource, type Report } from "./condition.js";
export { Digest, type DigestLike, type NetworkId, type StreamId, type Tag, type UniqueId } from "./digest.js";
export { MosaikError } from "./errors.js";
export { EventHub, type Lagged } from "./events.js";
export { abortReason, linkSignals, unlessAborted, type LinkedSignal } from "./link-signals.js";
export { TaskPool } from "./task-pool.js";
export { PeerId, type PeerIdLike } from "./peer-id.js";
