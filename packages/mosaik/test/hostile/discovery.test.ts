import { describe, expect, it } from "vitest";
import { announcementCodec, signDeparture } from "../../src/discovery/announcement.js";
import { ALPN } from "../../src/network/index.js";
import { Network } from "../../src/node/index.js";
import { Digest, type PeerId } from "../../src/primitives/index.js";
import { Simulator } from "../../src/testing/index.js";
import { announcing, Attacker, framed } from "./attacker.js";

async function pair(sim: Simulator): Promise<[Network, Network]> {
  const join = (name: string, bootstrap: PeerId[]): Promise<Network> => {
    const options = { runtime: sim.runtime(name), relay: "none", discovery: { bootstrap } } as const;
    return sim.within(5000, Network.join("hostile", options), name);
  };
  const victim = await join("victim", []);
  const friend = await join("friend", [victim.local.id]);
  const met = (): boolean => victim.discovery.catalog.signedPeersCount() === 1;
  await sim.until(met, { what: "the friend to be known" });
  return [victim, friend];
}

/** Gossips, and lets the victim take it in. */
async function gossip(sim: Simulator, attacker: Attacker, victim: Network, contents: Uint8Array[]): Promise<void> {
  await sim.within(1000, attacker.gossip(victim, contents), "the attacker to gossip");
  await sim.advance(500);
}

const bind = (sim: Simulator): Promise<Attacker> => sim.within(1000, Attacker.bind(sim.runtime("attacker")));

const ignored = (network: Network, reason: string): number =>
  network.metrics.counter("mosaik.discovery.announcements.ignored", { reason }).value;

describe("hostile announcements", () => {
  it("forged, future, foreign and undecodable ones are counted and have no effect; an honest one has", async () => {
    const sim = new Simulator({ seed: 1 });
    const [victim, friend] = await pair(sim);
    const attacker = await bind(sim);
    const nowMs = sim.runtime("victim").wallMs();

    const forged = announcing(attacker.entry(victim.id, nowMs));
    forged[forged.length - 1]! ^= 1;
    // A newer entry of the friend, signed by somebody else.
    const stolen = friend.discovery.me().entry.withAdded("tags", ["stolen"], nowMs + 1000);
    const usurped = announcing(attacker.entryOf(stolen));
    await gossip(sim, attacker, victim, [
      forged,
      usurped,
      announcing(attacker.entry(victim.id, nowMs + 51_000)),
      announcing(attacker.entry(Digest.from("another network"), nowMs)),
      new Uint8Array([9, 9, 9]),
    ]);
    expect(victim.discovery.catalog.getSigned(attacker.id)).toBeUndefined();
    expect(victim.discovery.catalog.getSigned(friend.local.id)?.entry.tags.size).toBe(0);
    expect(["forged", "drifted", "differentNetwork", "undecodable"].map((reason) => ignored(victim, reason))).toEqual([
      2, 1, 1, 1,
    ]);
    await gossip(sim, attacker, victim, [announcing(attacker.entry(victim.id, sim.runtime("victim").wallMs()))]);
    expect(victim.discovery.catalog.getSigned(attacker.id)).toBeDefined();
    expect(sim.reports).toEqual([]);
  });

  it("a replayed entry takes nothing back", async () => {
    const sim = new Simulator({ seed: 4 });
    const [victim, friend] = await pair(sim);
    const attacker = await bind(sim);
    const old = friend.discovery.me();
    friend.discovery.addTags("new");
    const isKnown = (): boolean => victim.discovery.catalog.getSigned(friend.local.id)?.entry.tags.size === 1;
    await sim.until(isKnown, { withinMs: 1000, what: "the friend's tag to be known" });
    await gossip(sim, attacker, victim, [announcing(old)]);
    const snapshot = framed(new Uint8Array([1, ...old.encoded]));
    await sim.within(5000, attacker.open(victim, ALPN.sync, snapshot));
    await sim.advance(500);
    expect(isKnown()).toBe(true);
    expect(sim.reports).toEqual([]);
  });

  it("an oversized message ends the connection that it came on, at its header", async () => {
    const sim = new Simulator({ seed: 5 });
    const [victim] = await pair(sim);
    const attacker = await bind(sim);
    const { connection, send } = await sim.within(5000, attacker.openGossip(victim));
    send.tryWrite(new Uint8Array([0, 0, 0x10, 0x01]));
    const info = await sim.within(1000, connection.closed, "the connection to be closed");
    expect(info).toMatchObject({ by: "peer", code: 0 });
    const { value } = victim.metrics.counter("mosaik.discovery.gossip.invalid", { reason: "stream" });
    expect(value).toBe(1);
    await gossip(sim, attacker, victim, [announcing(attacker.entry(victim.id, sim.runtime("victim").wallMs()))]);
    expect(victim.discovery.catalog.getSigned(attacker.id)).toBeDefined();
    expect(sim.reports).toEqual([]);
  });

  it("farewells in another's name, and replayed ones, remove nobody", async () => {
    const sim = new Simulator({ seed: 2 });
    const [victim, friend] = await pair(sim);
    const attacker = await bind(sim);
    const nowMs = sim.runtime("victim").wallMs();
    const { version } = friend.discovery.me().entry;
    const forged = { ...signDeparture(attacker, version, nowMs), peer: friend.local.id };
    const genuine = signDeparture(friend.local, version, nowMs - 10);
    await gossip(sim, attacker, victim, [announcementCodec.encode({ kind: "departure", value: forged })]);
    expect(victim.discovery.catalog.getSigned(friend.local.id)).toBeDefined();
    expect(ignored(victim, "forged")).toBe(1);
    // The friend changes its mind after a real farewell: whoever replays that is late.
    await sim.advance(1000);
    friend.discovery.addTags("still here");
    await sim.advance(1000);
    await gossip(sim, attacker, victim, [announcementCodec.encode({ kind: "departure", value: genuine })]);
    expect(victim.discovery.catalog.getSigned(friend.local.id)).toBeDefined();
    expect(sim.reports).toEqual([]);
  });
});
