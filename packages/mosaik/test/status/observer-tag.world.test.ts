import { t } from "@mosaik/postcard";
import { describe, expect, it } from "vitest";
import { func } from "../../src/functions/index.js";
import type { Network } from "../../src/node/index.js";
import { OBSERVER_TAG } from "../../src/primitives/index.js";
import { stream } from "../../src/streams/index.js";
import { useNodes } from "../nodes.js";

const Numbers = stream("numbers", t.u32);

describe("a node with the label of observers", () => {
  const holder = useNodes();

  async function network(): Promise<{ node: Network; observer: Network; member: Network }> {
    const { nodes } = holder;
    const node = await nodes.join("node");
    const observer = await nodes.join("observer", "test", { discovery: { tags: [OBSERVER_TAG] } });
    const member = await nodes.join("member");
    await nodes.discoverAll(node, observer, member);
    return { node, observer, member };
  }

  it("does not bring a producer on line, and does not count among its consumers", async () => {
    const { nodes } = holder;
    const { node, observer, member } = await network();
    const producer = Numbers.producer(node);
    const seen = Numbers.consumer(observer);
    await nodes.within(10_000, seen.when().subscribed().toPromise(), "the observer to be subscribed");
    await nodes.until(() => producer.consumers().length === 1, 10_000, "the subscription");
    expect(producer.isOnline).toBe(false);
    expect(producer.when().subscribed().isMet).toBe(false);
    expect(producer.when().subscribed().withTags(OBSERVER_TAG).isMet).toBe(true);

    const consumer = Numbers.consumer(member);
    await nodes.within(10_000, producer.when().online().toPromise(), "the member to be subscribed");
    expect(producer.when().subscribed().minimumOf(2).isMet).toBe(false);
    await nodes.within(5000, producer.send(7), "the datum to be sent");
    expect(await nodes.within(5000, seen.recv(), "the observer's datum")).toBe(7);
    expect(await nodes.within(5000, consumer.recv(), "the member's datum")).toBe(7);
  });

  it("takes no place among maxConsumers", async () => {
    const { nodes } = holder;
    const { node, observer, member } = await network();
    const producer = Numbers.producer(node, { maxConsumers: 1 });
    Numbers.consumer(observer);
    await nodes.until(() => producer.consumers().length === 1, 10_000, "the observer");
    const consumer = Numbers.consumer(member);
    await nodes.until(() => producer.consumers().length === 2, 10_000, "the member beside it");
    await consumer.close();
    await nodes.until(() => producer.consumers().length === 1, 10_000, "the member to be gone");
    Numbers.consumer(member);
    await nodes.until(() => producer.consumers().length === 2, 10_000, "the member in its place again");
  });

  it("does not make a function available", async () => {
    const { nodes } = holder;
    const { node, observer, member } = await network();
    const Echo = func("echo", { request: t.u32, response: t.u32 });
    Echo.handle(observer, (value) => value);
    await nodes.until(
      () => node.discovery.catalog.get(observer.local.id)?.entry.functions.size === 1,
      10_000,
      "the handler to be known",
    );
    const echo = Echo.caller(node);
    expect(echo.when().available().isMet).toBe(false);
    Echo.handle(member, (value) => value);
    await nodes.within(10_000, echo.when().available().toPromise(), "a handler that counts");
  });
});
