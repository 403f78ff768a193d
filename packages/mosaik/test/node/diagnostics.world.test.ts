import { channel, subscribe, unsubscribe } from "node:diagnostics_channel";
import { t } from "@mosaik/postcard";
import { afterEach, describe, expect, it } from "vitest";
import { func } from "../../src/functions/index.js";
import type { DiagnosticsMessages, Network } from "../../src/node/index.js";
import { SimulatedRuntime, type Runtime } from "../../src/runtime/index.js";
import { stream } from "../../src/streams/index.js";
import { available } from "../functions/functions.js";
import { increment } from "../groups/counter.js";
import { allOnline, joinCounter } from "../groups/group-nodes.js";
import { useNodes } from "../nodes.js";

type Name = keyof DiagnosticsMessages;

const Telemetry = stream("telemetry", t.string);
const Greet = func("greet", { request: t.string, response: t.string });
const Never = func("never", { request: t.string, response: t.string });

describe("the channels of node:diagnostics_channel", () => {
  const context = useNodes();
  const cleanups: (() => void)[] = [];
  afterEach(() => cleanups.splice(0).forEach((cleanup) => cleanup()));

  /** What is published on a channel, of one node where it is given, from now on. */
  function heard<N extends Name>(name: N): DiagnosticsMessages[N][] {
    const messages: DiagnosticsMessages[N][] = [];
    const listener = (message: unknown): void => void messages.push(message as DiagnosticsMessages[N]);
    subscribe(name, listener);
    cleanups.push(() => unsubscribe(name, listener));
    return messages;
  }

  const of = <M extends { readonly node: unknown }>(messages: readonly M[], { local }: Network): M[] =>
    messages.filter(({ node }) => node === local.id);

  /** Nodes that know each other, of which the channels tell in simulated worlds too. */
  async function join(count: number): Promise<Network[]> {
    const { nodes } = context;
    const networks: Network[] = [];
    for (let i = 0; i < count; i++) {
      audible(await nodes.world.runtime(`n${i}`));
      networks.push(await nodes.join(`n${i}`));
    }
    await nodes.discoverAll(...networks);
    return networks;
  }

  function audible(runtime: Runtime): void {
    if (runtime instanceof SimulatedRuntime) runtime.diagnostics = { channel };
  }

  it("tell of networks, and of peers that come and go", async () => {
    const { nodes } = context;
    const opened = heard("mosaik:network:open");
    const closed = heard("mosaik:network:close");
    const discovered = heard("mosaik:discovery:peerDiscovered");
    const departed = heard("mosaik:discovery:peerDeparted");
    const [a, b] = (await join(2)) as [Network, Network];
    expect(opened.map(({ node, network }) => [node, network])).toEqual([a, b].map(({ local, id }) => [local.id, id]));
    await nodes.until(() => of(discovered, a).length === 1, 5000, "a peer");
    expect(of(discovered, a)[0]!.event.entry.id).toBe(b.local.id);
    const neighbors = a.metrics.gauge("mosaik.discovery.gossip.neighbors");
    await nodes.until(() => neighbors.value === 1, 5000, "gossip");
    await nodes.within(5000, b.close(), "b to leave");
    expect(closed.map(({ node, event }) => [node, event.cause])).toEqual([[b.local.id, { by: "program" }]]);
    await nodes.until(() => of(departed, a).length === 1, 5000, "a departure");
    expect(of(departed, a)[0]!.event).toMatchObject({ peer: b.local.id, reason: "left" });
  });

  it("tell of both sides of a stream", async () => {
    const { nodes } = context;
    const [a, b] = (await join(2)) as [Network, Network];
    const names = ["connected", "disconnected"] as const;
    const atProducer = names.map((name) => heard(`mosaik:producer:${name}`));
    const atConsumer = names.map((name) => heard(`mosaik:consumer:${name}`));
    const gaps = heard("mosaik:consumer:gap");
    const producer = Telemetry.producer(a);
    const consumer = Telemetry.consumer(b);
    await nodes.within(5000, producer.send("x"));
    await nodes.within(5000, consumer.recv());
    await nodes.within(5000, producer.close(), "the producer to close");
    await nodes.until(() => atConsumer[1]!.length === 1 && atProducer[1]!.length === 1, 5000, "the end");
    expect(atProducer.map((messages) => messages.length)).toEqual([1, 1]);
    expect(atConsumer.map((messages) => messages.length)).toEqual([1, 1]);
    expect(atConsumer[0]![0]).toMatchObject({ node: b.local.id, streamId: producer.streamId });
    expect(atConsumer[0]![0]!.event).toMatchObject({ kind: "connected", producer: a.local.id });
    expect(gaps).toEqual([]);
  });

  it("tell of calls from begin to end with one message, at both ends", async () => {
    const { nodes } = context;
    const [a, b] = (await join(2)) as [Network, Network];
    const moments = ["start", "error", "end"] as const;
    const calls = moments.map((moment) => heard(`mosaik:call:${moment}`));
    const served = moments.map((moment) => heard(`mosaik:serve:${moment}`));
    Greet.handle(b, (name) => `hello ${name}`);
    Never.handle(b, () => new Promise<string>(() => {}));
    const greet = Greet.caller(a);
    await available(nodes, greet);
    const calling = greet("bob");
    expect(calls.map((messages) => messages.length)).toEqual([1, 0, 0]);
    await nodes.within(5000, calling);
    expect(calls.map((messages) => messages.length)).toEqual([1, 0, 1]);
    expect(calls[2]![0]).toBe(calls[0]![0]);
    expect(calls[2]![0]).toMatchObject({ kind: "call", node: a.local.id, functionId: Greet.baseId, peer: b.local.id });
    expect(calls[2]![0]!.durationMs).toBeGreaterThan(0);
    expect(served.map((messages) => messages.length)).toEqual([1, 0, 1]);
    expect(served[0]![0]).toMatchObject({ kind: "serve", node: b.local.id, caller: a.local.id });

    await nodes.within(5000, Promise.allSettled([Never.caller(a)("bob", { timeoutMs: 300 })]));
    await nodes.until(() => served[2]!.length === 2, 5000, "the handler to be told");
    expect(calls.map((messages) => messages.length)).toEqual([2, 1, 2]);
    expect(served.map((messages) => messages.length)).toEqual([2, 1, 2]);
    expect(calls[1]![0]!.error).toMatchObject({ code: "timeout" });
    expect(calls[1]![0]).toBe(calls[2]![1]);
  });

  it("tell of groups: leaders, and what is asked of them", async () => {
    const { nodes } = context;
    const leaders = heard("mosaik:group:leader");
    const online = heard("mosaik:group:online");
    const requests = heard("mosaik:request:end");
    const networks = await join(2);
    const groups = networks.map((network) => joinCounter(network));
    await nodes.within(15_000, allOnline(groups), "the group");
    for (const network of networks) {
      const [last] = of(leaders, network).slice(-1);
      expect(last).toMatchObject({ groupId: groups[0]!.id, event: { leader: groups[0]!.leader } });
      expect(of(online, network).length).toBeGreaterThan(0);
    }
    await nodes.within(5000, groups[0]!.execute(increment(1)));
    await nodes.within(5000, groups[1]!.query(undefined, "strong"));
    expect(requests.map(({ operation, commands, index }) => [operation, commands, index])).toEqual([
      ["execute", 1, 1],
      ["query", 0, 1],
    ]);
  });

  it("hear nothing of simulated nodes unless the simulation says so", async () => {
    const opened = heard("mosaik:network:open");
    await context.nodes.join("n0");
    expect(opened.length).toBe(context.nodes.world.kind === "live" ? 1 : 0);
  });
});
