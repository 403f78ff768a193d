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
    expect(judgePeer([], peer, report)).toBe("passes");
    expect(judgePeer([() => true, () => true], peer, report)).toBe("passes");
    expect(judgePeer([() => true, () => false], peer, report)).toBe("fails");
  });

  it("ask for the round-trip time by looking at it", () => {
    const near = (peer: PeerInfo): boolean => peer.rttBelow(10);
    expect(judgePeer([near], new PeerInfo(entry, undefined), report)).toBe("needsRtt");
    expect(judgePeer([() => false, near], new PeerInfo(entry, undefined), report)).toBe("fails");
    expect(judgePeer([near], new PeerInfo(entry, 10), report)).toBe("fails");
  });

  it("do not want the peer when they throw or answer with no boolean, and what they throw is reported", () => {
    const reports: unknown[] = [];
    const boom = (): never => {
      throw new Error("boom");
    };
    expect(judgePeer([boom], new PeerInfo(entry, 1), (error) => reports.push(error))).toBe("fails");
    expect(reports).toHaveLength(1);
    const promised = (() => Promise.resolve(true)) as unknown as () => boolean;
    expect(judgePeer([promised], new PeerInfo(entry, 1), report)).toBe("fails");
  });
});

describe("options that may be given several times", () => {
  it("are a list", () => {
    expect([listOf(undefined), listOf(1), listOf([1, 2])]).toEqual([[], [1], [1, 2]]);
  });
});
