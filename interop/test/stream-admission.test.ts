import { Digest, stream, t, type Network, type PeerInfo } from "mosaik";
import { describe, expect, it } from "vitest";
import type { RustNode } from "../src/index.js";
import { HS256 } from "./jwt.js";
import { addrOf, gather, obstacle, until, useLanguages, within } from "./setup.js";

const Text = stream("admission", t.string);
const STREAM = { streamId: "admission" };
/** Rust looks again when its catalog changes: about every second. */
const SOON_MS = 10_000;
/** How long tickets are valid that expire: long enough to be used on a busy machine, short enough to be waited for. */
const LIFETIME_MS = 8_000;

const tagged =
  (...tags: string[]) =>
  ({ entry }: PeerInfo): boolean =>
    tags.every((tag) => entry.tags.has(Digest.from(tag)));

describe.skipIf(obstacle !== undefined)("who may produce and consume, among TypeScript and Rust", () => {
  const context = useLanguages();

  async function sent(producer: { send(text: string): Promise<void> }, text: string, rust: RustNode): Promise<void> {
    const mark = rust.peer.events.mark();
    await within(SOON_MS, producer.send(text), `${text} to be sent`);
    await rust.peer.events.waitFor("item", ({ value }) => value === text, { since: mark });
  }

  it("a TypeScript producer admits Rust consumers by their tags", async () => {
    const { ts, rust } = await context.languages.pair("tags of Rust consumers");
    const producer = Text.producer(ts, { requireConsumer: [tagged("red"), tagged("round")] });
    const events = gather(producer.events());
    await rust.addTags("red");
    await rust.consume("string", STREAM);
    await until(SOON_MS, () => events.some(({ kind }) => kind === "refused"), "the refusal");
    expect(events).toContainEqual(expect.objectContaining({ kind: "refused", code: 10403 }));
    expect(producer.consumers()).toEqual([]);
    await rust.addTags("round");
    await sent(producer, "admitted", rust);
    // Of its own accord Rust judges consumers only once; we go by what they are now.
    await rust.removeTags("red");
    await within(SOON_MS, producer.when().offline(), "the consumer to be closed");
    expect(events).toContainEqual(expect.objectContaining({ kind: "disconnected", code: 10403 }));
  });

  it("a Rust producer admits TypeScript consumers by their tags", async () => {
    const { ts, rust } = await context.languages.pair("tags of TypeScript consumers");
    ts.discovery.addTags("red");
    const producer = await rust.produce("string", { ...STREAM, requireTags: ["red", "round"] });
    const consumer = Text.consumer(ts);
    const events = gather(consumer.events());
    await until(SOON_MS, () => events.some(({ kind }) => kind === "refused"), "the refusal");
    expect(events).toContainEqual(expect.objectContaining({ kind: "refused", code: 10403 }));
    ts.discovery.addTags("round");
    await within(4 * SOON_MS, consumer.when().subscribed(), "the subscription");
    await producer.send(["admitted"]);
    expect(await within(SOON_MS, consumer.recv(), "the datum")).toBe("admitted");
  });

  it("a TypeScript consumer subscribes to Rust producers by their tags, and leaves one that loses its tag", async () => {
    const { languages } = context;
    const { ts, rust } = await languages.pair("tags of Rust producers");
    const other = await languages.rustNode("tags of Rust producers", "other", ["red"]);
    await ts.discovery.syncWith(other.addr);
    const producers = [await rust.produce("string", STREAM), await other.produce("string", STREAM)];
    const consumer = Text.consumer(ts, { requireProducer: tagged("red") });
    await within(SOON_MS, consumer.when().subscribed(), "the tagged producer");
    expect(consumer.producers().map(({ producerId }) => producerId.hex)).toEqual([other.id]);
    await other.removeTags("red");
    await within(SOON_MS, consumer.when().unsubscribed(), "the producer to be left");
    await producers[1]!.unsubscribed();
    await rust.addTags("red");
    await within(SOON_MS, consumer.when().subscribed(), "the other producer");
    expect(consumer.producers().map(({ producerId }) => producerId.hex)).toEqual([rust.id]);
  });

  it("a Rust consumer subscribes to TypeScript producers by their tags, and leaves one that loses its tag", async () => {
    const { languages } = context;
    const { ts, rust } = await languages.pair("tags of TypeScript producers");
    const producer = Text.producer(ts);
    await rust.consume("string", { ...STREAM, requireTags: ["red"] });
    await languages.rust.events.waitFor("peerUpdated", ({ entry }) => entry.streams.length === 1);
    expect(producer.consumers()).toEqual([]);
    ts.discovery.addTags("red");
    await sent(producer, "subscribed", rust);
    const events = gather(producer.events());
    ts.discovery.removeTags("red");
    await within(SOON_MS, producer.when().offline(), "the consumer to leave");
    expect(events).toContainEqual(expect.objectContaining({ kind: "disconnected", code: 102 }));
  });

  it("a TypeScript producer admits Rust consumers by their tickets, until they expire", async () => {
    const { ts, rust } = await context.languages.pair("tickets of Rust consumers");
    const producer = Text.producer(ts, { requireConsumerTicket: HS256.validator() });
    const events = gather(producer.events());
    await rust.consume("string", STREAM);
    await until(SOON_MS, () => events.some(({ kind }) => kind === "refused"), "the refusal");
    expect(events).toContainEqual(expect.objectContaining({ kind: "refused", code: 10403 }));
    await rust.addTicket(await rust.issueTicket({ ...HS256.issue, expiresInMs: LIFETIME_MS }));
    await sent(producer, "admitted", rust);
    await within(SOON_MS, producer.when().offline(), "the ticket to expire");
    expect(events).toContainEqual(expect.objectContaining({ kind: "disconnected", code: 10403 }));
    await rust.replaceTicket(await rust.issueTicket({ ...HS256.issue, expiresInMs: 60_000 }));
    await sent(producer, "renewed", rust);
  });

  it("a Rust producer admits TypeScript consumers by their tickets, until they expire", async () => {
    const { ts, rust } = await context.languages.pair("tickets of TypeScript consumers");
    const producer = await rust.produce("string", { ...STREAM, requireTickets: [HS256.rustValidator] });
    const consumer = Text.consumer(ts);
    const events = gather(consumer.events());
    await until(SOON_MS, () => events.some(({ kind }) => kind === "refused"), "the refusal");
    ts.discovery.addTicket(HS256.ticketFor(ts, { expiresInMs: LIFETIME_MS }));
    await within(4 * SOON_MS, consumer.when().subscribed(), "the subscription");
    await producer.send(["admitted"]);
    expect(await within(SOON_MS, consumer.recv(), "the datum")).toBe("admitted");
    await within(SOON_MS, consumer.when().unsubscribed(), "the ticket to expire");
    expect(events).toContainEqual(expect.objectContaining({ kind: "disconnected", code: 10403 }));
    ts.discovery.replaceTicket(HS256.ticketFor(ts));
    await within(4 * SOON_MS, consumer.when().subscribed(), "the subscription with the new ticket");
  });

  it("a TypeScript consumer subscribes to Rust producers by their tickets, until they expire", async () => {
    const { ts, rust } = await context.languages.pair("tickets of Rust producers");
    const producer = await rust.produce("string", STREAM);
    const consumer = Text.consumer(ts, { requireProducerTicket: HS256.validator() });
    await rust.addTicket(await rust.issueTicket({ ...HS256.issue, expiresInMs: LIFETIME_MS }));
    await within(SOON_MS, consumer.when().subscribed(), "the producer with a ticket");
    await within(SOON_MS, consumer.when().unsubscribed(), "the ticket to expire");
    await producer.unsubscribed();
    await rust.replaceTicket(await rust.issueTicket({ ...HS256.issue, expiresInMs: 60_000 }));
    await within(SOON_MS, consumer.when().subscribed(), "the producer with a new ticket");
  });

  it("a Rust consumer subscribes to TypeScript producers by their tickets, until they expire", async () => {
    const { ts, rust } = await context.languages.pair("tickets of TypeScript producers");
    const producer = Text.producer(ts);
    const events = gather(producer.events());
    await rust.consume("string", { ...STREAM, requireTickets: [HS256.rustValidator] });
    ts.discovery.addTicket(HS256.ticketFor(ts, { expiresInMs: LIFETIME_MS }));
    await sent(producer, "subscribed", rust);
    await within(SOON_MS, producer.when().offline(), "the ticket to expire");
    expect(events).toContainEqual(expect.objectContaining({ kind: "disconnected", code: 102 }));
    ts.discovery.replaceTicket(HS256.ticketFor(ts));
    await sent(producer, "renewed", rust);
  });

  it("a TypeScript producer has room for so many Rust consumers; the next takes the place of one that leaves", async () => {
    const { languages } = context;
    const { ts, rust } = await languages.pair("room for Rust");
    const producer = Text.producer(ts, { maxConsumers: 1 });
    const events = gather(producer.events());
    const first = await rust.consume("string", STREAM);
    await within(SOON_MS, producer.when().online(), "the first");
    const second = await rust.consume("string", STREAM);
    await until(SOON_MS, () => events.some(({ kind }) => kind === "refused"), "the refusal");
    expect(events).toContainEqual(expect.objectContaining({ kind: "refused", code: 10509 }));
    await first.drop();
    await second.subscribed(1, { timeoutMs: 30_000 });
  });

  it("a Rust producer has room for so many TypeScript consumers; the next takes the place of one that leaves", async () => {
    const { languages } = context;
    const { ts, rust } = await languages.pair("room for TypeScript");
    const producer = await rust.produce("string", { ...STREAM, maxConsumers: 1 });
    const first = Text.consumer(ts);
    await within(SOON_MS, first.when().subscribed(), "the first");
    const second = Text.consumer(ts);
    const events = gather(second.events());
    await until(SOON_MS, () => events.length > 0, "the refusal");
    expect(events[0]).toMatchObject({ kind: "refused", code: 10509 });
    await first.close();
    await within(30_000, second.when().subscribed(), "the place");
    await producer.send(["to the second"]);
    expect(await within(SOON_MS, second.recv(), "the datum")).toBe("to the second");
  });

  it("a Rust consumer that does not know a TypeScript producer's node yet finds it by one sync of catalogs", async () => {
    const { languages } = context;
    const ts: Network = await languages.ts("met by a sync");
    const rust = await languages.rustNode("met by a sync");
    const producer = Text.producer(ts);
    const consumer = await rust.consume("string", STREAM);
    await rust.syncWith(addrOf(ts));
    await sent(producer, "found", rust);
    expect(await consumer.info()).toMatchObject({ count: 1 });
  });
});
