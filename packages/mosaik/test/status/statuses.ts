import { Digest, PeerId } from "../../src/primitives/index.js";
import type { CallerStatus, NodeStatus, ProducerStatus } from "../../src/status/index.js";

/** A status with these parts, and nothing else. */
export function statusOf(parts: Partial<NodeStatus>): NodeStatus {
  return {
    id: PeerId.fromBytes(new Uint8Array(32).fill(7)),
    version: "1.2.3",
    uptimeMs: 0,
    loopDelayMs: 0,
    peersCount: 0,
    neighbors: [],
    producers: [],
    consumers: [],
    handlers: [],
    callers: [],
    groups: [],
    collections: [],
    omitted: 0,
    ...parts,
  };
}

export function producerOf(name: string, sent: number): ProducerStatus {
  const none = { datums: 0, bytes: 0, dropped: 0, undelivered: 0, queued: 0, queuedBytes: 0 };
  return { streamId: Digest.from(name), isOnline: true, sent, ...none, consumersCount: 0, consumers: [] };
}

export function callerOf(name: string, completed: number): CallerStatus {
  const none = { failed: 0, inflight: 0, attempts: 0 };
  return { functionId: Digest.from(name), isOnline: true, handlersCount: 1, completed, ...none };
}
