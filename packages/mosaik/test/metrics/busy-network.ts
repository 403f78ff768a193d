import { t } from "@mosaik/postcard";
import { collection } from "../../src/collections/index.js";
import { func } from "../../src/functions/index.js";
import type { MetricSample } from "../../src/metrics/index.js";
import { ALPN } from "../../src/network/index.js";
import type { Network } from "../../src/node/index.js";
import { Digest } from "../../src/primitives/index.js";
import { stream } from "../../src/streams/index.js";
import { streamHandshakeCodec } from "../../src/streams/protocol.js";
import { increment } from "../groups/counter.js";
import { allOnline, joinCounter } from "../groups/group-nodes.js";
import type { Nodes } from "../nodes.js";

const Open = stream("open", t.string);
const Closed = stream("closed", t.string, { requireConsumer: () => false });
const Blocks = stream("blocks", t.bytes);
const BLOCK = new Uint8Array(16 * 1024);
const Echo = func("echo", { request: t.string, response: t.string });
const Never = func("never", { request: t.string, response: t.string });
const Private = func("private", { request: t.string, response: t.string }, { requireCaller: () => false });

const MapOf = collection.map("map", t.string, t.u32);
const VecOf = collection.vec("vec", t.u32);
const SetOf = collection.set("set", t.u32);
const CellOf = collection.cell("cell", t.u32);
const OnceOf = collection.once("once", t.u32);
const QueueOf = collection.priorityQueue("queue", t.u32, t.string, t.u32);

/** Two nodes of one network that have made use of everything, and of whose metrics every one of Rust's has moved. */
export async function busyNetwork(nodes: Nodes, id = "busy"): Promise<[Network, Network]> {
  const [a, b] = (await nodes.joinMany(2, id)) as [Network, Network];
  await nodes.discoverAll(a, b);
  b.discovery.addTags("gpu");
  await someoneLeaves(nodes, id, a);
  await streamSome(nodes, a, b);
  await commandSome(nodes, a, b);
  await collectSome(nodes, a, b);
  await callSome(nodes, a, b);
  return [a, b];
}

async function someoneLeaves(nodes: Nodes, id: string, a: Network): Promise<void> {
  const guest = await nodes.join(`${id}-guest`, id);
  await nodes.discoverAll(a, guest);
  const neighbors = guest.metrics.gauge("mosaik.discovery.gossip.neighbors");
  await nodes.until(() => neighbors.value > 0, 10_000, "the guest to hear and say gossip");
  await nodes.within(5000, guest.close(), "the guest to leave");
  const departed = a.metrics.counter("mosaik.discovery.peers.departed");
  await nodes.until(() => departed.value > 0, 5000, "its departure");
}

async function streamSome(nodes: Nodes, a: Network, b: Network): Promise<void> {
  const producer = Open.producer(a);
  const consumer = Open.consumer(b);
  await nodes.within(5000, producer.send("hello"), "a consumer");
  await nodes.within(5000, consumer.recv(), "a datum");

  const closed = Closed.producer(a);
  Closed.consumer(b);
  const rejected = a.metrics.counter("mosaik.streams.producer.consumers.rejected", { stream: closed.streamId.short() });
  await nodes.until(() => rejected.value > 0, 5000, "a consumer to be refused");

  const blocks = Blocks.producer(a, { lag: "dropNewest", bufferItems: 4 });
  Blocks.consumer(b, { bufferBytes: 64 * 1024 });
  await nodes.within(5000, blocks.when().subscribed(), "a consumer of blocks");
  const dropped = (): boolean => blocks.stats().dropped > 0;
  for (let sent = 0; sent < 2000 && !dropped(); sent++)
    await nodes.within(5000, blocks.send(BLOCK), "a block to be sent");
  await nodes.until(dropped, 5000, "blocks to be dropped");

  // A stream that there is not.
  const link = await nodes.within(5000, b.local.open(a.local.id, ALPN.streams), "a link");
  await link.send(streamHandshakeCodec, { network: a.id, stream: Digest.from("nothing"), resume: undefined });
  const refused = a.metrics.counter("mosaik.streams.connections.rejected");
  await nodes.until(() => refused.value > 0, 5000, "a connection to be refused");
}

async function callSome(nodes: Nodes, a: Network, b: Network): Promise<void> {
  Echo.handle(b, (text) => text);
  Never.handle(b, () => new Promise<string>(() => {}));
  Private.handle(b, (text) => text);
  await nodes.within(5000, Echo.caller(a)("hello"), "an answer");
  await nodes.within(5000, Promise.allSettled([Private.caller(a)("hello", { timeoutMs: 200 })]), "a refusal");
  const calling = Never.caller(a);
  await nodes.within(5000, Promise.allSettled([calling("hello", { timeoutMs: 200 })]), "a call to be given up");
  const failed = b.metrics.counter("mosaik.functions.calls.failed");
  await nodes.until(() => failed.value > 0, 5000, "its handler to give it up");
  // It stays under way.
  calling("hello").catch(() => {});
  const inflight = b.metrics.gauge("mosaik.functions.calls.inflight");
  await nodes.until(() => inflight.value > 0, 5000, "a call under way");
}

async function commandSome(nodes: Nodes, a: Network, b: Network): Promise<void> {
  const first = joinCounter(a);
  await nodes.within(15_000, first.when().online(), "the group to be led");
  // To an even number of members one does not vote.
  const groups = [first, joinCounter(b)];
  await nodes.within(15_000, allOnline(groups), "the group");
  for (const group of groups) await nodes.within(5000, group.execute(increment(1)), "a command");
}

async function collectSome(nodes: Nodes, a: Network, b: Network): Promise<void> {
  const map = MapOf.writer(a);
  const vec = VecOf.writer(a);
  const set = SetOf.writer(a);
  const cell = CellOf.writer(a);
  const once = OnceOf.writer(a);
  const queue = QueueOf.writer(a);
  for (const handle of [map, vec, set, cell, once, queue]) {
    await nodes.within(15_000, handle.when().online(), "a collection to be led");
  }
  const writes = [
    map.insert("one", 1),
    vec.pushBack(1),
    set.insert(1),
    cell.set(1),
    once.set(1),
    queue.insert(1, "one", 1),
  ];
  await nodes.within(5000, Promise.all(writes), "the writes");
  // A reader that comes later needs a snapshot.
  await nodes.within(15_000, MapOf.reader(b).when().online(), "a reader");
}

/** The samples of both nodes, by name. */
export function samplesByName(networks: readonly Network[]): Map<string, MetricSample[]> {
  const byName = new Map<string, MetricSample[]>();
  for (const sample of networks.flatMap(({ metrics }) => metrics.samples())) {
    byName.set(sample.name, [...(byName.get(sample.name) ?? []), sample]);
  }
  return byName;
}
