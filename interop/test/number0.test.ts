import { collection, func, GroupKey, stream, t, type Consumer, type Network, type NetworkOptions } from "mosaik";
import { describe, expect, it } from "vitest";
import { loadNumber0 } from "@mosaik/iroh/number0";
import { createNodeRuntime } from "../../packages/mosaik/src/runtime/index.js";
import { gather, obstacle, until, useLanguages, within, type Languages } from "./setup.js";

const isInstalled = loadNumber0() !== undefined;
if (!isInstalled) console.warn("The tests of the adapter are skipped: @number0/iroh is not installed.");

const SOON_MS = 15_000;
/** iroh gives up a connection with a peer that is silent. Nothing here may set it. */
const IDLE_TIMEOUT_MS = 30_000;
const TEXTS = { request: t.string, response: t.string };
const Numbers = stream("numbers", t.u64);

/** A node whose transport is the adapter. */
async function adapted(languages: Languages, networkId: string, options: NetworkOptions = {}): Promise<Network> {
  return languages.ts(networkId, { ...options, runtime: await createNodeRuntime({ binding: "number0" }) });
}

async function take<T>(consumer: Consumer<T>, count: number): Promise<T[]> {
  const taken: T[] = [];
  while (taken.length < count) taken.push((await within(SOON_MS, consumer.recv(), `datum ${taken.length}`))!);
  return taken;
}

describe.runIf(isInstalled && obstacle === undefined)("nodes on @number0/iroh", () => {
  const context = useLanguages();

  /** A node on the adapter and one on the native part that have each other in their catalogs. */
  async function both(networkId: string): Promise<{ adapter: Network; native: Network }> {
    const native = await context.languages.ts(networkId);
    const discovery = { bootstrap: [native.local.address()] };
    const adapter = await adapted(context.languages, networkId, { discovery });
    await until(SOON_MS, () => native.discovery.catalog.getSigned(adapter.local.id) !== undefined, "the catalog");
    return { adapter, native };
  }

  it.each(["adapter", "native"] as const)("stream everything in order, from the %s", async (from) => {
    const nodes = await both(`stream from ${from}`);
    const [producing, consuming] = from === "adapter" ? [nodes.adapter, nodes.native] : [nodes.native, nodes.adapter];
    const producer = Numbers.producer(producing);
    const consumer = Numbers.consumer(consuming);
    await within(SOON_MS, producer.when().subscribed(), "the consumer");
    const count = 20_000;
    const sending = (async () => {
      for (let i = 0; i < count; i++) await producer.send(BigInt(i));
    })();
    const taken = await take(consumer, count);
    expect(taken.every((value, i) => value === BigInt(i))).toBe(true);
    await sending;
    expect((await producer.close()).unconfirmed).toEqual([]);
  });

  it.each(["adapter", "native"] as const)("call functions, 64 at a time, from the %s", async (from) => {
    const nodes = await both(`call from ${from}`);
    const [calling, handling] = from === "adapter" ? [nodes.adapter, nodes.native] : [nodes.native, nodes.adapter];
    const Shout = func("shout", TEXTS);
    Shout.handle(handling, (text) => text.toUpperCase());
    const shout = Shout.caller(calling);
    const texts = Array.from({ length: 64 }, (_, i) => `text ${i} ${"x".repeat(i * 500)}`);
    const replies = await within(SOON_MS, Promise.all(texts.map((text) => shout(text))), "the replies");
    expect(replies).toEqual(texts.map((text) => text.toUpperCase()));
  });

  it("stream with Rust, in both directions", async () => {
    const ts = await adapted(context.languages, "rust streams");
    const rust = await context.languages.rustNode("rust streams");
    await ts.discovery.syncWith(rust.addr);
    const producer = Numbers.producer(ts);
    const theirs = await rust.consume("u64", { streamId: "numbers", quiet: true });
    await within(SOON_MS, producer.when().subscribed(), "the Rust consumer");
    for (let i = 0; i < 5_000; i++) await producer.send(BigInt(i));
    expect(await theirs.counted(5_000)).toMatchObject({ count: 5_000, first: 0, last: 4_999 });

    const consumer = stream("texts", t.string).consumer(ts);
    const rustProducer = await rust.produce("string", { streamId: "texts" });
    await within(SOON_MS, consumer.when().subscribed(), "the Rust producer");
    await rustProducer.send(["one", "two"]);
    expect(await take(consumer, 2)).toEqual(["one", "two"]);
  });

  it("call Rust and are called by it", async () => {
    const ts = await adapted(context.languages, "rust calls");
    const rust = await context.languages.rustNode("rust calls");
    await ts.discovery.syncWith(rust.addr);
    const handler = func("ours", TEXTS).handle(ts, (text) => `${text}!`);
    const caller = await rust.caller("string", { functionId: "ours", errorType: "unit" });
    expect(await caller.call("hello")).toMatchObject({ reply: "hello!" });
    expect(handler.stats().served).toBe(1);
    await rust.handle("string", { functionId: "theirs", errorType: "unit" });
    const call = func("theirs", TEXTS).caller(ts);
    expect(await within(SOON_MS, call("hello"), "the reply")).toBe("hello");
  });

  it("notice that a Rust producer was killed, and find the next one", { timeout: 120_000 }, async () => {
    const { languages } = context;
    const ts = await adapted(languages, "killed");
    const doomed = await languages.rustProcess();
    const join = { network: "killed", relay: languages.relay.url, announceIntervalMs: 1000 };
    const first = await doomed.join(join);
    await ts.discovery.syncWith(first.addr);
    const consumer = stream("texts", t.string).consumer(ts);
    const events = gather(consumer.events());
    await (await first.produce("string", { streamId: "texts" })).send(["first"]);
    expect(await take(consumer, 1)).toEqual(["first"]);
    process.kill(doomed.pid, "SIGKILL");
    await until(IDLE_TIMEOUT_MS + SOON_MS, () => events.some(({ kind }) => kind === "disconnected"), "the loss");
    const second = await languages.rustNode("killed");
    await ts.discovery.syncWith(second.addr);
    await (await second.produce("string", { streamId: "texts" })).send(["second"]);
    expect(await take(consumer, 1)).toEqual(["second"]);
  });

  it("are online once they have a relay, which peers reach them by", async () => {
    const ts = await adapted(context.languages, "online");
    await ts.online().toPromise({ signal: AbortSignal.timeout(SOON_MS) });
    const { id, addrs } = ts.local.address();
    const viaRelay = { id, addrs: addrs.filter(({ kind }) => kind === "relay") };
    expect(viaRelay.addrs).toHaveLength(1);
    const other = await context.languages.ts("online", { discovery: { bootstrap: [viaRelay] } });
    await until(SOON_MS, () => other.discovery.catalog.getSigned(ts.local.id) !== undefined, "the catalog");
  });

  it("refuse groups and collections at once", async () => {
    const ts = await adapted(context.languages, "no groups");
    const unavailable: unknown = expect.objectContaining({ code: "exporterUnavailable" });
    expect(() => ts.groups.join({ key: GroupKey.fromSecret(new Uint8Array(32).fill(7)) })).toThrow(unavailable);
    const Scores = collection.map("scores", t.string, t.u64);
    expect(() => Scores.writer(ts)).toThrow(unavailable);
    expect(() => Scores.reader(ts)).toThrow(unavailable);
  });

  it("refuse what the adapter has nothing for, and say what has it", async () => {
    const runtime = await createNodeRuntime({ binding: "number0" });
    const secretKey = new Uint8Array(32).fill(1);
    const lacking = [{ mdns: { serviceName: "test", onPeer: () => {} } }, { sendWindowBytes: 1 }];
    for (const options of lacking) {
      const bound = runtime.transport.bind({ secretKey, alpns: ["test/1"], ...options });
      await expect(bound).rejects.toMatchObject({
        code: "invalidArgument",
        message: expect.stringContaining("native part") as string,
      });
    }
  });
});
