import { standInCrypto, type Connection, type Endpoint } from "../../src/runtime/index.js";
import { describe, expect, it } from "vitest";
import { announcementCodec, signDeparture } from "../../src/discovery/announcement.js";
import { topicMessageCodec } from "../../src/gossip/protocol.js";
import { ALPN, PeerEntry, signEntry, writeFrameHeader, type SignedPeerEntry } from "../../src/network/index.js";
import { Network } from "../../src/node/index.js";
import { Digest, PeerId, type NetworkId } from "../../src/primitives/index.js";
import { Simulator } from "../../src/testing/index.js";

/** A peer that speaks gossip by hand, under a key of its own. */
class Attacker {
  readonly #secretKey = new Uint8Array(32).fill(66);
  readonly id = PeerId.fromBytes(standInCrypto.publicKey(this.#secretKey));
  readonly #sim: Simulator;
  #endpoint!: Endpoint;

  constructor(sim: Simulator) {
    this.#sim = sim;
  }

  async bind(): Promise<this> {
    const { transport } = this.#sim.runtime("attacker");
    const options = { secretKey: this.#secretKey, alpns: Object.values(ALPN), relay: "none" } as const;
    this.#endpoint = await this.#sim.within(1000, transport.bind(options));
    return this;
  }

  sign(digest: Digest): Uint8Array {
    return standInCrypto.sign(this.#secretKey, digest.bytes);
  }

  entry(network: NetworkId, nowMs: number): SignedPeerEntry {
    return signEntry(this, PeerEntry.create("0.4.2", network, { id: this.id, addrs: [] }, nowMs));
  }

  dial(victim: Network, alpn: string): Promise<Connection> {
    const addr = { id: victim.local.id.hex, relayUrls: [], directAddrs: [] };
    return this.#sim.within(5000, this.#endpoint.dial(addr, [alpn]));
  }

  /** Sends announcements over one gossip stream. */
  async gossip(victim: Network, contents: readonly Uint8Array[]): Promise<void> {
    const connection = await this.dial(victim, ALPN.announce);
    const stream = await this.#sim.within(1000, connection.openUni());
    stream.tryWrite(framed(victim.id.bytes));
    for (const content of contents) {
      const payload = { id: Digest.hash(content), content, scope: { kind: "swarm", value: 0 } } as const;
      stream.tryWrite(framed(topicMessageCodec.encode({ kind: "gossip", value: { kind: "gossip", value: payload } })));
    }
    await this.#sim.advance(500);
  }
}

function framed(payload: Uint8Array): Uint8Array {
  const frame = new Uint8Array(4 + payload.length);
  writeFrameHeader(frame, 0, payload.length);
  frame.set(payload, 4);
  return frame;
}

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

const ignored = (network: Network, reason: string): number =>
  network.metrics.counter("mosaik.discovery.announcements.ignored", { reason }).value;

describe("hostile announcements", () => {
  it("forged, future, foreign and undecodable ones are counted and have no effect; an honest one has", async () => {
    const sim = new Simulator({ seed: 1 });
    const [victim, friend] = await pair(sim);
    const attacker = await new Attacker(sim).bind();
    const nowMs = sim.runtime("victim").wallMs();
    const announce = (value: SignedPeerEntry): Uint8Array => announcementCodec.encode({ kind: "entry", value });

    const forged = announce(attacker.entry(victim.id, nowMs));
    forged[forged.length - 1]! ^= 1;
    // A newer entry of the friend, signed by somebody else.
    const stolen = friend.discovery.me().entry.withAdded("tags", ["stolen"], nowMs + 1000);
    const usurped = announcementCodec.encode({
      kind: "entry",
      value: signEntryAs(stolen, attacker),
    });
    await attacker.gossip(victim, [
      forged,
      usurped,
      announce(attacker.entry(victim.id, nowMs + 51_000)),
      announce(attacker.entry(Digest.from("another network"), nowMs)),
      new Uint8Array([9, 9, 9]),
    ]);
    expect(victim.discovery.catalog.getSigned(attacker.id)).toBeUndefined();
    expect(victim.discovery.catalog.getSigned(friend.local.id)?.entry.tags.size).toBe(0);
    expect(["forged", "drifted", "differentNetwork", "undecodable"].map((reason) => ignored(victim, reason))).toEqual([
      2, 1, 1, 1,
    ]);
    await attacker.gossip(victim, [announce(attacker.entry(victim.id, sim.runtime("victim").wallMs()))]);
    expect(victim.discovery.catalog.getSigned(attacker.id)).toBeDefined();
    expect(sim.reports).toEqual([]);
  });

  it("farewells in another's name, and replayed ones, remove nobody", async () => {
    const sim = new Simulator({ seed: 2 });
    const [victim, friend] = await pair(sim);
    const attacker = await new Attacker(sim).bind();
    const nowMs = sim.runtime("victim").wallMs();
    const { version } = friend.discovery.me().entry;
    const forged = { ...signDeparture(attacker, version, nowMs), peer: friend.local.id };
    const genuine = signDeparture(friend.local, version, nowMs - 10);
    await attacker.gossip(victim, [announcementCodec.encode({ kind: "departure", value: forged })]);
    expect(victim.discovery.catalog.getSigned(friend.local.id)).toBeDefined();
    expect(ignored(victim, "forged")).toBe(1);
    // The friend changes its mind after a real farewell: whoever replays that is late.
    await sim.advance(1000);
    friend.discovery.addTags("still here");
    await sim.advance(1000);
    await attacker.gossip(victim, [announcementCodec.encode({ kind: "departure", value: genuine })]);
    expect(victim.discovery.catalog.getSigned(friend.local.id)).toBeDefined();
    expect(sim.reports).toEqual([]);
  });

  it("peers that never close a ping or a sync, and send half a message, delay nobody", async () => {
    const sim = new Simulator({ seed: 3 });
    const [victim, friend] = await pair(sim);
    const attacker = await new Attacker(sim).bind();
    const timed = async (): Promise<number> => {
      const startMs = sim.nowMs;
      await sim.within(10_000, friend.discovery.ping(victim.local.id));
      await sim.within(10_000, friend.discovery.syncWith(victim.local.id));
      return sim.nowMs - startMs;
    };
    const before = await timed();
    for (const alpn of [ALPN.ping, ALPN.sync, ALPN.streams, ALPN.announce]) {
      for (let i = 0; i < 20; i++) {
        const { send } = await sim.within(1000, (await attacker.dial(victim, alpn)).openBi());
        send.tryWrite(i % 2 === 0 ? framed(new Uint8Array(0)) : new Uint8Array([0, 0]));
      }
    }
    expect(await timed()).toBeLessThanOrEqual(2 * before);
    // They are let go in time: nothing of them is served for longer than the limits say.
    await sim.advance(15_000);
    expect(await timed()).toBeLessThanOrEqual(2 * before);
    expect(sim.reports).toEqual([]);
  });
});

/** Somebody else's entry under one's own signature. */
function signEntryAs(entry: PeerEntry, attacker: Attacker): SignedPeerEntry {
  return signEntry({ id: entry.id, sign: (digest) => attacker.sign(digest) }, entry);
}
