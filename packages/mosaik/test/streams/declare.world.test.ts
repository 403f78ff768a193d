import { t } from "@mosaik/postcard";
import { describe, expect, it } from "vitest";
import type { PeerPredicate } from "../../src/network/index.js";
import type { Network } from "../../src/node/index.js";
import { Digest } from "../../src/primitives/index.js";
import { stream, type Consumer, type Producer } from "../../src/streams/index.js";
import { useNodes } from "../nodes.js";
import { Data1, Data2 } from "./data.js";
import { DEFAULT_ISSUER, ticketFor, validatorFor } from "./jwt.js";
import { recorded } from "./recorded.js";

const anybody: PeerPredicate = () => true;
const trusted: PeerPredicate = ({ entry }) => entry.tags.has(Digest.from("trusted"));
const CONST_STREAM_ID = Digest.from("const.stream");

const SimpleStream = stream(Data1);
const NamedStream = stream("named.stream", Data1);
const ProducerOnlyStream = stream.producerOnly("producer.only", Data1, { require: anybody });
const ConfiguredStream = stream("configured.stream", Data1, {
  require: anybody,
  producer: { onlineWhen: (c) => c.minimumOf(1) },
});
const TaggedProducerStream = stream.producerOnly("tagged.producer.stream", Data2, { require: trusted });
const TaggedConsumerStream = stream.consumerOnly("tagged.consumer.stream", Data2, { require: trusted });
const ConstIdStream = stream(CONST_STREAM_ID, Data1);
const TicketAuthStream = stream("ticket.auth.stream", Data1, { requireTicket: validatorFor() });
const ProducerTicketStream = stream.producerOnly("producer.ticket.stream", Data1, {
  requireTicket: validatorFor(undefined, DEFAULT_ISSUER),
});
const ConsumerTicketStream = stream.consumerOnly("consumer.ticket.stream", Data1, { requireTicket: validatorFor() });
const alpha = { secret: "secret-alpha", issuer: "issuer-alpha" };
const beta = { secret: "secret-beta", issuer: "issuer-beta" };
const MultiTicketStream = stream("multi.ticket.stream", Data1, {
  requireTicket: [validatorFor(alpha.secret, alpha.issuer), validatorFor(beta.secret, beta.issuer)],
});

describe("tests/streams/declare.rs", () => {
  const context = useNodes();

  async function delivers(producer: Producer<string>, consumer: Consumer<string>, text: string): Promise<void> {
    const { nodes } = context;
    await nodes.within(5000, consumer.when().subscribed(), "the subscription");
    await nodes.within(5000, producer.send(text), "the datum to be sent");
    expect(await nodes.within(5000, consumer.recv())).toBe(text);
  }

  /** Waits until both sides' refusals have come, and makes sure that the consumer has no subscription. */
  async function isRefused(consumer: Consumer<string>, events: readonly { kind: string }[]): Promise<void> {
    await context.nodes.until(() => events.some(({ kind }) => kind === "refused"), 10_000, "the refusal");
    expect(consumer.when().subscribed().isMet).toBe(false);
  }

  async function pair(): Promise<[Network, Network]> {
    const [n0, n1] = await context.nodes.joinMany(2);
    return [n0!, n1!];
  }

  it("stream_macro_simple", async () => {
    const [n0, n1] = await pair();
    const [producer, consumer] = [SimpleStream.producer(n0), SimpleStream.consumer(n1)];
    expect(producer.streamId).toBe(Digest.from("all::Data1"));
    await context.nodes.discoverAll(n0, n1);
    await delivers(producer, consumer, "hello macro");
  });

  it("stream_macro_named", async () => {
    const [n0, n1] = await pair();
    const [producer, consumer] = [NamedStream.producer(n0), NamedStream.consumer(n1)];
    expect([producer.streamId, consumer.streamId]).toEqual([Digest.from("named.stream"), Digest.from("named.stream")]);
    await context.nodes.discoverAll(n0, n1);
    await delivers(producer, consumer, "hello named");
  });

  it("stream_macro_configured", async () => {
    const [n0, n1] = await pair();
    const [producer, consumer] = [ConfiguredStream.producer(n0), ConfiguredStream.consumer(n1)];
    await context.nodes.discoverAll(n0, n1);
    await delivers(producer, consumer, "hello configured");
  });

  it("stream_macro_producer_only", async () => {
    const [n0, n1] = await pair();
    expect("consumer" in ProducerOnlyStream).toBe(false);
    const producer = ProducerOnlyStream.producer(n0);
    const consumer = n1.streams.consume(Data1, { streamId: "producer.only" });
    await context.nodes.discoverAll(n0, n1);
    await delivers(producer, consumer, "hello producer only");
  });

  it("stream_macro_producer_require", async () => {
    const { nodes } = context;
    const n0 = await nodes.join("n0");
    const n1 = await nodes.join("n1", "test", { discovery: { tags: ["trusted"] } });
    const n2 = await nodes.join("n2");
    const producer = TaggedProducerStream.producer(n0);
    const [c1, c2] = [n1, n2].map((node) => node.streams.consume(Data2, { streamId: "tagged.producer.stream" }));
    const events = recorded(c2!.events());
    await nodes.discoverAll(n0, n1, n2);
    await delivers(producer, c1!, "hello trusted consumer");
    await isRefused(c2!, events);
    expect(events.find(({ kind }) => kind === "refused")).toMatchObject({ producer: n0.local.id, code: 10403 });
  });

  it("stream_macro_consumer_require", async () => {
    const { nodes } = context;
    const n0 = await nodes.join("n0");
    const n1 = await nodes.join("n1", "test", { discovery: { tags: ["trusted"] } });
    const n2 = await nodes.join("n2");
    const consumer = TaggedConsumerStream.consumer(n0);
    expect("producer" in TaggedConsumerStream).toBe(false);
    const events = recorded(consumer.events());
    const [p1] = [n1, n2].map((node) => node.streams.producer(Data2, { streamId: "tagged.consumer.stream" }));
    await nodes.discoverAll(n0, n1, n2);
    await nodes.within(5000, consumer.when().subscribed());
    await nodes.until(() => events.some(({ kind }) => kind === "refused"), 5000, "the other to be turned away");
    expect(consumer.producers().map(({ producerId }) => producerId)).toEqual([n1.local.id]);
    await delivers(p1!, consumer, "hello from trusted producer");
  });

  it("stream_macro_const_id", async () => {
    const [n0, n1] = await pair();
    const [producer, consumer] = [ConstIdStream.producer(n0), ConstIdStream.consumer(n1)];
    expect([producer.streamId, consumer.streamId]).toEqual([CONST_STREAM_ID, CONST_STREAM_ID]);
    await context.nodes.discoverAll(n0, n1);
    await delivers(producer, consumer, "hello const id");
  });

  it("stream_macro_require_ticket", async () => {
    const { nodes } = context;
    const [n0, n1, n2, n3] = await nodes.joinMany(4);
    for (const node of [n0!, n1!]) node.discovery.addTicket(ticketFor(node));
    n2!.discovery.addTicket(ticketFor(n2!, { expiresInMs: -3_600_000 }));
    const producer = TicketAuthStream.producer(n0!);
    const [c1, c2, c3] = [n1!, n2!, n3!].map((node) => TicketAuthStream.consumer(node));
    const refusals = [c2!, c3!].map((consumer) => recorded(consumer.events()));
    await nodes.discoverAll(n0!, n1!, n2!, n3!);
    await delivers(producer, c1!, "ticket-gated");
    for (const [i, consumer] of [c2!, c3!].entries()) await isRefused(consumer, refusals[i]!);
  });

  it("stream_macro_producer_require_ticket", async () => {
    const { nodes } = context;
    const [n0, n1, n2] = await nodes.joinMany(3);
    n1!.discovery.addTicket(ticketFor(n1!));
    const producer = ProducerTicketStream.producer(n0!);
    const [c1, c2] = [n1!, n2!].map((node) => node.streams.consume(Data1, { streamId: "producer.ticket.stream" }));
    const events = recorded(c2!.events());
    await nodes.discoverAll(n0!, n1!, n2!);
    await delivers(producer, c1!, "producer ticket");
    await isRefused(c2!, events);
  });

  it("stream_macro_consumer_require_ticket", async () => {
    const { nodes } = context;
    const [n0, n1, n2] = await nodes.joinMany(3);
    n1!.discovery.addTicket(ticketFor(n1!));
    const consumer = ConsumerTicketStream.consumer(n0!);
    const events = recorded(consumer.events());
    const [p1] = [n1!, n2!].map((node) => node.streams.producer(Data1, { streamId: "consumer.ticket.stream" }));
    await nodes.discoverAll(n0!, n1!, n2!);
    await nodes.within(5000, consumer.when().subscribed());
    await nodes.until(() => events.some(({ kind }) => kind === "refused"), 5000, "the other to be turned away");
    expect(consumer.producers().map(({ producerId }) => producerId)).toEqual([n1!.local.id]);
    await delivers(p1!, consumer, "consumer ticket");
  });

  it("stream_macro_multiple_require_ticket", async () => {
    const { nodes } = context;
    const [n0, n1, n2, n3] = await nodes.joinMany(4);
    for (const node of [n0!, n1!, n2!]) node.discovery.addTicket(ticketFor(node, alpha));
    for (const node of [n0!, n1!, n3!]) node.discovery.addTicket(ticketFor(node, beta));
    const producer = MultiTicketStream.producer(n0!);
    const [c1, c2, c3] = [n1!, n2!, n3!].map((node) => MultiTicketStream.consumer(node));
    const refusals = [c2!, c3!].map((consumer) => recorded(consumer.events()));
    await nodes.discoverAll(n0!, n1!, n2!, n3!);
    await delivers(producer, c1!, "multi-ticket-gated");
    for (const [i, consumer] of [c2!, c3!].entries()) await isRefused(consumer, refusals[i]!);
  });
});

describe("declarations", () => {
  const context = useNodes();

  it("wait for the producer and the consumer to be online", async () => {
    const { nodes } = context;
    const [n0, n1] = await nodes.joinMany(2);
    const Online = stream("online", t.u32, { consumer: { onlineWhen: (c) => c.minimumOf(1) } });
    const opening = [Online.onlineProducer(n0!), Online.onlineConsumer(n1!)] as const;
    await nodes.discoverAll(n0!, n1!);
    const [producer, consumer] = await nodes.within(5000, Promise.all(opening));
    expect([producer.isOnline, consumer.isOnline]).toEqual([true, true]);
    await nodes.within(5000, producer.send(7));
    expect(await nodes.within(5000, consumer.recv())).toBe(7);
  });

  it("close what was not waited for to the end", async () => {
    const { nodes } = context;
    const node = await nodes.join("n0");
    const aborter = new AbortController();
    const Never = stream("never", t.u32, { onlineWhen: (c) => c.minimumOf(1) });
    const { signal } = aborter;
    const waits = [Never.onlineProducer(node, { signal }), Never.onlineConsumer(node, { signal })];
    const outcomes = waits.map((wait) => expect(wait).rejects.toThrow("enough"));
    aborter.abort(new Error("enough"));
    await nodes.within(5000, Promise.all(outcomes));
    expect(node.discovery.me().entry.streams.size).toBe(0);
    expect(node.metrics.gauge("mosaik.streams.consumers.active").value).toBe(0);
  });

  it("options given later win, and predicates and validators count as well", () => {
    const validator = validatorFor();
    const First = stream.consumerOnly("merge", t.u32, {
      require: anybody,
      requireProducer: trusted,
      requireTicket: validator,
      maxProducers: 3,
      whenFull: "dropOldest",
    });
    expect(First.consumerOptions).toMatchObject({ maxProducers: 3, whenFull: "dropOldest" });
    expect(First.consumerOptions.requireProducer).toEqual([anybody, trusted]);
    const opened: unknown[] = [];
    const streams = { consume: (_: unknown, options: unknown) => opened.push(options) };
    First.consumer({ streams } as never, {
      requireProducer: anybody,
      requireProducerTicket: validator,
      maxProducers: 9,
    });
    expect(opened[0]).toMatchObject({
      streamId: Digest.from("merge"),
      requireProducer: [anybody, trusted, anybody],
      requireProducerTicket: [validator, validator],
      maxProducers: 9,
      whenFull: "dropOldest",
    });
  });

  it("with a name alone carry JSON", async () => {
    const { nodes } = context;
    const [n0, n1] = await nodes.joinMany(2);
    const Json = stream<{ a: number[] }>("json");
    const [producer, consumer] = [Json.producer(n0!), Json.consumer(n1!)];
    await nodes.discoverAll(n0!, n1!);
    await nodes.within(5000, producer.send({ a: [1, 2] }));
    expect(await nodes.within(5000, consumer.recv())).toEqual({ a: [1, 2] });
  });
});
