import { afterAll, beforeAll, describe, expect, it } from "vitest";
import {
  type DatumType,
  type DatumTypes,
  type LocalRelay,
  type RustNode,
  RustPeer,
  startRelay,
  whyNoPeer,
} from "../src/index.js";

const obstacle = whyNoPeer();
if (obstacle !== undefined) console.warn(obstacle);

const GREATEST_U64 = "18446744073709551615";

const samples: { [K in DatumType]: DatumTypes[K][] } = {
  string: ["", "hello", "žluťoučký 🐎"],
  u64: [0, 300, Number.MAX_SAFE_INTEGER, GREATEST_U64],
  bytes: ["", "00ff80"],
  vecU8: ["", "0102"],
  sensorReading: [
    {
      sensor: "attic",
      channel: 255,
      celsius: -12.25,
      humidity: 0.5,
      offset: -70000,
      at: GREATEST_U64,
      calibrated: true,
      labels: ["a", "b"],
      note: null,
      mark: [1, 2, 3, 4],
    },
  ],
  shape: ["Empty", { Circle: 4_000_000_000 }, { Rect: { w: 1, h: 300 } }, { Pair: [255, -32768] }],
  reading: [{ sensor: "s", metric: "cpu", value: 1.5, unit: "%", seq: 1, at_ms: 1_700_000_000_000 }],
};

describe.skipIf(obstacle !== undefined)("the Rust peer", () => {
  let relay: LocalRelay;
  let alice: RustPeer;
  let bob: RustPeer;

  beforeAll(async () => {
    relay = await startRelay();
    alice = await RustPeer.start();
    bob = await RustPeer.start();
  });

  afterAll(async () => {
    await alice?.close();
    await bob?.close();
    await relay?.close();
  });

  /**
   * Two nodes of one network that have each other in their catalogs. They announce themselves every second or so: a Rust consumer
   * that lost a race on its first try looks again only when its catalog changes.
   */
  async function pair(network: string): Promise<[RustNode, RustNode]> {
    const common = { network, relay: relay.url, announceIntervalMs: 1_000 };
    const a = await alice.join({ ...common, seed: `alice of ${network}` }, network);
    const b = await bob.join({ ...common, tags: ["b"] }, network);
    await a.dial(b.addr);
    await alice.events.waitFor("peerDiscovered", (event) => event.peer === b.id);
    await bob.events.waitFor("peerDiscovered", (event) => event.peer === a.id);
    return [a, b];
  }

  it("joins a network, meets a peer and says goodbye", async () => {
    const [a, b] = await pair("meeting");
    const entry = (await a.catalog()).find((peer) => peer.id === b.id);
    expect(entry).toMatchObject({ signed: true, protocol: "0.4.2", addr: { id: b.id, relayUrls: [relay.url] } });
    expect(entry?.tags).toHaveLength(1);

    const mark = alice.events.mark();
    await b.addTags("another");
    await alice.events.waitFor("peerUpdated", (event) => event.entry.tags.length === 2, { since: mark });
    await b.leave();
    await alice.events.waitFor("peerDeparted", (event) => event.peer === b.id);
    await a.leave();
  });

  it("has the identity that its seed gives", async () => {
    const hex = "07".repeat(32);
    const node = await alice.join({ network: "identity", relay: relay.url, seed: hex }, "identity");
    expect(node.id).toBe("ea4a6c63e29c520abef5507b132ec5f9954776aebebe7b92421eea691446d22c");
    const me = await node.me();
    expect(me.entry.id).toBe(node.id);
    expect(me.hex).toContain(node.id);
    await node.leave();
  });

  it.each(Object.keys(samples) as DatumType[])("streams %s to another node", async (type) => {
    const [a, b] = await pair(`stream of ${type}`);
    const producer = await a.produce(type);
    const consumer = await b.consume(type);
    expect(consumer.streamId).toBe(producer.streamId);

    const values = samples[type];
    expect((await producer.send(values)).accepted).toBe(values.length);
    expect(await consumer.received(values.length)).toEqual(values);

    expect((await producer.info()).consumers).toMatchObject([
      { peer: b.id, state: "connected", datums: values.length },
    ]);
    const info = await consumer.info();
    expect(info).toMatchObject({ count: values.length, first: values[0], last: values.at(-1) });
    expect(info.producers).toMatchObject([{ peer: a.id, state: "connected" }]);

    await consumer.drop();
    await producer.unsubscribed();
    await Promise.all([a.leave(), b.leave()]);
  });

  it("sends a load without loss when it is given a window", async () => {
    const [a, b] = await pair("load");
    const producer = await a.produce("bytes", { streamId: "load" });
    const consumer = await b.consume("bytes", { streamId: "load", quiet: true });
    await producer.subscribed();
    const { accepted } = await producer.sendMany({ count: 20_000, payloadBytes: 64, window: 512 });
    expect(accepted).toBe(20_000);
    const info = await consumer.counted(20_000);
    expect(info.stats).toEqual({ datums: 20_000, bytes: 20_000 * 65 });
    expect(consumer.values()).toEqual([]);
    await Promise.all([a.leave(), b.leave()]);
  });

  it("streams the machine's readings from a sensor to a viewer", async () => {
    const [a, b] = await pair("demo");
    const viewer = await b.demoViewer({ streamId: "readings" });
    const sensor = await a.demoSensor({ name: "rust", intervalMs: 20, streamId: "readings" });
    await bob.events.waitFor("demoReceived", (event) => Number(event.reading.seq) >= 10);
    await a.drop(sensor);
    const seen = (await b.viewerSummary(viewer)).sensors["rust"];
    expect(seen).toMatchObject({ firstSeq: 1, gaps: 0, count: seen?.lastSeq });
    expect(Object.keys(seen?.latest ?? {})).toEqual(["cpu", "memory"]);
    await Promise.all([a.leave(), b.leave()]);
  });

  it("pings a node and verifies the entry that comes back", async () => {
    const node = await alice.join({ network: "ping", relay: relay.url }, "ping");
    const { entry, rttMicros } = await node.ping(node.addr);
    expect(entry.id).toBe(node.id);
    expect(rttMicros).toBeGreaterThan(0);
    await node.leave();
  });

  it("answers malformed lines with errors and goes on", async () => {
    alice.writeLine("garbage");
    alice.writeLine('{"id":"one","cmd":"me"}');
    await alice.events.waitFor("badLine", (event) => event.error.includes("not JSON"));
    await alice.events.waitFor("badLine", (event) => event.error.includes("not a request"));
    await expect(alice.request("juggle")).rejects.toThrow('unknown command "juggle"');
    await expect(alice.request("join", { network: 7 })).rejects.toThrow("wrong arguments");
    await expect(alice.request("produce", { type: "string" }, { node: "nobody" })).rejects.toThrow("has not joined");
    await expect(alice.request("relay", { port: 0, prot: 0 })).rejects.toThrow("unknown field `prot`");
  });

  it("lets a raw connection see the close codes of a Rust node", async () => {
    const node = await bob.join({ network: "raw", relay: relay.url }, "raw");

    const stranger = await alice.rawDial(node.addr, "/mosaik/streams/1.0");
    await stranger.send("00".repeat(64));
    expect(await stranger.closed()).toEqual({ by: "peer", code: 401, reason: "UnknownPeer" });
    expect(await stranger.receive()).toEqual({ closed: { by: "peer", code: 401, reason: "UnknownPeer" } });

    const garbler = await alice.rawDial(node.addr, "/mosaik/discovery/sync/1.0", "garbler");
    await garbler.sendUnframed("00000001ff");
    expect(await garbler.closed()).toEqual({ by: "peer", code: 400, reason: "ProtocolViolation" });

    await expect(alice.rawDial(node.addr, "/not/served")).rejects.toThrow("rawDial");
    await node.leave();
  });

  it("fails what is pending when its process dies", async () => {
    const doomed = await RustPeer.start();
    await doomed.join({ network: "doomed", relay: relay.url });
    const { handle } = await (await doomed.join({ network: "doomed", relay: relay.url }, "second")).produce("string");
    const waiting = expect(doomed.request("waitOnline", { handle })).rejects.toThrow("SIGKILL");
    doomed.signal("SIGKILL");
    await waiting;
    await expect(doomed.events.waitFor("item")).rejects.toThrow("SIGKILL");
    await doomed.close();
  });
});
