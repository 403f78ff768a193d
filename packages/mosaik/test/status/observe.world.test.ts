import { t } from "@mosaik/postcard";
import { describe, expect, it } from "vitest";
import { collection } from "../../src/collections/index.js";
import { func } from "../../src/functions/index.js";
import { GroupKey } from "../../src/groups/index.js";
import type { Network, NetworkOptions } from "../../src/node/index.js";
import { Digest } from "../../src/primitives/index.js";
import { observeStatus, StatusError, type ObservedStatus } from "../../src/status/observing/index.js";
// The part that is loaded when it is needed is here before virtual time begins.
import "../../src/status/serving/server.js";
import { stream } from "../../src/streams/index.js";
import { useNodes } from "../nodes.js";

const SECRET = "a secret of the observers, not to be guessed";
const INTERVAL_MS = 100;
const observed: NetworkOptions = { observe: { secret: SECRET, intervalMinMs: INTERVAL_MS } };

describe("observing a node", () => {
  const holder = useNodes();

  /** A node that lets others look, and one that looks; they know each other. */
  async function pair(options: NetworkOptions = observed): Promise<[node: Network, observer: Network]> {
    const { nodes } = holder;
    const node = await nodes.join("node", "test", options);
    const observer = await nodes.join("observer");
    await nodes.discoverAll(node, observer);
    return [node, observer];
  }

  /** What comes of the first look. */
  const look = (observer: Network, node: Network, secret?: string): Promise<ObservedStatus> => {
    const looking = observeStatus(observer, node.local.id, { secret, intervalMs: INTERVAL_MS });
    return holder.nodes.within(
      10_000,
      looking.next().then(async ({ value }) => {
        await looking.return();
        return value as ObservedStatus;
      }),
      "a look",
    );
  };

  const refused = (observer: Network, node: Network, secret?: string): Promise<unknown> =>
    look(observer, node, secret).then(
      () => "nothing",
      (error: unknown) => (error instanceof StatusError ? error.code : error),
    );

  /** Looks until a status satisfies the test. */
  async function lookFor(
    observer: Network,
    node: Network,
    isWanted: (status: ObservedStatus) => boolean,
  ): Promise<ObservedStatus> {
    const search = async (): Promise<ObservedStatus> => {
      for await (const status of observeStatus(observer, node.local.id, { secret: SECRET, intervalMs: INTERVAL_MS })) {
        if (isWanted(status)) return status;
      }
      throw new Error("the node left");
    };
    return holder.nodes.within(20_000, search(), "the status that is looked for");
  }

  it("is refused by nodes that were not asked to allow it", async () => {
    const [node, observer] = await pair({});
    expect(await refused(observer, node, SECRET)).toBe("notServed");
  });

  it("is refused without the secret, with another one, and with the right one after too many wrong ones", async () => {
    const [node, observer] = await pair();
    await expect(look(observer, node)).rejects.toMatchObject({ code: "notAllowed", peer: node.local.id });
    for (let i = 0; i < 5; i++) expect(await refused(observer, node, `${SECRET}!`)).toBe("notAllowed");
    expect(await refused(observer, node, SECRET)).toBe("notAllowed");
    const [sample] = node.metrics.samples().filter(({ name }) => name === "mosaik.status.observers.refused");
    expect(sample).toMatchObject({ value: 7, labels: { code: "403" } });
  });

  it("needs no secret of peers on the list, and refuses others", async () => {
    const { nodes } = holder;
    const observer = await nodes.join("observer");
    const other = await nodes.join("other");
    const node = await nodes.join("node", "test", { observe: { peers: [observer.local.id] } });
    await nodes.discoverAll(node, observer, other);
    expect((await look(observer, node)).id).toBe(node.local.id);
    expect(await refused(other, node, SECRET)).toBe("notAllowed");
  });

  it("introduces an observer that the node does not know", async () => {
    const { nodes } = holder;
    const node = await nodes.join("node", "test", observed);
    const observer = await nodes.join("observer");
    observer.discovery.insert(node.discovery.me().entry);
    expect((await look(observer, node, SECRET)).id).toBe(node.local.id);
  });

  it("tells of streams, functions, groups and collections, and how fast they go", async () => {
    const { nodes } = holder;
    const [node, observer] = await pair();
    const friend = await nodes.join("friend");
    await nodes.discoverAll(node, observer, friend);
    const Numbers = stream("numbers", t.u32);
    const Echo = func("echo", { request: t.string, response: t.string });
    const producer = Numbers.producer(node);
    const consumer = Numbers.consumer(friend);
    await nodes.within(10_000, producer.when().subscribed().toPromise(), "the subscription");
    const back = stream("back", t.u32).consumer(node);
    Echo.handle(node, (text) => text);
    const echo = Echo.caller(friend);
    const calling = Echo.caller(node);
    const group = node.groups.join({ key: GroupKey.fromSecret("status test") });
    const store = collection.map("status test", t.string, t.u32).writer(node);
    await nodes.within(30_000, store.when().online().toPromise(), "the collection");
    await nodes.within(30_000, group.when().leaderElected().toPromise(), "the group");
    await nodes.within(10_000, store.insert("a", 1), "an insert");
    await nodes.within(10_000, echo("hello"), "a call");
    const status = await lookFor(observer, node, ({ producers }) => {
      if (producers[0]?.perSecond !== undefined && producers[0].perSecond.sent > 0) return true;
      void producer.send(1);
      void consumer.recv();
      return false;
    });

    expect(status.uptimeMs).toBeGreaterThan(0);
    expect(status.peersCount).toBe(2);
    expect(status.producers).toMatchObject([
      { streamId: producer.streamId, isOnline: true, consumersCount: 1, dropped: 0 },
    ]);
    expect(status.producers[0]!.consumers).toMatchObject([{ peer: friend.local.id, state: "connected" }]);
    expect(status.consumers).toMatchObject([{ streamId: back.streamId, producersCount: 0, waiting: 0, datums: 0 }]);
    expect(status.handlers).toMatchObject([{ served: 1, failed: 0, inflight: 0 }]);
    expect(status.callers).toMatchObject([{ functionId: status.handlers[0]!.functionId, inflight: 0, attempts: 0 }]);
    expect(status.groups).toHaveLength(2);
    expect(status.groups.find(({ groupId }) => groupId === group.id)).toMatchObject({
      role: "leader",
      leader: node.local.id,
      isOnline: true,
      bondsCount: 0,
    });
    expect(status.collections).toMatchObject([
      { groupId: store.groupId, kind: "map", size: 1, version: store.version },
    ]);
    expect(status.omitted).toBe(0);
    // Neither the group's key nor the store's id, which is one.
    const told = JSON.stringify(status);
    for (const key of ["status test", Digest.from("status test").hex]) expect(told).not.toContain(key);
    await calling.close();
    await nodes.within(5000, producer.close(), "the producer to close");
    const without = await lookFor(observer, node, ({ producers }) => producers.length === 0);
    expect(without.handlers).toHaveLength(1);
  });

  it("is not told more often than the node wants, however often it asks", async () => {
    const [node, observer] = await pair({ observe: { secret: SECRET, intervalMinMs: 300 } });
    const runtime = await holder.nodes.world.runtime("clock");
    const begunMs = runtime.monoMs();
    const lookFourTimes = async (): Promise<void> => {
      let count = 0;
      for await (const _ of observeStatus(observer, node.local.id, { secret: SECRET, intervalMs: 1 })) {
        if (++count === 4) return;
      }
    };
    await holder.nodes.within(20_000, lookFourTimes(), "four statuses");
    expect(runtime.monoMs() - begunMs).toBeGreaterThanOrEqual(890);
  });

  it("holds a node up no more than one update if it is slow", async () => {
    const [node, observer] = await pair();
    const looking = observeStatus(observer, node.local.id, { secret: SECRET, intervalMs: INTERVAL_MS });
    await holder.nodes.within(10_000, looking.next(), "the first status");
    const sent = node.metrics.counter("mosaik.status.updates.sent");
    const runtime = await holder.nodes.world.runtime("clock");
    const begunMs = runtime.monoMs();
    await holder.nodes.until(() => runtime.monoMs() - begunMs > 20 * INTERVAL_MS, 10_000, "twenty intervals");
    expect(sent.value).toBe(1);
    const { value } = await holder.nodes.within(10_000, looking.next(), "the next status");
    expect((value as ObservedStatus).uptimeMs).toBeGreaterThan(20 * INTERVAL_MS);
    await looking.return();
  });

  it("gives its place back when it leaves, and is refused while there is none", async () => {
    const [node, observer] = await pair({ observe: { secret: SECRET, observersMax: 1 } });
    const looking = observeStatus(observer, node.local.id, { secret: SECRET });
    await holder.nodes.within(10_000, looking.next(), "the first status");
    const observers = node.metrics.gauge("mosaik.status.observers");
    expect(observers.value).toBe(1);
    expect(await refused(observer, node, SECRET)).toBe("noCapacity");
    await looking.return();
    await holder.nodes.until(() => observers.value === 0, 10_000, "the observer to be gone");
    expect((await look(observer, node, SECRET)).id).toBe(node.local.id);
  });

  it("ends when the node leaves", async () => {
    const [node, observer] = await pair();
    const looking = observeStatus(observer, node.local.id, { secret: SECRET, intervalMs: INTERVAL_MS });
    await holder.nodes.within(10_000, looking.next(), "the first status");
    const toTheEnd = async (): Promise<void> => {
      for await (const _ of looking);
    };
    const ended = toTheEnd();
    await holder.nodes.within(5000, node.close(), "the node to leave");
    await holder.nodes.within(10_000, ended, "the end");
  });

  it("ends with the signal's reason", async () => {
    const [node, observer] = await pair();
    const controller = new AbortController();
    const { signal } = controller;
    const looking = observeStatus(observer, node.local.id, { secret: SECRET, intervalMs: 60_000, signal });
    await holder.nodes.within(10_000, looking.next(), "the first status");
    const next = looking.next();
    controller.abort(new Error("enough"));
    await expect(holder.nodes.within(5000, next, "the end")).rejects.toThrow("enough");
  });

  it("cannot be done at oneself", async () => {
    const [node] = await pair();
    expect(await refused(node, node, SECRET)).toBe("invalidOption");
    expect(node.status.snapshot()).toMatchObject({ id: node.local.id, peersCount: 1, omitted: 0 });
  });
});
