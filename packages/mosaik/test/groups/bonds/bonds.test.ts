import { Codec, DateTime, t, type Reader, type Writer } from "@mosaik/postcard";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { OUTGOING_MAX_BYTES } from "../../../src/groups/bonds/outgoing.js";
import { ORIGIN } from "../../../src/groups/positions.js";
import { PeerEntry, signEntry, SignedPeerEntry } from "../../../src/network/index.js";
import { PeerId, type Digest } from "../../../src/primitives/index.js";
import { Expiration } from "../../../src/tickets/index.js";
import { Simulator } from "../../../src/testing/index.js";
import { PlainValidator } from "../../tickets/validators.js";
import { acquainted, areBonded, BondNode, HandPlayed, numbered } from "./bond-nodes.js";

let sim: Simulator;
beforeEach(() => {
  sim = new Simulator({ seed: expect.getState().currentTestName ?? "" });
});
afterEach(async () => {
  await sim.close();
  expect(sim.reports).toEqual([]);
});
const within = <T>(promise: PromiseLike<T>): Promise<T> => sim.within(10_000, promise, "the peer");

describe("two members", () => {
  let one: BondNode;
  let other: BondNode;
  beforeEach(async () => {
    [one, other] = (await acquainted(sim, "one", "other")) as [BondNode, BondNode];
  });

  it("bond, and tell each other what they have to say", async () => {
    one.join();
    other.join();
    await sim.until(() => areBonded(one, other), { withinMs: 1000, what: "a bond" });
    for (let i = 0; i < 100; i++) expect(one.bonds!.send(other.id, numbered(i))).toBe(true);
    other.bonds!.broadcast(numbered(7));
    await sim.until(() => other.numbers.length === 100 && one.numbers.length === 1, { what: "the messages" });
    expect(other.numbers).toEqual(Array.from({ length: 100 }, (_, i) => i));
    expect(one.toldOf("bonded")).toEqual([{ kind: "bonded", peer: other.id }]);
    expect(one.toldOf("mesh")).toEqual([{ kind: "mesh", isComplete: true }]);
    const [info] = one.bonds!.infos();
    expect(info!.messagesSent).toBeGreaterThanOrEqual(100);
    expect(info!.rttMs).toBeGreaterThan(0);
    await sim.advance(20_000);
    expect(areBonded(one, other)).toBe(true);
    expect(one.toldOf("unbonded")).toEqual([]);
  });

  it("that join at once keep one link, the same at both", async () => {
    const bonded = (): boolean => areBonded(one, other);
    for (let round = 0; round < 20; round++) {
      one.join();
      other.join();
      await sim.until(bonded, { withinMs: 1000, what: `bond ${round}` });
      one.bonds!.send(other.id, numbered(round));
      other.bonds!.send(one.id, numbered(round));
      await sim.advance(1000);
      expect(bonded()).toBe(true);
      for (const node of [one, other]) {
        expect(node.numbers).toEqual([round]);
        expect(node.toldOf("unbonded")).toEqual([]);
        expect(node.toldOf("bonded")).toHaveLength(1);
        node.told.length = 0;
      }
      await sim.within(2000, Promise.all([one.bonds!.close(), other.bonds!.close()]), "both to leave");
    }
  });

  it("are not pinged: what comes over their bond shows that they are alive", async () => {
    one.join();
    other.join();
    await sim.until(() => areBonded(one, other));
    await sim.advance(5000);
    const opened = (): number => one.metric("mosaik.network.connections.opened");
    const before = opened();
    await sim.advance(60_000);
    expect(opened()).toBe(before);
  });

  it("find each other again when the connection is lost, without the catalog", async () => {
    one.join();
    other.join();
    await sim.until(() => areBonded(one, other));
    await sim.advance(1000);
    sim.faults.dropConnections("one", "other");
    await sim.until(() => one.toldOf("unbonded").length === 1, { withinMs: 1000 });
    await sim.until(() => areBonded(one, other), { withinMs: 1000, what: "the bond again" });
  });

  it("give a silent one up after some five seconds, with 30408", async () => {
    one.join();
    other.join();
    await sim.until(() => areBonded(one, other));
    await sim.advance(1000);
    sim.faults.partition("one", "other");
    const beganMs = sim.nowMs;
    await sim.until(() => one.toldOf("unbonded").length === 1, { withinMs: 7000 });
    expect(sim.nowMs - beganMs).toBeGreaterThan(3300);
    expect(sim.nowMs - beganMs).toBeLessThan(6000);
    expect(one.toldOf("unbonded")[0]!.reason).toContain("30408");
    sim.faults.healAll();
    await sim.until(() => areBonded(one, other), { withinMs: 15_000, what: "the bond again" });
  });

  it("that dialled each other while they were cut off bond soon after that, however long it was", async () => {
    one.join();
    other.join();
    for (let cutMs = 6000; cutMs <= 16_000; cutMs += 700) {
      await sim.until(() => areBonded(one, other), { withinMs: 1000 });
      sim.faults.partition("one", "other");
      await sim.advance(cutMs);
      expect(one.isBondedWith(other)).toBe(false);
      sim.faults.healAll();
      // A dial lasts 2 s, and the next begins 2 s after that at the latest.
      await sim.until(() => areBonded(one, other), { withinMs: 4100, what: `the bond again after ${cutMs} ms` });
    }
  });

  it("bond over a path on which an answer takes nearly a second", async () => {
    sim.faults.setLatency("one", "other", { baseMs: 400, jitterMs: 100 });
    one.join();
    other.join();
    await sim.until(() => areBonded(one, other), { withinMs: 10_000, what: "the bond" });
    // While both dial, one bond may still take the place of the other.
    await sim.advance(5000);
    one.told.length = other.told.length = 0;
    await sim.advance(30_000);
    expect([...one.told, ...other.told]).toEqual([]);
    expect(areBonded(one, other)).toBe(true);
  });

  it("outlive a pause of one of them that is shorter than that", async () => {
    one.join();
    other.join();
    await sim.until(() => areBonded(one, other));
    sim.faults.pause("one");
    await sim.advance(2500);
    sim.faults.resume("one");
    await sim.advance(5000);
    expect(areBonded(one, other)).toBe(true);
    expect([...one.toldOf("unbonded"), ...other.toldOf("unbonded")]).toEqual([]);
  });

  it("see each other leave", async () => {
    one.join();
    other.join();
    await sim.until(() => areBonded(one, other));
    await sim.advance(1000);
    await within(one.bonds!.close());
    await sim.until(() => other.toldOf("unbonded").length === 1, { withinMs: 100 });
    expect(other.toldOf("unbonded")).toEqual([{ kind: "unbonded", peer: one.id, reason: "the peer left" }]);
    // Nobody is told of what it did itself, and who left is left alone.
    expect(one.toldOf("unbonded")).toEqual([]);
    expect(one.bonds!.peers()).toEqual([]);
    expect(one.bonds!.send(other.id, numbered(1))).toBe(false);
    await sim.advance(10_000);
    expect(other.toldOf("bonded")).toHaveLength(1);
  });

  it("bond at once when one is restarted with the same key", async () => {
    one.join();
    other.join();
    await sim.until(() => areBonded(one, other));
    await sim.advance(1000);
    sim.faults.crash("one");
    await sim.advance(50);
    const again = await BondNode.start(sim, "one");
    expect(again.id).toBe(one.id);
    await sim.within(2000, again.discovery.syncWith(other.local.address()), "a sync");
    again.join();
    const beganMs = sim.nowMs;
    await sim.until(() => again.isBondedWith(other), { withinMs: 1000, what: "the bond again" });
    expect(sim.nowMs - beganMs).toBeLessThan(500);
    await sim.until(() => other.toldOf("bonded").length === 2, { withinMs: 100 });
    other.bonds!.broadcast(numbered(5));
    await sim.until(() => again.numbers.length === 1);
    await sim.advance(10_000);
    expect(areBonded(again, other)).toBe(true);
    expect(other.toldOf("unbonded")).toHaveLength(1);
  });

  it("tell each other what they say of themselves", async () => {
    one.join();
    other.join();
    await sim.until(() => areBonded(one, other));
    one.discovery.updateLocal((entry, nowMs) => entry.withAdded("tags", ["new"], nowMs));
    const hasTag = (): boolean => other.bonds!.infos()[0]!.entry.tags.size === 1;
    await sim.until(hasTag, { withinMs: 100, what: "the tag" });
    expect(other.discovery.catalog.get(one.id)!.entry.tags.size).toBe(1);
  });

  it("are not undone by what their holder throws", async () => {
    one.join();
    other.join();
    await sim.until(() => areBonded(one, other));
    one.onMessage = () => {
      throw new Error("a defect");
    };
    other.bonds!.broadcast(numbered(1));
    await sim.until(() => sim.reports.length === 1);
    sim.reports.length = 0;
    one.onMessage = undefined;
    other.bonds!.broadcast(numbered(2));
    await sim.until(() => one.numbers.includes(2));
  });
});

describe("a codec of the program's own", () => {
  class Throwing extends Codec<number> {
    readonly shape = { kind: "opaque" } as const;
    readonly rustName = undefined;
    readonly minSize = 1;

    override write(writer: Writer, value: number): void {
      if (value === 13) throw new RangeError("it cannot be written");
      t.u32.write(writer, value);
    }

    override read(reader: Reader): number {
      const value = t.u32.read(reader);
      if (value === 14) throw new RangeError("it cannot be read");
      return value;
    }
  }

  it("may throw: what cannot be written is not sent, what cannot be read ends the bond with 400", async () => {
    const [one, other] = (await acquainted(sim, "one", "other")) as [BondNode, BondNode];
    one.join({ syncMessage: new Throwing() });
    other.join({ syncMessage: new Throwing() });
    await sim.until(() => areBonded(one, other));
    await sim.advance(1000);
    expect(one.bonds!.send(other.id, numbered(13))).toBe(false);
    expect(one.bonds!.send(other.id, numbered(12))).toBe(true);
    await sim.until(() => other.numbers.includes(12));
    one.bonds!.broadcast(numbered(14));
    await sim.until(() => one.toldOf("unbonded").length === 1);
    expect(one.toldOf("unbonded")[0]!.reason).toContain("400");
    const reports = sim.reports.splice(0).map(({ node, error }) => `${node}: ${String(error)}`);
    expect(reports).toEqual(["one: RangeError: it cannot be written", "other: RangeError: it cannot be read"]);
  });
});

describe("a member and a peer that is played by hand", () => {
  let member: BondNode;
  let peer: HandPlayed;
  let node: BondNode;
  beforeEach(async () => {
    [member, node] = (await acquainted(sim, "member", "node")) as [BondNode, BondNode];
    member.join();
    peer = await within(HandPlayed.dial(node, member));
    await within(peer.end());
    expect(await within(peer.recv())).toEqual({ kind: "ping" });
  });

  /** The next message that is not a ping. */
  const next = async (): Promise<unknown> => {
    for (;;) {
      const message = await within(peer.recv());
      if (message.kind !== "ping") return message;
    }
  };

  it("answers a ping", async () => {
    await within(peer.send({ kind: "ping" }));
    expect(await next()).toEqual({ kind: "pong" });
  });

  it("ends the bond with 102 when the peer leaves", async () => {
    await within(peer.send({ kind: "departure" }));
    expect(await within(peer.closeCode())).toBe(102);
  });

  it("takes very many entries in parts, and what comes behind them then", async () => {
    const entries = Array.from({ length: 5000 }, () => ({ term: 1, command: new Uint8Array(1) }));
    const message = {
      kind: "appendEntries",
      term: 1,
      leader: node.id,
      prev: ORIGIN,
      entries,
      leaderCommit: 0,
    } as const;
    await within(peer.send({ kind: "group", message }));
    await within(peer.send({ kind: "group", message: numbered(7) }));
    await sim.until(() => member.numbers.length > 0);
    const counts = member.told.flatMap(({ message: heard }) =>
      heard?.kind === "appendEntries" ? [heard.entries.length] : [],
    );
    expect(counts).toEqual([1024, 1024, 1024, 1024, 904]);
    expect(member.told.at(-1)!.message).toEqual(numbered(7));
  });

  it("ends the bond with 400 for what does not decode", async () => {
    peer.link.sendFrames(Uint8Array.of(0, 0, 0, 1, 9), 1);
    expect(await within(peer.closeCode())).toBe(400);
    expect(member.toldOf("unbonded")[0]!.reason).toContain("400");
  });

  it.each(["peerEntryUpdate", "bondFormed"] as const)("ends the bond with 400 for a forged entry: %s", async (kind) => {
    const { entry, encoded } = node.discovery.me();
    const forged = new SignedPeerEntry(entry.withAdded("tags", ["x"], 1), encoded.subarray(-64));
    await within(peer.send({ kind, entry: forged }));
    expect(await within(peer.closeCode())).toBe(400);
  });

  it("ends the bond with 103 when the peer ends its stream", async () => {
    void peer.link.finish().catch(() => {});
    expect(await within(peer.closeCode())).toBe(103);
  });

  it("ignores an update of an entry that is not the peer's own", async () => {
    const [stranger] = (await acquainted(sim, "stranger")) as [BondNode];
    await within(peer.send({ kind: "peerEntryUpdate", entry: stranger.discovery.me() }));
    await within(peer.send({ kind: "ping" }));
    await next();
    expect(member.discovery.catalog.get(stranger.id)).toBeUndefined();
    expect(member.bonds!.infos()[0]!.entry.id).toBe(node.id);
  });

  it("is not held up by a member that tells of thousands of others, and dials only so many of them", async () => {
    const entry = node.discovery.me().entry;
    const random = member.local.runtime.random;
    const strangers = Array.from({ length: 3000 }, () => {
      const secretKey = random.bytes(32);
      const { runtime } = node.local;
      const id = PeerId.fromBytes(runtime.publicKey(secretKey));
      const signer = { id, sign: (digest: Digest) => runtime.sign(secretKey, digest.bytes) };
      return signEntry(signer, new PeerEntry({ ...entry, address: { id, addrs: [] } }));
    });
    for (const stranger of strangers) await within(peer.send({ kind: "bondFormed", entry: stranger }));
    await within(peer.send({ kind: "group", message: numbered(1) }));
    await sim.until(() => member.numbers.length === 1, { withinMs: 1000 });
    await sim.advance(2000);
    expect(member.bonds!.peers()).toEqual([node.id]);
    expect(member.discovery.catalog.signedPeersCount()).toBe(1);
  });

  it("refuses a bond more with 30429, but takes it when the old one is silent", async () => {
    const second = await within(HandPlayed.dial(node, member));
    expect(await within(second.closeCode())).toBe(30429);
    await sim.advance(700);
    const third = await within(HandPlayed.dial(node, member));
    await within(third.end());
    expect(await within(peer.closeCode())).toBe(102);
    expect(member.told.map(({ kind }) => kind)).toEqual(["bonded", "unbonded", "bonded"]);
  });

  it("drops a peer that takes nothing, before its queue grows without end", async () => {
    const message = { kind: "query", query: new Uint8Array(1 << 20), requestId: { low: 1, high: 0 } } as const;
    const keepAlive = async (): Promise<void> => {
      // It lives, and says so, but reads nothing.
      while (peer.link.closeInfo() === undefined) {
        await sim.advance(300);
        await peer.send({ kind: "ping" }).catch(() => {});
      }
    };
    let sent = 0;
    while (member.bonds!.send(node.id, message)) sent++;
    expect(sent * message.query.length).toBeGreaterThanOrEqual(OUTGOING_MAX_BYTES);
    expect(sent * message.query.length).toBeLessThan(OUTGOING_MAX_BYTES + 4e6);
    await keepAlive();
    expect(await within(peer.closeCode())).toBe(30408);
    expect(member.metric("mosaik.groups.bonds.stalled")).toBe(1);
    expect(member.bonds!.peers()).toEqual([]);
  });

  it("drops a peer that takes nothing for five seconds, however little waits", async () => {
    const message = { kind: "query", query: new Uint8Array(1 << 20), requestId: { low: 1, high: 0 } } as const;
    for (let i = 0; i < 8; i++) expect(member.bonds!.send(node.id, message)).toBe(true);
    const beganMs = sim.nowMs;
    while (peer.link.closeInfo() === undefined && sim.nowMs < beganMs + 20_000) {
      await sim.advance(300);
      void peer.send({ kind: "ping" }).catch(() => {});
    }
    expect(await within(peer.closeCode())).toBe(30408);
    expect(sim.nowMs - beganMs).toBeLessThan(11_000);
  });
});

describe("members that need tickets", () => {
  it("bond with one, and part when it expires", async () => {
    const validator = new PlainValidator("ticket");
    const [one, other] = (await acquainted(sim, "one", "other")) as [BondNode, BondNode];
    const expiresMs = one.local.runtime.wallMs() + 20_000;
    const ticket = validator.ticket(Expiration.at(DateTime.fromMillis(expiresMs)));
    one.discovery.addTicket(ticket);
    other.discovery.addTicket(validator.ticket(Expiration.never));
    one.join({ tickets: [validator] });
    other.join({ tickets: [validator] });
    await sim.until(() => areBonded(one, other), { withinMs: 2000, what: "the bond" });
    await sim.until(() => !areBonded(one, other), { what: "the end" });
    expect(one.local.runtime.wallMs() - expiresMs).toBeGreaterThanOrEqual(0);
    expect(one.local.runtime.wallMs() - expiresMs).toBeLessThan(200);
    await sim.advance(100);
    expect(other.toldOf("refused")[0]).toEqual({ kind: "refused", peer: one.id, code: 30403, by: "us" });
    expect(one.toldOf("refused")[0]).toEqual({ kind: "refused", peer: other.id, code: 30403, by: "peer" });
  });

  it("part when it is taken away, and bond again with a new one", async () => {
    const validator = new PlainValidator("ticket");
    const ticket = validator.ticket(Expiration.never);
    const [one, other] = (await acquainted(sim, "one", "other")) as [BondNode, BondNode];
    for (const node of [one, other]) {
      node.discovery.addTicket(ticket);
      node.join({ tickets: [validator] });
    }
    await sim.until(() => areBonded(one, other), { withinMs: 2000, what: "the bond" });
    one.discovery.removeTicketsOf(validator.class);
    await sim.until(() => other.toldOf("unbonded").length === 1, { withinMs: 1000, what: "the end" });
    expect(other.toldOf("unbonded")[0]!.reason).toContain("30403");
    await sim.advance(3000);
    expect(areBonded(one, other)).toBe(false);
    one.discovery.addTicket(ticket);
    await sim.until(() => areBonded(one, other), { withinMs: 5000, what: "the bond again" });
  });
});

describe("a mesh", () => {
  const names = ["n0", "n1", "n2", "n3"] as const;

  it("of four comes about in a moment", async () => {
    const nodes = await acquainted(sim, ...names);
    for (const node of nodes) node.join();
    await sim.until(() => areBonded(...nodes), { withinMs: 2000, what: "the mesh" });
    await sim.advance(2000);
    for (const node of nodes) {
      expect(node.bonds!.peers()).toEqual([...node.bonds!.peers()].sort((a, b) => (a.hex < b.hex ? -1 : 1)));
      expect(node.toldOf("mesh").at(-1)).toEqual({ kind: "mesh", isComplete: true });
      expect(node.metric("mosaik.groups.bonds.active")).toBe(3);
    }
  });

  it("of four comes about by what members tell, where the catalog does not say who is one", async () => {
    const nodes = await acquainted(sim, ...names);
    const [hub, ...others] = nodes as [BondNode, ...BondNode[]];
    for (const node of others) node.join({ isAdvertised: false });
    hub.join();
    await sim.until(() => areBonded(...nodes), { withinMs: 3000, what: "the mesh" });
  });

  it("is whole again after every partition", async () => {
    const nodes = await acquainted(sim, ...names);
    for (const node of nodes) node.join();
    await sim.until(() => areBonded(...nodes), { withinMs: 2000, what: "the mesh" });
    sim.faults.split(["n0", "n1"], ["n2", "n3"]);
    await sim.until(() => !nodes[0]!.isBondedWith(nodes[2]!) && !nodes[3]!.isBondedWith(nodes[1]!), {
      withinMs: 10_000,
    });
    expect(areBonded(nodes[0]!, nodes[1]!)).toBe(true);
    sim.faults.healAll();
    await sim.until(() => areBonded(...nodes), { withinMs: 5000, what: "the mesh again" });
  });
});
