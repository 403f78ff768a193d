import { stream, t, type Codec, type Consumer } from "mosaik";
import { describe, expect, it } from "vitest";
import type { DatumType, DatumTypes, RustConsumer } from "../src/index.js";
import { addrOf, gather, obstacle, until, useLanguages, within } from "./setup.js";

/** The datum types of the Rust program, as we write them. */
const SensorReading = t.struct("mosaik_peer::datum::types::SensorReading", {
  sensor: t.string,
  channel: t.u8,
  celsius: t.f64,
  humidity: t.f32,
  offset: t.i32,
  at: t.u64,
  calibrated: t.bool,
  labels: t.vec(t.string),
  note: t.option(t.string),
  mark: t.fixedBytes(4),
});
const Shape = t.enum("mosaik_peer::datum::types::Shape", {
  Empty: t.unit,
  Circle: t.u32,
  Rect: t.struct({ w: t.u32, h: t.u32 }),
  Pair: t.tuple(t.u8, t.i16),
});

interface Sample<K extends DatumType, T> {
  readonly type: K;
  readonly codec: Codec<T>;
  readonly values: readonly (readonly [ours: T, theirs: DatumTypes[K]])[];
}

const sample = <K extends DatumType, T>(s: Sample<K, T>): Sample<DatumType, unknown> => s;
const bytes = (...octets: number[]): Uint8Array => new Uint8Array(octets);
const reading = {
  sensor: "attic",
  channel: 255,
  celsius: -12.25,
  humidity: 0.5,
  offset: -70_000,
  calibrated: true,
  labels: ["a", "b"],
};

const samples = [
  sample({
    type: "string",
    codec: t.string,
    values: ["", "hello", "žluťoučký 🐎"].map((text) => [text, text] as const),
  }),
  sample({
    type: "u64",
    codec: t.u64,
    values: [
      [0n, 0],
      [300n, 300],
      [2n ** 64n - 1n, "18446744073709551615"],
    ],
  }),
  sample({
    type: "bytes",
    codec: t.bytes,
    values: [
      [bytes(), ""],
      [bytes(0, 255, 128), "00ff80"],
    ],
  }),
  sample({
    type: "vecU8",
    codec: t.vec(t.u8),
    values: [[bytes(1, 2), "0102"]],
  }),
  sample({
    type: "sensorReading",
    codec: SensorReading,
    values: [
      [
        { ...reading, at: 2n ** 64n - 1n, note: undefined, mark: bytes(1, 2, 3, 4) },
        { ...reading, at: "18446744073709551615", note: null, mark: [1, 2, 3, 4] },
      ],
      [
        { ...reading, at: 5n, note: "a note", mark: bytes(0, 0, 0, 0) },
        { ...reading, at: 5, note: "a note", mark: [0, 0, 0, 0] },
      ],
    ],
  }),
  sample({
    type: "shape",
    codec: Shape,
    values: [
      [{ kind: "Empty" }, "Empty"],
      [{ kind: "Circle", value: 4_000_000_000 }, { Circle: 4_000_000_000 }],
      [{ kind: "Rect", value: { w: 1, h: 300 } }, { Rect: { w: 1, h: 300 } }],
      [{ kind: "Pair", value: [255, -32768] }, { Pair: [255, -32768] }],
    ],
  }),
];

async function take<T>(consumer: Consumer<T>, count: number): Promise<T[]> {
  const taken: T[] = [];
  while (taken.length < count) taken.push((await within(15_000, consumer.recv(), `datum ${taken.length}`))!);
  return taken;
}

describe.skipIf(obstacle !== undefined)("streams between TypeScript and Rust", () => {
  const context = useLanguages();

  it.each(samples)("TypeScript produces $type, Rust consumes it", async ({ type, codec, values }) => {
    const { ts, rust } = await context.languages.pair(`ts to rust ${type}`);
    // No id is given: both derive it from the Rust type's name.
    const producer = stream(codec).producer(ts);
    const consumer = await rust.consume(type);
    expect(consumer.streamId).toBe(producer.streamId.hex);
    for (const [ours] of values) await within(15_000, producer.send(ours), "a datum to be sent");
    expect(await consumer.received(values.length)).toEqual(values.map(([, theirs]) => theirs));
  });

  it.each(samples)("Rust produces $type, TypeScript consumes it", async ({ type, codec, values }) => {
    const { ts, rust } = await context.languages.pair(`rust to ts ${type}`);
    const consumer = stream(codec).consumer(ts);
    const producer = await rust.produce(type);
    expect(producer.streamId).toBe(consumer.streamId.hex);
    await producer.send(values.map(([, theirs]) => theirs));
    expect(await take(consumer, values.length)).toEqual(values.map(([ours]) => ours));
  });

  it("one TypeScript producer serves two Rust and two TypeScript consumers at once, each everything in order", async () => {
    const { languages } = context;
    const { ts: producing, rust } = await languages.pair("fan-out");
    const secondRust = await languages.rustNode("fan-out", "second");
    await producing.discovery.syncWith(secondRust.addr);
    const discovery = { bootstrap: [producing.local.address()] };
    const consuming = [await languages.ts("fan-out", { discovery }), await languages.ts("fan-out", { discovery })];
    const Numbers = stream("numbers", t.u64);
    const producer = Numbers.producer(producing);
    const ours = consuming.map((network) => Numbers.consumer(network));
    const theirs = [
      await rust.consume("u64", { streamId: "numbers", quiet: true }),
      await secondRust.consume("u64", { streamId: "numbers", quiet: true }),
    ];
    await within(20_000, producer.when().subscribed().minimumOf(4), "four consumers");
    const count = 20_000;
    const sending = (async () => {
      for (let i = 0; i < count; i++) await producer.send(BigInt(i));
    })();
    for (const consumer of ours) {
      const taken = await take(consumer, count);
      expect(taken.every((value, i) => value === BigInt(i))).toBe(true);
    }
    await sending;
    const infos = await Promise.all(theirs.map((consumer) => consumer.counted(count)));
    for (const info of infos) expect(info).toMatchObject({ count, first: 0, last: count - 1 });
    expect(infos[0]!.checksum).toBe(infos[1]!.checksum);
    expect(producer.consumers().map(({ stats }) => stats.datums)).toEqual([count, count, count, count]);
  });

  it("a TypeScript consumer unknown to a Rust producer syncs its catalog and is admitted", async () => {
    const { languages } = context;
    const ts = await languages.ts("unknown");
    const rust = await languages.rustNode("unknown");
    const producer = await rust.produce("string");
    // Pinged, it is in our catalog; it does not know us.
    await ts.discovery.ping(rust.addr);
    const consumer = stream(t.string).consumer(ts);
    await within(5000, consumer.when().subscribed(), "the subscription");
    await producer.send(["known now"]);
    expect(await take(consumer, 1)).toEqual(["known now"]);
  });

  it("a Rust consumer unknown to a TypeScript producer is refused with 401, syncs its catalog and is admitted", async () => {
    const { languages } = context;
    const ts = await languages.shyTs("unknown consumer");
    const rust = await languages.rustNode("unknown consumer");
    const producer = stream(t.string).producer(ts);
    const consumer = await rust.consume("string");
    await languages.tellRustOf(ts, rust);
    await within(15_000, producer.send("known now"), "the Rust consumer");
    expect(await consumer.received(1)).toEqual(["known now"]);
    expect(ts.metrics.counter("mosaik.streams.connections.rejected").value).toBeGreaterThan(0);
  });

  it("a Rust consumer gets everything that was sent before a TypeScript producer closed", async () => {
    const { ts, rust } = await context.languages.pair("drain");
    const producer = stream(t.u64).producer(ts);
    const consumer = await rust.consume("u64", { quiet: true });
    await within(15_000, producer.when().online(), "the Rust consumer");
    for (let i = 0; i < 5000; i++) await producer.send(BigInt(i));
    await within(3000, ts.close(), "the network to close");
    expect(await consumer.counted(5000)).toMatchObject({ count: 5000, last: 4999 });
  });

  it("a Rust consumer confirms that it has everything; one that was dropped before, or does not answer, does not", async () => {
    const { languages } = context;
    const { ts, rust } = await languages.pair("confirmed");
    const drained = async (before: (consumer: RustConsumer<unknown>) => Promise<void>) => {
      const Numbers = stream("numbers", t.u64);
      const producer = Numbers.producer(ts);
      const events = gather(producer.events());
      const consumer = await rust.consume("u64", { streamId: "numbers", quiet: true });
      await within(15_000, producer.when().online(), "the Rust consumer");
      for (let i = 0; i < 5000; i++) await producer.send(BigInt(i));
      await before(consumer);
      const report = await within(5000, producer.close(), "the producer to close");
      const end = events.find(({ kind }) => kind === "disconnected");
      return { consumer, report, end, hasGap: events.some(({ kind }) => kind === "gap") };
    };
    const [rustId] = [[...ts.discovery.catalog.peers()].find(({ id }) => id.hex === rust.id)!.id];

    const whole = await drained(() => Promise.resolve());
    expect(whole.report).toEqual({ confirmed: [rustId], unconfirmed: [] });
    expect(whole.end).toMatchObject({ code: 103 });
    expect(whole.hasGap).toBe(false);
    expect(await whole.consumer.counted(5000)).toMatchObject({ count: 5000, last: 4999 });
    await whole.consumer.drop();

    const silent = await drained(() => Promise.resolve(languages.rust.signal("SIGSTOP")));
    languages.rust.signal("SIGCONT");
    expect(silent.report).toEqual({ confirmed: [], unconfirmed: [rustId] });
    expect(silent.hasGap).toBe(true);
  });

  it("a TypeScript consumer that stalls is closed with 10413 by a Rust producer, is told of the gap, and comes back", async () => {
    const { ts, rust } = await context.languages.pair("stalled");
    const consumer = stream(t.bytes).consumer(ts, { bufferBytes: 64 * 1024 });
    const events = gather(consumer.events());
    const producer = await rust.produce("bytes", { bufferSize: 16 });
    await within(15_000, consumer.when().subscribed(), "the Rust producer");
    // Far more than the windows of both transports and Rust's queue hold.
    await producer.sendMany({ count: 400, payloadBytes: 64 * 1024 });
    // Rust closes once its write goes on.
    const isTold = (): boolean => events.some((event) => event.kind === "disconnected" && event.code === 10413);
    await until(30_000, () => (consumer.tryRecv(), isTold()), "the close");
    expect(events).toContainEqual(expect.objectContaining({ kind: "gap", cause: "break" }));
    // More than once, where Rust's queue is full again before we have read.
    const isBack = (): boolean => events.filter(({ kind }) => kind === "connected").length >= 2;
    await until(30_000, () => (consumer.tryRecv(), isBack()), "the consumer to come back");
  });

  it("a Rust consumer that stalls is closed with 10413 by a TypeScript producer, and comes back", async () => {
    const { languages } = context;
    const { ts, rust } = await languages.pair("stopped");
    const producer = stream(t.bytes).producer(ts, { noProgressLimitMs: 1000 });
    const events = gather(producer.events());
    await rust.consume("bytes", { quiet: true });
    await within(15_000, producer.when().online(), "the Rust consumer");
    languages.rust.signal("SIGSTOP");
    const sending = (async () => {
      for (let i = 0; i < 400; i++) await producer.send(new Uint8Array(64 * 1024));
    })();
    try {
      await until(15_000, () => events.some(({ kind }) => kind === "disconnected"), "the close");
    } finally {
      languages.rust.signal("SIGCONT");
    }
    expect(events).toContainEqual(expect.objectContaining({ kind: "disconnected", code: 10413 }));
    expect(events).toContainEqual(expect.objectContaining({ kind: "gap" }));
    await within(30_000, sending, "everything to be sent once it is back");
    expect(events.filter(({ kind }) => kind === "connected")).toHaveLength(2);
  });

  it("a consumer finds its producer again after a restart, in both directions", async () => {
    const { languages } = context;
    const { ts, rust } = await languages.pair("restart");
    const consumer = await rust.consume("string", { streamId: "restarting" });
    const secretKey = "the producer's key";
    for (const life of ["first", "second"]) {
      const producing = await languages.ts("restart", { secretKey, discovery: { bootstrap: [ts.local.address()] } });
      await producing.discovery.syncWith(rust.addr);
      const producer = stream("restarting", t.string).producer(producing);
      await within(30_000, producer.send(life), `the ${life} life to be heard`);
      await languages.rust.events.waitFor("item", (event) => event.value === life);
      await producing.close();
    }
    expect(consumer.values()).toEqual(["first", "second"]);
    expect(addrOf(ts).id).toBe(ts.local.id.hex);
  });
});
