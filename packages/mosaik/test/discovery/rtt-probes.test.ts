import { describe, expect, it } from "vitest";
import { RttProbes } from "../../src/discovery/rtt-probes.js";
import { NetworkError } from "../../src/network/index.js";
import { Digest, PeerId } from "../../src/primitives/index.js";
import { Simulator } from "../../src/testing/index.js";

const peers = Array.from({ length: 20 }, (_, i) => PeerId.fromBytes(Digest.from(`peer ${i}`).bytes));
const [a, b] = peers as [PeerId, PeerId];

describe("measuring round-trip times that somebody asks for", () => {
  /** Probes whose pings end when the test says so, or fail at once; whoever needed a time asks again after each. */
  function probesWith(ping: (peer: PeerId, signal: AbortSignal) => Promise<unknown>) {
    const sim = new Simulator({ seed: "probes" });
    const pings: { readonly peer: PeerId; readonly atMs: number }[] = [];
    const needed = new Set<PeerId>();
    const probes = new RttProbes({
      runtime: sim.runtime("node"),
      ping: (peer, signal) => {
        pings.push({ peer, atMs: sim.nowMs });
        return ping(peer, signal);
      },
      onProbed: () => {
        for (const peer of needed) probes.need(peer);
      },
    });
    const need = (...wanted: PeerId[]): void => {
      for (const peer of wanted) {
        needed.add(peer);
        probes.need(peer);
      }
    };
    return { sim, pings, needed, probes, need };
  }

  const unreachable = (): Promise<never> => Promise.reject(new NetworkError("closed", "unreachable"));

  it("pings each peer once at a time, however often it is asked for, and eight at once", async () => {
    const ends: (() => void)[] = [];
    const { sim, pings, probes, need } = probesWith(() => new Promise<void>((resolve) => ends.push(resolve)));
    need(...peers, ...peers);
    need(...peers);
    await sim.advance(10);
    expect(pings.map(({ peer }) => peer)).toEqual(peers.slice(0, 8));
    ends[0]!();
    await sim.advance(10);
    expect(pings.map(({ peer }) => peer)).toEqual(peers.slice(0, 9));
    probes.close();
    await sim.close();
  });

  it("pings again by itself, after a second that doubles to a minute, while there is no answer", async () => {
    const { sim, pings, probes, need } = probesWith(unreachable);
    need(a);
    await sim.advance(200_000);
    const delays = pings.slice(1).map(({ atMs }, i) => atMs - pings[i]!.atMs);
    for (const [i, delayMs] of [1000, 2000, 4000, 8000, 16_000, 32_000, 60_000].entries()) {
      expect(delays[i]! / delayMs).toBeGreaterThan(0.79);
      expect(delays[i]! / delayMs).toBeLessThan(1.21);
    }
    probes.close();
    await sim.close();
    expect(sim.reports).toEqual([]);
  });

  it("forgets who is not needed any more, and is silent once it is closed", async () => {
    const { sim, pings, needed, probes, need } = probesWith(unreachable);
    need(a, b);
    await sim.advance(100);
    needed.delete(a);
    probes.retain((peer) => peer === b);
    await sim.advance(5000);
    expect(pings.filter(({ peer }) => peer === a)).toHaveLength(1);
    expect(pings.filter(({ peer }) => peer === b).length).toBeGreaterThan(1);
    probes.close();
    const { length } = pings;
    need(a);
    await sim.advance(60_000);
    expect(pings).toHaveLength(length);
    await sim.close();
  });

  it("reports what is no failure of the network's, and goes on", async () => {
    const { sim, pings, probes, need } = probesWith((peer) => Promise.reject(new Error(`a defect with ${peer.hex}`)));
    need(a);
    await sim.advance(1500);
    expect(pings.length).toBeGreaterThan(1);
    expect(sim.reports.length).toBe(pings.length);
    probes.close();
    await sim.close();
  });
});
