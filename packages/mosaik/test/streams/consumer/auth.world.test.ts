import { describe, expect, it } from "vitest";
import type { PeerPredicate } from "../../../src/network/index.js";
import { Digest } from "../../../src/primitives/index.js";
import { InvalidTicket, validateTicket } from "../../../src/tickets/index.js";
import { useNodes } from "../../nodes.js";
import { Data1 } from "../data.js";
import { ticketFor, validatorFor } from "../jwt.js";
import { recorded } from "../recorded.js";

const tagged =
  (tag: string): PeerPredicate =>
  ({ entry }) =>
    entry.tags.has(Digest.from(tag));

describe("tests/streams/consumer/auth.rs", () => {
  const context = useNodes();

  it("require_chaining", async () => {
    const { nodes } = context;
    const consuming = await nodes.join("consuming");
    const both = await nodes.join("both", "test", { discovery: { tags: ["tag1", "tag2"] } });
    const one = await nodes.join("one", "test", { discovery: { tags: ["tag1"] } });
    const none = await nodes.join("none", "test", { discovery: { tags: ["tag3"] } });
    for (const node of [both, one, none]) node.streams.produce(Data1);
    const consumer = consuming.streams.consume(Data1, { requireProducer: [tagged("tag1"), tagged("tag2")] });
    const events = recorded(consumer.events());
    await nodes.discoverAll(consuming, both, one, none);
    await nodes.within(5000, consumer.when().subscribed(), "the producer with both tags");
    const turnedAway = (): unknown[] => events.flatMap((event) => (event.kind === "refused" ? [event.producer] : []));
    await nodes.until(() => turnedAway().length === 2, 5000, "two producers to be turned away");
    expect(new Set(turnedAway())).toEqual(new Set([one.local.id, none.local.id]));
    expect(consumer.producers().map(({ producerId }) => producerId)).toEqual([both.local.id]);
  });

  it("by_tag", async () => {
    const { nodes } = context;
    const n0 = await nodes.join("n0");
    const n1 = await nodes.join("n1", "test", { discovery: { tags: ["tag1", "tag2"] } });
    const n2 = await nodes.join("n2", "test", { discovery: { tags: ["tag4", "tag5"] } });
    const restricted = n0.streams.consume(Data1, { requireProducer: tagged("tag2") });
    const open = n0.streams.consume(Data1);
    const [p1, p2] = [n1.streams.produce(Data1), n2.streams.produce(Data1)];
    await nodes.discoverAll(n0, n1, n2);
    await nodes.within(5000, restricted.when().subscribed());
    await nodes.within(5000, open.when().subscribed().minimumOf(2));
    await nodes.within(5000, p2.when().subscribed());
    await nodes.until(() => p1.consumers().filter(({ isConnected }) => isConnected).length === 2, 5000, "two of n0's");
    expect(restricted.producers().map(({ producerId }) => producerId)).toEqual([n1.local.id]);
    expect(new Set(open.producers().map(({ producerId }) => producerId))).toEqual(new Set([n1.local.id, n2.local.id]));
    expect(p2.consumers()).toHaveLength(1);
  });

  it("by_jwt_ticket", async () => {
    const { nodes } = context;
    const [n0, n1, n2, n3] = await nodes.joinMany(4);
    n1!.discovery.addTicket(ticketFor(n1!));
    n2!.discovery.addTicket(ticketFor(n2!, { expiresInMs: -3_600_000 }));
    const [p1] = [n1!, n2!, n3!].map((node) => node.streams.produce(Data1));
    const validator = validatorFor();
    const consumer = n0!.streams.consume(Data1, {
      requireProducer: ({ entry }) => {
        const verdict = validateTicket(entry, validator, n0!.local.runtime.wallMs(), (error) => {
          throw error;
        });
        return !(verdict instanceof InvalidTicket);
      },
    });
    const events = recorded(consumer.events());
    await nodes.discoverAll(n0!, n1!, n2!, n3!);
    await nodes.within(5000, consumer.when().subscribed());
    await nodes.until(
      () => events.filter(({ kind }) => kind === "refused").length === 2,
      5000,
      "two to be turned away",
    );
    expect(consumer.producers().map(({ producerId }) => producerId)).toEqual([n1!.local.id]);
    await nodes.within(5000, p1!.send("hello"));
    expect(await nodes.within(5000, consumer.recv())).toBe("hello");
  });

  it("dynamic_tag_reevaluation", async () => {
    const { nodes } = context;
    const n0 = await nodes.join("n0");
    const n1 = await nodes.join("n1", "test", { discovery: { tags: ["leader"] } });
    const n2 = await nodes.join("n2", "test", { discovery: { tags: ["follower"] } });
    const consumer = n0.streams.consume(Data1, { requireProducer: tagged("leader") });
    const events = recorded(consumer.events());
    for (const node of [n1, n2]) node.streams.produce(Data1);
    await nodes.discoverAll(n0, n1, n2);
    await nodes.within(3000, consumer.when().subscribed());
    expect(consumer.producers().map(({ producerId }) => producerId)).toEqual([n1.local.id]);

    n1.discovery.removeTags("leader");
    n0.discovery.feed(n1.discovery.me());
    await nodes.within(3000, consumer.when().unsubscribed());
    expect(consumer.producers()).toEqual([]);
    const gone = events.find(({ kind }) => kind === "disconnected");
    expect(gone).toMatchObject({ producer: n1.local.id, code: 102 });

    n2.discovery.addTags("leader");
    n0.discovery.feed(n2.discovery.me());
    await nodes.within(3000, consumer.when().subscribed());
    expect(consumer.producers().map(({ producerId }) => producerId)).toEqual([n2.local.id]);
  });
});

describe("tickets of producers", () => {
  const context = useNodes();

  it("a producer is subscribed to while its ticket is valid: renewal keeps it, expiry ends it, a new ticket brings it back", async () => {
    const { nodes } = context;
    const [n0, n1] = await nodes.joinMany(2);
    const producer = n1!.streams.produce(Data1);
    const consumer = n0!.streams.consume(Data1, { requireProducerTicket: validatorFor() });
    const events = recorded(consumer.events());
    const show = (ticket: ReturnType<typeof ticketFor>): void => {
      n1!.discovery.replaceTicket(ticket);
      n0!.discovery.feed(n1!.discovery.me());
    };
    await nodes.discoverAll(n0!, n1!);
    await nodes.until(() => events.some(({ kind }) => kind === "refused"), 5000, "the producer to be turned away");

    show(ticketFor(n1!, { expiresInMs: 3000 }));
    await nodes.within(2500, consumer.when().subscribed());
    show(ticketFor(n1!, { expiresInMs: 6000 }));
    await nodes.within(2000, producer.send("with the second ticket"), "the datum to be sent");
    expect(await nodes.within(5000, consumer.recv())).toBe("with the second ticket");

    await nodes.within(8000, consumer.when().unsubscribed(), "the second ticket to expire");
    const ends = events.filter((event) => event.kind === "disconnected");
    expect(ends).toHaveLength(1);
    expect(ends[0]!.reason).toContain("expired");

    show(ticketFor(n1!));
    await nodes.within(5000, consumer.when().subscribed());
  });

  it("a ticket that is taken away ends the subscription at once", async () => {
    const { nodes } = context;
    const [n0, n1] = await nodes.joinMany(2);
    n1!.discovery.addTicket(ticketFor(n1!));
    n1!.streams.produce(Data1);
    const consumer = n0!.streams.consume(Data1, { requireProducerTicket: validatorFor() });
    await nodes.discoverAll(n0!, n1!);
    await nodes.within(5000, consumer.when().subscribed());
    n1!.discovery.removeTicketsOf(ticketFor(n1!).class);
    n0!.discovery.feed(n1!.discovery.me());
    await nodes.within(1000, consumer.when().unsubscribed());
  });
});
