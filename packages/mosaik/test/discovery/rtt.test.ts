import { describe, expect, it } from "vitest";
import { RttTracker } from "../../src/discovery/index.js";
import { PeerInfo } from "../../src/network/index.js";
import { PeerId } from "../../src/primitives/index.js";
import { entryOf, peerIdOf } from "./entries.js";

const peer = PeerId.fromBytes(new Uint8Array(32).fill(1));

describe("src/discovery/rtt.rs", () => {
  it("first_sample_initializes_state", () => {
    const rtt = new RttTracker();
    rtt.record(peer, 100_000);
    expect(rtt.rttMs(peer)).toBe(100);
  });

  it("ewma_converges_toward_samples", () => {
    const rtt = new RttTracker();
    rtt.record(peer, 100_000);
    for (let i = 0; i < 50; i++) rtt.record(peer, 200_000);
    expect(rtt.rttMs(peer)).toBeGreaterThan(195);
    expect(rtt.rttMs(peer)).toBeLessThanOrEqual(200);
  });

  it("remove_clears_state", () => {
    const rtt = new RttTracker();
    rtt.record(peer, 100_000);
    rtt.remove(peer);
    expect(rtt.rttMs(peer)).toBeUndefined();
  });

  it("peer_info_rtt_below_optimistic_for_none", () => {
    expect(new PeerInfo(entryOf(1), undefined).rttBelow(1e-6)).toBe(true);
  });

  it("peer_info_rtt_below_checks_threshold", () => {
    const info = new PeerInfo(entryOf(1), 150);
    expect(info.rttBelow(200)).toBe(true);
    expect(info.rttBelow(100)).toBe(false);
    expect(info.rttBelow(150)).toBe(false);
  });

  it("peer_info_derefs_to_peer_entry", () => {
    const info = new PeerInfo(entryOf(1), undefined);
    expect(info.id).toBe(peerIdOf(1));
    expect(info.entry.tags.size).toBe(0);
  });
});

describe("RttTracker", () => {
  it("ignores a connection without a selected path", () => {
    const rtt = new RttTracker();
    rtt.record(peer, undefined);
    expect(rtt.rttMs(peer)).toBeUndefined();
  });
});
