import { describe, expect, it } from "vitest";
import type { PeerInfo } from "../../../src/network/index.js";
import { Digest, type PeerId } from "../../../src/primitives/index.js";
import type { Producer } from "../../../src/streams/index.js";
import { Expiration, InvalidTicket, validateTicket } from "../../../src/tickets/index.js";
import { Hs256, jwt, JwtIssuer } from "../../../src/tickets/jwt/index.js";
import { useNodes } from "../../nodes.js";
import { PlainValidator } from "../../tickets/validators.js";
import { Data1 } from "../data.js";
import { happeningsAt } from "./happenings.js";

const tagged =
  (tag: string) =>
  ({ entry }: PeerInfo): boolean =>
    entry.tags.has(Digest.from(tag));
const consumersOf = (producer: Producer<string>): Set<PeerId> =>
  new Set(producer.consumers().map(({ consumerId }) => consumerId));

describe("tests/streams/producer/auth.rs", () => {
  const context = useNodes();

  it("require_chaining", async () => {
    const { nodes } = context;
    const n0 = await nodes.join("n0");
    const both = await nodes.join("both", "test", { discovery: { tags: ["tag1", "tag2"] } });
    const one = await nodes.join("one", "test", { discovery: { tags: ["tag1"] } });
    const none = await nodes.join("none", "test", { discovery: { tags: ["tag3"] } });
    const producer = n0.streams.producer(Data1, { requireConsumer: [tagged("tag1"), tagged("tag2")] });
    const happenings = happeningsAt(producer);
    const consumers = [both, one, none].map((node) => node.streams.consume(Data1));
    await nodes.discoverAll(n0, both, one, none);
    await nodes.within(5000, consumers[0]!.when().subscribed(), "the consumer with both tags");
    const refused = (): boolean => [one, none].every(({ local }) => happenings.refusals(local.id).length > 0);
    await nodes.until(refused, 5000, "the others to be refused");
    expect(happenings.refusals(one.local.id)[0]).toBe(10403);
    expect(happenings.refusals(none.local.id)[0]).toBe(10403);
    expect(consumersOf(producer)).toEqual(new Set([both.local.id]));
    for (const consumer of consumers.slice(1)) expect(consumer.when().subscribed().isMet).toBe(false);
  });

  it("by_tag", async () => {
    const { nodes } = context;
    const [n0, n1] = await nodes.joinMany(2);
    const n3 = await nodes.join("n3", "test", { discovery: { tags: ["tag1", "tag2"] } });
    const n4 = await nodes.join("n4", "test", { discovery: { tags: ["tag3", "tag4"] } });
    const restricted = n0!.streams.producer(Data1, { requireConsumer: tagged("tag2") });
    const open = n1!.streams.produce(Data1);
    const happenings = happeningsAt(restricted);
    const c3 = n3.streams.consume(Data1);
    const c4 = n4.streams.consume(Data1);
    await nodes.discoverAll(n0!, n1!, n3, n4);
    await nodes.within(5000, c3.when().subscribed().minimumOf(2), "the tagged consumer at both");
    await nodes.within(5000, c4.when().subscribed(), "the other at the open one");
    await nodes.within(5000, open.when().subscribed().minimumOf(2), "both at the open producer");
    await nodes.until(() => happenings.refusals(n4.local.id).length > 0, 5000, "the refusal");
    expect(consumersOf(restricted)).toEqual(new Set([n3.local.id]));
    expect(consumersOf(open)).toEqual(new Set([n3.local.id, n4.local.id]));
  });

  it("by_jwt_ticket", async () => {
    const { nodes } = context;
    const [n0, n1, n2, n3] = await nodes.joinMany(4);
    await nodes.discoverAll(n0!, n1!, n2!, n3!);
    const key = new Hs256(new Uint8Array(32).fill(7));
    const issuer = new JwtIssuer(key, { issuer: "mosaik.test.jwt.issuer" });
    const validator = jwt({ keys: key, issuers: ["mosaik.test.jwt.issuer"] });
    const wallMs = (): number => n0!.local.runtime.wallMs();
    n1!.discovery.addTicket(issuer.issue(n1!.local.id, wallMs(), { expiresAt: Expiration.inHours(1, wallMs()) }));
    n2!.discovery.addTicket(issuer.issue(n2!.local.id, wallMs(), { expiresAt: Expiration.alreadyExpired(wallMs()) }));
    const producer = n0!.streams.producer(Data1, {
      requireConsumer: ({ entry }) =>
        !(
          validateTicket(entry, validator, wallMs(), (error) => expect(error).toBeUndefined()) instanceof InvalidTicket
        ),
    });
    const happenings = happeningsAt(producer);
    const [c1, c2, c3] = [n1!, n2!, n3!].map((node) => node.streams.consume(Data1));
    await nodes.within(5000, c1!.when().subscribed(), "the consumer with a valid ticket");
    const refused = (): boolean => [n2!, n3!].every(({ local }) => happenings.refusals(local.id).length > 0);
    await nodes.until(refused, 5000, "the others to be refused");
    expect(consumersOf(producer)).toEqual(new Set([n1!.local.id]));
    await nodes.within(5000, producer.send("one"));
    expect(await nodes.within(5000, c1!.recv())).toBe("one");
    for (const consumer of [c2!, c3!]) expect(consumer.when().subscribed().isMet).toBe(false);
  });
});

describe("who a producer admits, and keeps", () => {
  const context = useNodes();

  it("asks for a ticket, and closes with 10403 what comes without", async () => {
    const { nodes } = context;
    const [n0, n1, n2] = await nodes.joinMany(3);
    const validator = new PlainValidator("voucher");
    n1!.discovery.addTicket(validator.ticket(Expiration.never));
    const producer = n0!.streams.producer(Data1, { requireConsumerTicket: validator });
    const happenings = happeningsAt(producer);
    const consumer = n1!.streams.consume(Data1);
    n2!.streams.consume(Data1);
    await nodes.discoverAll(n0!, n1!, n2!);
    await nodes.within(5000, consumer.when().subscribed(), "the consumer with a ticket");
    await nodes.until(() => happenings.refusals(n2!.local.id).length > 0, 5000, "the refusal");
    expect(happenings.refusals(n2!.local.id)[0]).toBe(10403);
    expect(
      n0!.metrics.counter("mosaik.streams.producer.consumers.rejected", { stream: producer.streamId.short() }).value,
    ).toBeGreaterThan(0);
  });

  it("ends a subscription with 10403 when its ticket expires in mid-stream, and begins again with a new one", async () => {
    const { nodes } = context;
    const [n0, n1] = await nodes.joinMany(2);
    const validator = new PlainValidator("voucher");
    const { runtime } = n0!.local;
    n1!.discovery.addTicket(validator.ticket(Expiration.after(1500, runtime.wallMs())));
    const producer = n0!.streams.producer(Data1, { requireConsumerTicket: [validator] });
    const happenings = happeningsAt(producer);
    const consumer = n1!.streams.consume(Data1);
    await nodes.discoverAll(n0!, n1!);
    await nodes.within(1400, producer.send("in time"), "the datum to be sent");
    expect(await nodes.within(1000, consumer.recv())).toBe("in time");
    await nodes.until(() => happenings.of("disconnected").length > 0, 5000, "the ticket to expire");
    expect(happenings.of("disconnected")[0]).toMatchObject({ consumer: n1!.local.id, code: 10403 });
    expect(happenings.of("gap")).toHaveLength(1);
    n1!.discovery.replaceTicket(validator.ticket(Expiration.never));
    await nodes.within(15_000, producer.send("renewed"), "the subscription to be renewed");
    expect(await nodes.within(5000, consumer.recv())).toBe("renewed");
  });

  it("keeps a consumer that renews its ticket before it expires", async () => {
    const { nodes } = context;
    const [n0, n1] = await nodes.joinMany(2);
    const validator = new PlainValidator("voucher");
    const { runtime } = n0!.local;
    const until = runtime.wallMs() + 1500;
    n1!.discovery.addTicket(validator.ticket(Expiration.after(1500, runtime.wallMs())));
    const producer = n0!.streams.producer(Data1, { requireConsumerTicket: [validator] });
    const happenings = happeningsAt(producer);
    n1!.streams.consume(Data1);
    await nodes.discoverAll(n0!, n1!);
    await nodes.within(1400, producer.when().subscribed(), "the consumer");
    n1!.discovery.replaceTicket(validator.ticket(Expiration.never));
    await nodes.until(() => runtime.wallMs() > until + 200, 5000, "the first ticket to expire");
    expect(happenings.all.map(({ kind }) => kind)).toEqual(["connected"]);
  });

  it("lets a consumer go whose ticket is taken away, and takes it again with another", async () => {
    const { nodes } = context;
    const [n0, n1] = await nodes.joinMany(2);
    const validator = new PlainValidator("voucher");
    n1!.discovery.addTicket(validator.ticket(Expiration.never));
    const producer = n0!.streams.producer(Data1, { requireConsumerTicket: validator });
    const happenings = happeningsAt(producer);
    n1!.streams.consume(Data1);
    await nodes.discoverAll(n0!, n1!);
    await nodes.within(5000, producer.when().subscribed(), "the consumer");
    n1!.discovery.removeTicketsOf(validator.class);
    await nodes.within(5000, producer.when().unsubscribed(), "the consumer to be let go");
    expect(happenings.of("disconnected")[0]).toMatchObject({ consumer: n1!.local.id, code: 10403 });
    n1!.discovery.addTicket(validator.ticket(Expiration.never));
    await nodes.within(15_000, producer.when().subscribed(), "the consumer to be back");
  });

  it("judges consumers by what their entries say now", async () => {
    const { nodes } = context;
    const n0 = await nodes.join("n0");
    const n1 = await nodes.join("n1", "test", { discovery: { tags: ["trusted"] } });
    const producer = n0.streams.producer(Data1, { requireConsumer: tagged("trusted") });
    const happenings = happeningsAt(producer);
    const consumer = n1.streams.consume(Data1);
    await nodes.discoverAll(n0, n1);
    await nodes.within(5000, producer.when().subscribed(), "the consumer");
    n1.discovery.removeTags("trusted");
    await nodes.within(5000, producer.when().unsubscribed(), "the consumer to be let go");
    expect(happenings.of("disconnected")[0]).toMatchObject({ code: 10403 });
    n1.discovery.addTags("trusted");
    await nodes.within(15_000, producer.when().subscribed(), "the consumer to be back");
    await nodes.within(5000, consumer.when().subscribed());
  });

  it("counts by the labels that consumers carry now", async () => {
    const { nodes } = context;
    const [n0, n1] = await nodes.joinMany(2);
    const producer = n0!.streams.producer(Data1, { onlineWhen: (subscribed) => subscribed.withTags("ready") });
    n1!.streams.consume(Data1);
    await nodes.discoverAll(n0!, n1!);
    await nodes.within(5000, producer.when().subscribed(), "the consumer");
    expect(producer.isOnline).toBe(false);
    n1!.discovery.addTags("ready");
    await nodes.within(5000, producer.when().online(), "the label to be seen");
    n1!.discovery.removeTags("ready");
    await nodes.within(5000, producer.when().offline(), "its removal to be seen");
  });

  it("refuses who was refused without asking again, until its entry changes", async () => {
    const { nodes } = context;
    const [n0, n1] = await nodes.joinMany(2);
    let asked = 0;
    const producer = n0!.streams.producer(Data1, {
      requireConsumer: ({ entry }) => {
        asked++;
        return entry.tags.has(Digest.from("trusted"));
      },
    });
    const happenings = happeningsAt(producer);
    await nodes.discoverAll(n0!, n1!);
    const refusals = (): number => happenings.refusals(n1!.local.id).length;
    // Each consumer of the node has its own cool-down on its side, and asks at once.
    for (let i = 1; i <= 3; i++) {
      n1!.streams.consume(Data1);
      await nodes.until(() => refusals() >= i, 5000, `refusal ${i}`);
    }
    expect(asked).toBeLessThan(3);
    n1!.discovery.addTags("trusted");
    await nodes.within(15_000, producer.when().subscribed(), "the changed entry to be judged");
  });
});
