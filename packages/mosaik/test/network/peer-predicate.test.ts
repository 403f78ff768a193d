import { describe, expect, it } from "vitest";
import { judgePeer, listOf, PeerEntry, PeerInfo } from "../../src/network/index.js";
import { Digest, PeerId } from "../../src/primitives/index.js";

const address = { id: PeerId.from("11".repeat(32)), addrs: [] };
const entry = PeerEntry.create("0.4.2", Digest.from("n"), address, 1);
const report = (error: unknown): void => {
  throw error;
};

describe("predicates on peers", () => {
  it("must all want the peer", () => {
    const peer = new PeerInfo(entry, 5);
    expect(judgePeer([], peer, report)).toEqual({ isWanted: true, needsRtt: false });
    expect(judgePeer([() => true, () => true], peer, report).isWanted).toBe(true);
    expect(judgePeer([() => true, () => false], peer, report).isWanted).toBe(false);
  });

  it("ask for the round-trip time by looking at it", () => {
    const near = (peer: PeerInfo): boolean => peer.rttBelow(10);
    expect(judgePeer([near], new PeerInfo(entry, undefined), report)).toEqual({ isWanted: true, needsRtt: true });
    expect(judgePeer([() => false, near], new PeerInfo(entry, undefined), report).needsRtt).toBe(false);
    expect(judgePeer([near], new PeerInfo(entry, 10), report)).toEqual({ isWanted: false, needsRtt: false });
  });

  it("do not want the peer when they throw or answer with no boolean, and what they throw is reported", () => {
    const reports: unknown[] = [];
    const boom = (): never => {
      throw new Error("boom");
    };
    expect(judgePeer([boom], new PeerInfo(entry, 1), (error) => reports.push(error)).isWanted).toBe(false);
    expect(reports).toHaveLength(1);
    const promised = (() => Promise.resolve(true)) as unknown as () => boolean;
    expect(judgePeer([promised], new PeerInfo(entry, 1), report).isWanted).toBe(false);
  });
});

describe("options that may be given several times", () => {
  it("are a list", () => {
    expect([listOf(undefined), listOf(1), listOf([1, 2])]).toEqual([[], [1], [1, 2]]);
  });
});
