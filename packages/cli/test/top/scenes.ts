import { Digest, PeerEntry, PeerId, PeerInfo } from "mosaik";
import type { ObservedStatus } from "mosaik/status";
import { Names } from "../../src/actions/names.js";
import type { Scene, SeenPeer, Sight } from "../../src/top/state.js";

const NETWORK = Digest.from("a network");
export const NOW_MS = Date.UTC(2026, 0, 2, 3, 4, 5);
export const NAMES = new Names(["prices", "orders", "quote"]);

export function idOf(number: number): PeerId {
  return PeerId.fromBytes(new Uint8Array(32).fill(number));
}

/** A peer that began a minute ago, and produces `prices`. */
export function peer(number: number, sight: Sight, parts: { rttMs?: number; protocol?: string } = {}): SeenPeer {
  const { rttMs, protocol = "0.4.2" } = parts;
  const address = { id: idOf(number), addrs: [] };
  const begunMs = NOW_MS - 60_000 * number;
  const entry = PeerEntry.create(protocol, NETWORK, address, begunMs)
    .withAdded("streams", ["prices"], begunMs)
    .withAdded("tags", ["mosaik.observer"], begunMs);
  return { info: new PeerInfo(entry, rttMs), sight };
}

/** A peer that tells that it sends so many datums a second, and more of itself. */
export function telling(number: number, sentPerSecond: number): SeenPeer {
  return peer(number, { kind: "told", status: statusOf(number, sentPerSecond) }, { rttMs: 0.25 * number });
}

export function sceneOf(...peers: SeenPeer[]): Scene {
  return { nowMs: NOW_MS, network: NETWORK, peers };
}

function statusOf(number: number, sentPerSecond: number): ObservedStatus {
  const [streamId, functionId, groupId] = ["prices", "quote", "a group"].map((text) => Digest.from(text)) as [
    Digest,
    Digest,
    Digest,
  ];
  const other = idOf(9);
  const channel = {
    peer: other,
    state: "connected" as const,
    rttMs: 0.5,
    datums: 12_300,
    bytes: 1,
    dropped: 2,
    queued: 3,
  };
  return {
    id: idOf(number),
    version: "0.1.0",
    uptimeMs: 59_000,
    loopDelayMs: 12,
    peersCount: 4,
    neighbors: [{ peer: other, rttMs: 12.34 }],
    producers: [
      {
        streamId,
        isOnline: true,
        sent: 123_456,
        datums: 12_300,
        bytes: 1_000_000,
        dropped: 2,
        undelivered: 0,
        queued: 3,
        queuedBytes: 30,
        consumersCount: 1,
        consumers: [channel],
        perSecond: { sent: sentPerSecond, bytes: 20_480, dropped: 0 },
      },
    ],
    consumers: [
      {
        streamId: Digest.from("orders"),
        isOnline: false,
        datums: 0,
        bytes: 0,
        waiting: 7,
        producersCount: 0,
        producers: [],
        perSecond: undefined,
      },
    ],
    handlers: [{ functionId, served: 10, failed: 1, inflight: 2, perSecond: { served: 2.5, failed: 0 } }],
    callers: [
      {
        functionId,
        isOnline: true,
        handlersCount: 1,
        completed: 4,
        failed: 0,
        inflight: 1,
        attempts: 5,
        perSecond: { completed: 1, failed: 0 },
      },
    ],
    groups: [
      {
        groupId,
        role: "leader",
        term: 3,
        leader: idOf(number),
        isOnline: true,
        isWaitingForQuorum: false,
        committed: 41,
        logEnd: 42,
        bondsCount: 2,
        bonds: [],
        perSecond: { committed: 0.5 },
      },
    ],
    collections: [{ groupId, kind: "map", version: 41, size: 17, perSecond: { version: 0.5 } }],
    omitted: 0,
  };
}
