import { describe, expect, it } from "vitest";
import type { Ticket } from "../../../src/network/index.js";
import type { Network } from "../../../src/node/index.js";
import { Digest, type PeerId } from "../../../src/primitives/index.js";
import { stream } from "../../../src/streams/index.js";
import type { TicketValidator } from "../../../src/tickets/index.js";
import { Es256, Es256SigningKey, jwt, JwtIssuer } from "../../../src/tickets/jwt/index.js";
import { useNodes, type Nodes } from "../../nodes.js";
import { Data1 } from "../../streams/data.js";
import { ticketFor, validatorFor } from "../../streams/jwt.js";
import { recorded } from "../../streams/recorded.js";

const HOUR_MS = 3_600_000;
/** The key pair of the Rust tests (openssl ecparam -genkey -name prime256v1). */
const PRIVATE_KEY = "de01776891476ee7bcd6ee9d9824d1440c7ae0c095ad71ad75d3d11a96647b85";
const PUBLIC_KEY = "0298a82ebe69ad57e0f7d5c2809a05188ff58572c5a5009015f26643f91e0d3236";

const alpha = { issuer: "issuer-alpha", secret: "secret-alpha" };
const beta = { issuer: "issuer-beta", secret: "secret-beta" };
const both = [alpha, beta].map(({ issuer, secret }) => validatorFor(secret, issuer));

function give(node: Network, ...tickets: Ticket[]): void {
  for (const ticket of tickets) node.discovery.addTicket(ticket);
}

/** One node consumes, asking for tickets; the first of the others is the only one that it subscribes to, and its datums arrive. */
async function onlyFirstIsConsumed(
  nodes: Nodes,
  all: readonly Network[],
  validators: TicketValidator | TicketValidator[],
): Promise<void> {
  const [n0, ...others] = all;
  const [first] = others.map((node) => node.streams.produce(Data1));
  const consumer = n0!.streams.consume(Data1, { requireProducerTicket: validators });
  const events = recorded(consumer.events());
  await nodes.discoverAll(...all);
  await nodes.within(5000, consumer.when().subscribed(), "the producer with the tickets");
  const refused = (): Set<PeerId> =>
    new Set(events.flatMap((event) => (event.kind === "refused" ? [event.producer] : [])));
  await nodes.until(() => refused().size === others.length - 1, 5000, "the others to be turned away");
  expect(refused()).toEqual(new Set(others.slice(1).map(({ local }) => local.id)));
  expect(consumer.producers().map(({ producerId }) => producerId)).toEqual([others[0]!.local.id]);
  await nodes.within(5000, first!.send("hello"));
  expect(await nodes.within(5000, consumer.recv())).toBe("hello");
}

/** One node produces, asking for tickets; the first of the others is the only consumer that it admits. */
async function onlyFirstIsAdmitted(
  nodes: Nodes,
  all: readonly Network[],
  validators: TicketValidator | TicketValidator[],
): Promise<void> {
  const [n0, ...others] = all;
  const producer = n0!.streams.producer(Data1, { requireConsumerTicket: validators });
  const events = recorded(producer.events());
  const consumers = others.map((node) => node.streams.consume(Data1));
  await nodes.discoverAll(...all);
  await nodes.within(5000, consumers[0]!.when().subscribed(), "the consumer with the tickets");
  const refused = (): Set<PeerId> =>
    new Set(events.flatMap((event) => (event.kind === "refused" ? [event.consumer] : [])));
  await nodes.until(() => refused().size === others.length - 1, 5000, "the others to be refused");
  expect(refused()).toEqual(new Set(others.slice(1).map(({ local }) => local.id)));
  expect(producer.consumers().map(({ consumerId }) => consumerId)).toEqual([others[0]!.local.id]);
  await nodes.within(5000, producer.send("hello"));
  expect(await nodes.within(5000, consumers[0]!.recv())).toBe("hello");
  for (const consumer of consumers.slice(1)) expect(consumer.when().subscribed().isMet).toBe(false);
}

describe("tests/tickets/jwt.rs", () => {
  const context = useNodes();

  it("stream_consumer", async () => {
    const { nodes } = context;
    const all = await nodes.joinMany(4);
    give(all[1]!, ticketFor(all[1]!));
    give(all[2]!, ticketFor(all[2]!, { expiresInMs: -HOUR_MS }));
    await onlyFirstIsConsumed(nodes, all, validatorFor(undefined, "mosaik.test.jwt.issuer"));
  });

  it("stream_consumer_ticket_expiry", async () => {
    const { nodes } = context;
    const [n0, n1] = await nodes.joinMany(2);
    const producer = n1!.streams.produce(Data1);
    const consumer = n0!.streams.consume(Data1, { requireProducerTicket: validatorFor() });
    await nodes.discoverAll(n0!, n1!);
    // The clock of a ticket starts last: finding each other may take its time.
    give(n1!, ticketFor(n1!, { expiresInMs: 3000 }));
    n0!.discovery.feed(n1!.discovery.me());
    await nodes.within(3000, consumer.when().subscribed());
    await nodes.within(2000, producer.send("before-expiry"));
    expect(await nodes.within(2000, consumer.recv())).toBe("before-expiry");
    await nodes.within(5000, consumer.when().unsubscribed(), "the ticket to expire");
    expect(consumer.producers()).toEqual([]);
  });

  it("stream_producer", async () => {
    const { nodes } = context;
    const all = await nodes.joinMany(4);
    give(all[1]!, ticketFor(all[1]!));
    give(all[2]!, ticketFor(all[2]!, { expiresInMs: -HOUR_MS }));
    await onlyFirstIsAdmitted(nodes, all, validatorFor(undefined, "mosaik.test.jwt.issuer"));
  });

  it("stream_consumer_multiple_validators", async () => {
    const { nodes } = context;
    const all = await nodes.joinMany(4);
    give(all[1]!, ticketFor(all[1]!, alpha), ticketFor(all[1]!, beta));
    give(all[2]!, ticketFor(all[2]!, alpha));
    give(all[3]!, ticketFor(all[3]!, beta));
    await onlyFirstIsConsumed(nodes, all, both);
  });

  it("stream_producer_multiple_validators", async () => {
    const { nodes } = context;
    const all = await nodes.joinMany(4);
    give(all[1]!, ticketFor(all[1]!, alpha), ticketFor(all[1]!, beta));
    give(all[2]!, ticketFor(all[2]!, alpha));
    give(all[3]!, ticketFor(all[3]!, beta));
    await onlyFirstIsAdmitted(nodes, all, both);
  });

  it("stream_producer_ticket_expiry", async () => {
    const { nodes } = context;
    const [n0, n1] = await nodes.joinMany(2);
    await nodes.discoverAll(n0!, n1!);
    const producer = n0!.streams.producer(Data1, { requireConsumerTicket: validatorFor() });
    const events = recorded(producer.events());
    give(n1!, ticketFor(n1!, { expiresInMs: 3000 }));
    n0!.discovery.feed(n1!.discovery.me());
    const consumer = n1!.streams.consume(Data1);
    await nodes.discoverAll(n0!, n1!);
    await nodes.within(3000, producer.when().subscribed());
    await nodes.within(2000, producer.send("before-expiry"));
    expect(await nodes.within(2000, consumer.recv())).toBe("before-expiry");
    await nodes.within(5000, producer.when().unsubscribed(), "the ticket to expire");
    expect(producer.consumers()).toEqual([]);
    expect(events.find(({ kind }) => kind === "disconnected")).toMatchObject({ consumer: n1!.local.id, code: 10403 });
  });

  it("es256_asymmetric_tickets", async () => {
    const { nodes } = context;
    const all = await nodes.joinMany(3);
    const { runtime, id } = all[1]!.local;
    const key = Es256SigningKey.random(runtime);
    const issuer = new JwtIssuer(key, { issuer: "es256-issuer", expiresInMs: HOUR_MS });
    give(all[1]!, issuer.issue(id, runtime.wallMs()));
    await onlyFirstIsConsumed(nodes, all, jwt({ keys: key.verifyingKey(), issuers: ["es256-issuer"] }));
  });

  it("es256_hex_const_key", async () => {
    const { nodes } = context;
    const all = await nodes.joinMany(3);
    const { runtime, id } = all[1]!.local;
    const key = Es256SigningKey.fromHex(PRIVATE_KEY);
    expect(key.verifyingKey().bytes).toEqual(Es256.fromHex(PUBLIC_KEY).bytes);
    const issuer = new JwtIssuer(key, { issuer: "es256-hex-issuer", expiresInMs: HOUR_MS });
    give(all[1]!, issuer.issue(id, runtime.wallMs()));
    await onlyFirstIsConsumed(nodes, all, jwt({ keys: Es256.fromHex(PUBLIC_KEY), issuers: ["es256-hex-issuer"] }));
  });

  it("es256_stream_macro_hex_key", async () => {
    const { nodes } = context;
    const networkId = "mosaik.test.es256.stream.network";
    const Es256AuthStream = stream("es256.auth.stream", Data1, {
      requireProducerTicket: jwt({
        keys: Es256.fromHex(PUBLIC_KEY),
        issuers: ["es256-macro-issuer"],
        audiences: [Digest.from(networkId).hex],
      }),
    });
    const [n0, n1, n2] = await nodes.joinMany(3, networkId);
    const audience = n0!.local.networkId.hex;
    const issuer = new JwtIssuer(Es256SigningKey.fromHex(PRIVATE_KEY), { issuer: "es256-macro-issuer", audience });
    give(n0!, issuer.issue(n0!.local.id, n0!.local.runtime.wallMs(), { expiresInMs: HOUR_MS }));
    const producer = Es256AuthStream.producer(n0!);
    Es256AuthStream.producer(n2!);
    const consumer = Es256AuthStream.consumer(n1!);
    const events = recorded(consumer.events());
    await nodes.discoverAll(n0!, n1!, n2!);
    await nodes.within(5000, consumer.when().subscribed());
    await nodes.until(() => events.some(({ kind }) => kind === "refused"), 5000, "the other to be turned away");
    expect(consumer.producers().map(({ producerId }) => producerId)).toEqual([n0!.local.id]);
    await nodes.within(5000, producer.send("es256-macro"));
    expect(await nodes.within(5000, consumer.recv())).toBe("es256-macro");
  });
});
