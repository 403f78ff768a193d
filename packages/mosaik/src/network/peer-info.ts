import type { PeerId } from "../primitives/index.js";
import type { PeerEntry } from "./peer-entry.js";

/** What every predicate on peers is given: the peer's entry and how far away it is. */
export class PeerInfo {
  constructor(
    readonly entry: PeerEntry,
    /** Smoothed round-trip time in ms; `undefined` while unknown. */
    readonly rttMs: number | undefined,
  ) {}

  /** Who it is. */
  get id(): PeerId {
    return this.entry.id;
  }

  /** Whether the round-trip time is less than `limitMs`, or unknown (spec 04 §0.5). */
  rttBelow(limitMs: number): boolean {
    return this.rttMs === undefined || this.rttMs < limitMs;
  }
}
