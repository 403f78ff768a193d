import { t } from "@mosaik/postcard";
import { describe, expect, it } from "vitest";
import { CLOSE, type Link } from "../../../src/network/index.js";
import { Digest } from "../../../src/primitives/index.js";
import type { ConsumerEvent } from "../../../src/streams/index.js";
import { streamHandshakeCodec } from "../../../src/streams/index.js";
import { useNodes } from "../../nodes.js";
import { Data1 } from "../data.js";
import { FakeProducer, type Serve } from "../fake-producer.js";
import { recorded } from "../recorded.js";

const STREAM = "hostile";

describe("what a producer may do wrong", () => {
  const context = useNodes();

  /** A consumer of one producer that does what the test says, and what the consumer closed its links with. */
  async function consume(serve: Serve, frameLimitBytes?: number) {
    const { nodes } = context;
    const closes: (number | undefined)[] = [];
    const fake = await FakeProducer.start(nodes, "fake", STREAM, (link, handshake, attempt) => {
      void link.closed.then((info) => closes.push(info.by === "peer" ? info.code : undefined));
      return serve(link, handshake, attempt);
    });
    const node = await nodes.join("consuming", "test", frameLimitBytes === undefined ? {} : { frameLimitBytes });
    const backoff = { initialMs: 50, factor: 2, maxMs: 400, jitter: 0 };
    const consumer = node.streams.consume(Data1, { streamId: STREAM, backoff });
    const events = recorded(consumer.events());
    node.discovery.insert(fake.entry);
    const of = <K extends ConsumerEvent["kind"]>(kind: K) =>
      events.filter((event): event is Extract<ConsumerEvent, { kind: K }> => event.kind === kind);
    return { nodes, node, consumer, fake, closes, of };
  }

  const datums = async (link: Link, ...texts: string[]): Promise<void> => {
    for (const text of texts) await link.send(Data1, text);
  };

  for (const [what, start, code] of [
    ["another network", { network: Digest.from("other"), stream: Digest.from(STREAM) }, 101],
    ["another stream", { network: Digest.from("test"), stream: Digest.from("other") }, 10404],
  ] as const) {
    it(`admits to ${what}: closed with ${code}, and left alone for a while`, async () => {
      const { nodes, closes, of, fake, consumer } = await consume((link) => link.send(streamHandshakeCodec, start));
      await nodes.until(() => closes.length > 0, 5000, "the consumer to close");
      expect(closes[0]).toBe(code);
      await nodes.until(() => of("refused").length > 0, 5000, "the event");
      expect(of("refused")[0]).toMatchObject({ producer: fake.id, code });
      expect(consumer.producers()).toEqual([]);
      await nodes.until(() => fake.attemptsAtMs.length === 2, 5000, "another attempt");
      expect(fake.attemptsAtMs[1]! - fake.attemptsAtMs[0]!).toBeGreaterThan(750);
      expect(of("connected")).toEqual([]);
    });
  }

  it("admits with something that is no handshake: closed with 400", async () => {
    const { nodes, closes, of } = await consume((link) => link.send(t.bytes, new Uint8Array(20)));
    await nodes.until(() => closes.length > 0 && of("refused").length > 0, 5000, "the consumer to close");
    expect(closes[0]).toBe(400);
    expect(of("refused")[0]!.code).toBe(400);
  });

  it("never admits: given up after 10 s, and tried again", async () => {
    const { nodes, closes, fake } = await consume(() => {});
    await nodes.until(() => fake.attemptsAtMs.length === 2, 15_000, "another attempt");
    expect(fake.attemptsAtMs[1]! - fake.attemptsAtMs[0]!).toBeGreaterThan(9900);
    expect(closes[0]).toBe(0);
  });

  it("sends what is no datum in mid-stream: closed with 400, what came before is delivered, others are not disturbed", async () => {
    const { nodes, node, consumer, closes, of, fake } = await consume(async (link, handshake) => {
      await FakeProducer.admit(link, handshake);
      await datums(link, "one", "two");
      // A text of 9 bytes that has only 2, and then another that would be right.
      link.sendFrames(Uint8Array.of(0, 0, 0, 3, 9, 65, 66), 3);
      link.sendFrames(Uint8Array.of(0, 0, 0, 2, 1, 67), 2);
    });
    const good = await nodes.join("good");
    const producer = good.streams.produce(Data1, { streamId: STREAM });
    await nodes.discoverAll(node, good);
    expect(await nodes.within(5000, consumer.recv())).toBe("one");
    expect(await nodes.within(5000, consumer.recv())).toBe("two");
    await nodes.until(() => closes.length > 0 && of("gap").length > 0, 5000, "the consumer to close");
    expect(closes[0]).toBe(400);
    expect(of("gap")[0]).toMatchObject({ producer: fake.id, cause: "undecodable" });
    expect(of("disconnected")[0]).toMatchObject({ producer: fake.id, code: 400 });
    await nodes.within(5000, producer.send("undisturbed"));
    for (;;) if ((await nodes.within(5000, consumer.recv())) === "undisturbed") break;
    await nodes.until(() => fake.attemptsAtMs.length === 2, 5000, "another attempt");
    expect(fake.attemptsAtMs[1]! - fake.attemptsAtMs[0]!).toBeGreaterThan(750);
  });

  it("announces a datum over the frame limit: closed with 400", async () => {
    const { nodes, closes, of } = await consume(async (link, handshake) => {
      await FakeProducer.admit(link, handshake);
      link.sendFrames(Uint8Array.of(0, 0, 0x20, 0), 0);
    }, 4096);
    await nodes.until(() => closes.length > 0 && of("gap").length > 0, 5000, "the consumer to close");
    expect(closes[0]).toBe(400);
  });

  it("ends its stream inside a frame: a gap, and tried again", async () => {
    const { nodes, consumer, of, fake } = await consume(async (link, handshake) => {
      await FakeProducer.admit(link, handshake);
      await datums(link, "whole");
      link.sendFrames(Uint8Array.of(0, 0, 0, 9, 8, 65), 2);
      await link.writer.finish().catch(() => {});
    });
    expect(await nodes.within(5000, consumer.recv())).toBe("whole");
    await nodes.until(() => of("gap").length > 0, 5000, "the gap");
    expect(of("gap")[0]).toEqual({ kind: "gap", producer: fake.id, cause: "break", lost: undefined });
    expect(await nodes.within(5000, consumer.recv())).toBe("whole");
  });

  it("ends its stream in order: closed with 204, no gap", async () => {
    const { nodes, consumer, closes, of } = await consume(async (link, handshake) => {
      await FakeProducer.admit(link, handshake);
      await datums(link, "last");
      await link.writer.finish().catch(() => {});
    });
    expect(await nodes.within(5000, consumer.recv())).toBe("last");
    await nodes.until(() => closes.length > 0 && of("disconnected").length > 0, 5000, "the consumer to close");
    expect(closes[0]).toBe(204);
    expect(of("gap")).toEqual([]);
  });

  it("closes with 10509 or 10413: tried again by the backoff, which grows", async () => {
    const { nodes, fake, of } = await consume((link, _, attempt) =>
      link.close(attempt % 2 === 0 ? CLOSE.streamTooSlow : CLOSE.streamNoCapacity),
    );
    await nodes.until(() => fake.attemptsAtMs.length === 6, 15_000, "six attempts");
    const delays = fake.attemptsAtMs.slice(1).map((atMs, i) => atMs - fake.attemptsAtMs[i]!);
    for (const [i, atLeast] of [50, 100, 200, 400, 400].entries()) expect(delays[i]).toBeGreaterThan(0.95 * atLeast);
    expect(of("refused").map(({ code }) => code)).toEqual(expect.arrayContaining([10509, 10413]));
  });

  it("closes with 401 and takes no sync: tried again by the backoff, and not reported", async () => {
    const { nodes, fake, of, consumer } = await consume((link) => link.close(CLOSE.unknownPeer));
    await nodes.until(() => fake.attemptsAtMs.length === 6, 15_000, "six attempts");
    const delays = fake.attemptsAtMs.slice(1).map((atMs, i) => atMs - fake.attemptsAtMs[i]!);
    // The first is made at once behind the sync.
    for (const [i, atLeast] of [0, 50, 100, 200, 400].entries()) expect(delays[i]).toBeGreaterThan(0.95 * atLeast - 1);
    expect(consumer.producers().map(({ state }) => state)).toEqual(["connecting"]);
    expect(of("refused")).toEqual([]);
  });

  it("closes with 10403: left alone, longer each time", async () => {
    const { nodes, fake, of } = await consume((link) => link.close(CLOSE.streamNotAllowed));
    await nodes.until(() => fake.attemptsAtMs.length === 3, 15_000, "three attempts");
    const [first, second, third] = fake.attemptsAtMs as [number, number, number];
    expect(second - first).toBeGreaterThan(750);
    expect(third - second).toBeGreaterThan(1500);
    expect(of("refused")[0]).toMatchObject({ producer: fake.id, code: 10403 });
  });

  it("refused: a consumer that shows another ticket asks again at once", async () => {
    const { nodes, node, fake } = await consume((link) => link.close(CLOSE.streamNotAllowed));
    // The third cool-down takes 3.2 s and more.
    await nodes.until(() => fake.attemptsAtMs.length === 3, 15_000, "three attempts");
    node.discovery.addTicket({ class: Digest.from("t"), data: new Uint8Array(1) });
    await nodes.until(() => fake.attemptsAtMs.length === 4, 5000, "another attempt");
    expect(fake.attemptsAtMs[3]! - fake.attemptsAtMs[2]!).toBeLessThan(3000);
  });

  it("goes back behind what was received: closed with 400, and begun anew", async () => {
    const { nodes } = context;
    const epoch = 7n;
    const closes: number[] = [];
    const asked: unknown[] = [];
    let received = (): void => {};
    const isReceived = new Promise<void>((resolve) => (received = resolve));
    const fake = await FakeProducer.start(nodes, "fake", STREAM, async (link, { network, stream, resume }, attempt) => {
      void link.closed.then((info) => closes.push(info.by === "peer" ? info.code : -1));
      asked.push(resume?.after);
      const sequence = attempt === 1 ? 10 : 5;
      await link.send(streamHandshakeCodec, { network, stream, resume: { after: { epoch, sequence } } });
      if (attempt > 1) return;
      await datums(link, "eleven", "twelve");
      await isReceived;
      link.close(CLOSE.streamNoCapacity);
    });
    const node = await nodes.join("consuming");
    const consumer = node.streams.consume(Data1, { streamId: STREAM, resume: true });
    const events = recorded(consumer.events());
    node.discovery.insert(fake.entry);
    for (const text of ["eleven", "twelve"]) expect(await nodes.within(5000, consumer.recv())).toBe(text);
    received();
    await nodes.until(() => asked.length === 3, 20_000, "three attempts");
    expect(asked).toEqual([undefined, { epoch, sequence: 12 }, undefined]);
    expect(closes[1]).toBe(400);
    expect(events).toContainEqual({ kind: "gap", producer: fake.id, cause: "break", lost: undefined });
  });
});
