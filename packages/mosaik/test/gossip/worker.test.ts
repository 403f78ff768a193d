import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { GOSSIP_CONTENT_MAX_BYTES } from "../../src/gossip/index.js";
import { Digest, PeerId } from "../../src/primitives/index.js";
import { Simulator } from "../../src/testing/index.js";
import { BarePeer, encode, GossipNode, header, isNeighbor, pushOf } from "./gossip-nodes.js";

let sim: Simulator;

beforeEach(() => {
  // Nobody is found by its id alone: addresses come from the test, or from gossip.
  sim = new Simulator({
    seed: `${process.env["MOSAIK_SEED"] ?? ""}${expect.getState().currentTestName}`,
    resolvesBareIds: false,
  });
});

afterEach(async () => {
  expect(sim.reports).toEqual([]);
  await sim.close();
});

async function start(count: number): Promise<GossipNode[]> {
  const nodes: GossipNode[] = [];
  for (let i = 0; i < count; i++) nodes.push(await GossipNode.start(sim, `node-${i}`));
  return nodes;
}

/** Nodes that are joined through the first. */
async function joined(count: number): Promise<GossipNode[]> {
  const nodes = await start(count);
  for (const node of nodes.slice(1)) node.join(nodes[0]!);
  // Now and then somebody has no more than two until the next shuffle.
  await sim.until(() => nodes.every(({ gossip }) => gossip.neighbors.size >= Math.min(count - 1, 2)), {
    withinMs: 5000,
    what: "everybody to have neighbours",
  });
  return nodes;
}

function haveAll(nodes: readonly GossipNode[], ...texts: string[]): () => boolean {
  return () => nodes.every(({ received }) => texts.every((text) => received.includes(text)));
}

describe("iroh-gossip src/net.rs", () => {
  it("gossip_net_smoke", async () => {
    const [a, b, c] = await start(3);
    a!.join(b!);
    c!.join(b!);
    await sim.until(() => isNeighbor(a!, b!) && isNeighbor(b!, c!), { withinMs: 2000 });
    const texts = ["hi0", "hi1"];
    for (const text of texts) expect(a!.say(text)).toBe(true);
    await sim.until(haveAll([b!, c!], ...texts), { withinMs: 2000 });
    expect([b!.received, c!.received].map((received) => received.length)).toEqual([2, 2]);
    expect(a!.received).toEqual([]);
  });

  it("gossip_rely_on_gossip_address_lookup", async () => {
    const [a, b, c] = await start(3);
    a!.join(b!);
    c!.join(b!);
    await sim.until(() => isNeighbor(a!, c!), { withinMs: 2000, what: "two that know each other by gossip only" });
    expect(a!.local.addresses.get(c!.local.id).addrs).toEqual([]);
  });

  it("can_reconnect", async () => {
    const [a, b] = await start(2);
    b!.join(a!);
    await sim.until(() => isNeighbor(a!, b!), { withinMs: 2000 });
    await sim.within(1000, b!.gossip.quit());
    await sim.until(() => a!.gossip.neighbors.size === 0, { withinMs: 500, what: "the neighbour to be gone" });
    sim.faults.killEndpoints("node-1");
    const again = await GossipNode.start(sim, "node-1");
    again.join(a!);
    await sim.until(() => isNeighbor(a!, again), { withinMs: 500, what: "the neighbour to be back" });
  });

  it("can_die_and_reconnect", async () => {
    const [a, b] = await start(2);
    b!.join(a!);
    await sim.until(() => isNeighbor(a!, b!), { withinMs: 2000 });
    a!.say("msg1");
    await sim.until(haveAll([b!], "msg1"), { withinMs: 2000 });
    sim.faults.crash("node-1");
    const again = await GossipNode.start(sim, "node-1");
    again.join(a!);
    await sim.until(() => isNeighbor(a!, again), { withinMs: 5000 });
    a!.say("msg2");
    await sim.until(haveAll([again], "msg2"), { withinMs: 5000 });
    // The connections of its former life end by and by, and nobody takes that for its end.
    const events = a!.events.length;
    await sim.advance(40_000);
    expect(a!.events.slice(events)).toEqual([]);
  });

  it("gossip_change_alpn", async () => {
    const alpn = "/my-gossip-alpn";
    const a = await GossipNode.start(sim, "a", { alpn });
    const b = await GossipNode.start(sim, "b", { alpn });
    b.join(a);
    await sim.until(() => isNeighbor(a, b), { withinMs: 2000 });
  });
});

describe("Gossip", () => {
  it("says who sent a message, also where the message brings nothing new", async () => {
    const [a, b, c] = await joined(3);
    await sim.until(() => [a!, b!, c!].every(({ gossip }) => gossip.neighbors.size === 2), { withinMs: 65_000 });
    for (const node of [a!, b!, c!]) node.heard.length = 0;
    a!.say("hello");
    await sim.until(haveAll([b!, c!], "hello"), { withinMs: 2000 });
    await sim.advance(100);
    // One had it from a, and told the other, who had it from a too; nobody else sent anything.
    expect(new Set(b!.heard)).toEqual(new Set([a!.local.id, c!.local.id]));
    expect(new Set(c!.heard)).toEqual(new Set([a!.local.id, b!.local.id]));
    expect(b!.gossip.rttMicros(a!.local.id)).toBeGreaterThan(0);
    expect(b!.gossip.rttMicros(b!.local.id)).toBeUndefined();
  });

  it("reaches every one of twenty nodes that joined through one, once", async () => {
    const nodes = await joined(20);
    for (const [i, node] of nodes.entries()) node.say(`from ${i}`);
    const expected = (of: number): string[] => nodes.map((_, i) => `from ${i}`).filter((_, i) => i !== of);
    await sim.until(() => nodes.every(({ received }) => received.length >= 19), { withinMs: 5000 });
    for (const [i, { received }] of nodes.entries()) expect(received.sort()).toEqual(expected(i).sort());
    for (const node of nodes) expect(node.gossip.neighbors.size).toBeLessThanOrEqual(5);
    const areMutual = nodes.every((node) =>
      nodes.every((other) => node.gossip.neighbors.has(other.local.id) === other.gossip.neighbors.has(node.local.id)),
    );
    expect(areMutual).toBe(true);
    expect(nodes[0]!.metric("mosaik.discovery.gossip.neighbors")).toBe(nodes[0]!.gossip.neighbors.size);
  });

  it("refuses a content over the limit, and carries one of exactly that", async () => {
    const [a, b] = await joined(2);
    expect(a!.gossip.broadcast(new Uint8Array(GOSSIP_CONTENT_MAX_BYTES + 1))).toBe(false);
    expect(a!.gossip.broadcast(new Uint8Array(GOSSIP_CONTENT_MAX_BYTES))).toBe(true);
    await sim.until(() => b!.received.length === 1, { withinMs: 1000 });
    expect(b!.events.at(-1)).toMatchObject({ kind: "received", from: a!.local.id });
  });

  it("asks a peer again that is not there yet", async () => {
    const b = await GossipNode.start(sim, "b");
    const a = await GossipNode.start(sim, "a");
    sim.faults.isolate("a");
    b.join(a);
    await sim.advance(60_000);
    expect(b.metric("mosaik.discovery.gossip.dials.failed")).toBeGreaterThan(1);
    sim.faults.rejoin("a");
    await sim.until(() => isNeighbor(a, b), { withinMs: 40_000, what: "the dial that succeeds" });
  });

  it("finds the way back together after a partition of the whole", async () => {
    const [a, b] = await joined(2);
    sim.faults.partition("node-0", "node-1");
    await sim.until(() => b!.gossip.neighbors.size === 0, { withinMs: 40_000, what: "the loss to be seen" });
    sim.faults.healAll();
    await sim.until(() => isNeighbor(a!, b!), { withinMs: 40_000, what: "the two to be neighbours again" });
    a!.say("back");
    await sim.until(haveAll([b!], "back"), { withinMs: 1000 });
  });

  it("replaces a neighbour that crashed", async () => {
    const nodes = await joined(8);
    sim.faults.crash("node-3");
    const others = nodes.filter((_, i) => i !== 3);
    const dead = nodes[3]!.local.id;
    await sim.until(() => others.every(({ gossip }) => !gossip.neighbors.has(dead)), { withinMs: 45_000 });
    expect(
      others.some(({ events }) => events.some((event) => event.kind === "neighborDown" && event.peer === dead)),
    ).toBe(true);
    others[0]!.say("who is left?");
    await sim.until(haveAll(others.slice(1), "who is left?"), { withinMs: 5000 });
  });

  it("says farewell: neighbours know at once, and what was said last arrives", async () => {
    const nodes = await joined(8);
    const [leaver, ...others] = nodes;
    leaver!.say("goodbye");
    await sim.within(600, leaver!.gossip.quit());
    await sim.until(haveAll(others, "goodbye"), { withinMs: 500 });
    await sim.until(() => others.every(({ gossip }) => !gossip.neighbors.has(leaver!.local.id)), { withinMs: 500 });
    expect(leaver!.gossip.neighbors.size).toBe(0);
    expect(leaver!.say("too late")).toBe(false);
  });

  it("is kept by a change of addresses, and tells of it", async () => {
    const [a, b] = await joined(2);
    sim.faults.move("node-0");
    a!.say("moved");
    await sim.until(haveAll([b!], "moved"), { withinMs: 5000 });
    expect(isNeighbor(a!, b!)).toBe(true);
  });

  it("leaves nodes of another network alone", async () => {
    const a = await GossipNode.start(sim, "a");
    const b = await GossipNode.start(sim, "b", { network: Digest.from("another") });
    b.join(a);
    await sim.advance(5000);
    expect(a.events).toEqual([]);
    expect(b.events).toEqual([]);
  });
});

describe("Gossip with a peer that does wrong", () => {
  it("takes bytes behind a message, several streams of one topic, and an end of a stream", async () => {
    const [node] = await start(1);
    const peer = await BarePeer.connect(sim, "peer", node!);
    const first = await peer.open(header(), pushOf("one"));
    const second = await peer.open(header(), new Uint8Array([...pushOf("two"), 1, 2, 3]));
    first.finish();
    second.finish();
    await peer.open(header(), pushOf("three"));
    await sim.until(() => node!.received.length === 3, { withinMs: 1000 });
    expect(node!.received.sort()).toEqual(["one", "three", "two"]);
    expect(peer.connection.closeInfo()).toBeUndefined();
  });

  it("hears the last words of one that goes, on a stream that waited for the end of the one before", async () => {
    const [node] = await start(1);
    const peer = await BarePeer.connect(sim, "peer", node!);
    await peer.join();
    const farewell = await peer.open(header(), pushOf("goodbye"));
    farewell.finish();
    await sim.until(() => node!.gossip.neighbors.size === 1, { withinMs: 200 });
    await sim.advance(20);
    expect(node!.received).toEqual([]);
    peer.connection.close(0, "gone");
    await sim.until(() => node!.received.includes("goodbye"), { withinMs: 500 });
    await sim.until(() => node!.gossip.neighbors.size === 0, { withinMs: 500 });
    expect(node!.metric("mosaik.discovery.gossip.invalid")).toBe(0);
  });

  it.each([
    ["a frame over 4096 bytes", [header(), new Uint8Array(4097)]],
    ["a message that does not decode", [header(), Uint8Array.of(0, 9)]],
    ["an empty frame", [header(), new Uint8Array()]],
    ["a header that is too short", [new Uint8Array(31)]],
  ])("abandons a stream with %s, and reads the others", async (_, bodies) => {
    const [node] = await start(1);
    const peer = await BarePeer.connect(sim, "peer", node!);
    await peer.join();
    await sim.until(() => node!.gossip.neighbors.size === 1, { withinMs: 1000 });
    const good = await peer.open(header(), pushOf("before"));
    const bad = await peer.open(...bodies);
    await sim.until(() => node!.metric("mosaik.discovery.gossip.invalid") === 1, { withinMs: 1000 });
    await sim.advance(100);
    expect(() => bad.tryWrite(Uint8Array.of(0))).toThrow();
    good.tryWrite(new Uint8Array([0, 0, 0, pushOf("after").length, ...pushOf("after")]));
    await sim.until(() => node!.received.includes("after"), { withinMs: 1000 });
    expect(node!.gossip.neighbors.size).toBe(1);
  });

  it("drops a peer whose only stream it abandoned: Rust would say nothing more, and believe itself heard", async () => {
    const [node] = await start(1);
    const peer = await BarePeer.connect(sim, "peer", node!);
    const stream = await peer.join();
    await sim.until(() => node!.gossip.neighbors.size === 1, { withinMs: 1000 });
    stream.tryWrite(Uint8Array.of(0, 0, 0, 1, 9));
    await sim.until(() => node!.gossip.neighbors.size === 0, { withinMs: 1000 });
    await sim.within(100, peer.connection.closed);
    expect(peer.connection.closeInfo()).toMatchObject({ by: "peer", code: 0 });
  });

  it("ignores streams of topics that it does not know", async () => {
    const [node] = await start(1);
    const peer = await BarePeer.connect(sim, "peer", node!);
    await peer.open(header(Digest.from("other")), pushOf("not for us"), Uint8Array.of(255));
    await peer.open(header(), pushOf("for us"));
    await sim.until(() => node!.received.length === 1, { withinMs: 1000 });
    expect(node!.received).toEqual(["for us"]);
  });

  it("does not wait for a header: other streams go on, and the stream is given up", async () => {
    const [node] = await start(1);
    const peer = await BarePeer.connect(sim, "peer", node!);
    const silent = await peer.open();
    silent.tryWrite(Uint8Array.of(0));
    await peer.open(header(), pushOf("quick"));
    await sim.until(() => node!.received.length === 1, { withinMs: 1000 });
    await sim.until(() => node!.metric("mosaik.discovery.gossip.invalid") === 1, { withinMs: 6000 });
  });

  it("does not stall for a slow reader, drops its payloads, and tells it of them once it reads", async () => {
    const [node, other] = await joined(2);
    const slow = await BarePeer.connect(sim, "slow", node!);
    await slow.join();
    const stream = await sim.within(1000, slow.read(200));
    await sim.until(() => node!.gossip.neighbors.size === 2, { withinMs: 1000 });
    const count = 1000;
    for (let i = 0; i < count; i++) {
      const content = new Uint8Array(4000);
      content.set(new TextEncoder().encode(`message ${i} `));
      node!.gossip.broadcast(content);
      if (i % 20 === 19) await sim.advance(5);
    }
    await sim.until(() => other!.received.length === count, { withinMs: 5000, what: "the other to have everything" });
    expect(node!.metric("mosaik.discovery.gossip.dropped")).toBeGreaterThan(count / 2);
    stream.grant(10_000_000);
    await sim.until(() => slow.messages.some(({ value }) => value.kind === "iHave"), { withinMs: 1000 });
  });

  it("gives up a neighbour that reads nothing at all", async () => {
    const [node] = await start(1);
    const dead = await BarePeer.connect(sim, "dead", node!);
    await dead.join();
    await sim.within(1000, dead.read(200));
    await sim.until(() => node!.gossip.neighbors.size === 1, { withinMs: 1000 });
    for (let i = 0; i < 1000; i++) {
      node!.gossip.broadcast(new Uint8Array(4000).fill(i & 255, 0, 2000).fill(i >> 8, 2000));
      if (i % 20 === 19) await sim.advance(5);
    }
    await sim.until(() => node!.gossip.neighbors.size === 0, { withinMs: 40_000 });
  });

  it("closes a connection that both sides are done with", async () => {
    const [node] = await start(1);
    const peer = await BarePeer.connect(sim, "peer", node!);
    const stream = await peer.join();
    await sim.within(1000, peer.read());
    await sim.until(() => node!.gossip.neighbors.size === 1, { withinMs: 1000 });
    const disconnect = encode({ kind: "swarm", value: { kind: "disconnect", value: { alive: true, respond: false } } });
    stream.tryWrite(new Uint8Array([0, 0, 0, disconnect.length, ...disconnect]));
    stream.finish();
    await sim.until(() => node!.gossip.neighbors.size === 0, { withinMs: 1000 });
    await sim.advance(8000);
    expect(peer.connection.closeInfo()).toBeUndefined();
    await sim.until(() => peer.connection.closeInfo() !== undefined, { withinMs: 6000 });
  });

  it("dials only so many of the peers that it is told of", async () => {
    const [node] = await joined(1);
    const peer = await BarePeer.connect(sim, "peer", node!);
    const stream = await peer.join();
    await sim.until(() => node!.gossip.neighbors.size === 1, { withinMs: 1000 });
    for (let i = 0; i < 500; i++) {
      const id = PeerId.fromBytes(Digest.from(`nobody ${i}`).bytes);
      const data = new Uint8Array([0, 1, 0, 10, 0, 0, 9, 1]);
      const value = { peer: { id, data }, ttl: 0 };
      const body = encode({ kind: "swarm", value: { kind: "forwardJoin", value } });
      stream.tryWrite(new Uint8Array([0, 0, 0, body.length, ...body]));
    }
    await sim.advance(2000);
    expect(node!.gossip.neighbors.size).toBe(1);
    await sim.advance(120_000);
    expect(node!.metric("mosaik.discovery.gossip.dials.failed")).toBeLessThan(200);
  });
});
