import type { Endpoint, Transport } from "@mosaik/iroh/transport";
import { ApplicationError, Digest, func, stream, t, type Runtime } from "mosaik";
import { observeStatus } from "mosaik/status";
import { describe, expect, it } from "vitest";
import { createNodeRuntime } from "../../packages/mosaik/src/runtime/index.js";
import { RustPeer } from "../src/index.js";
import { appendingTransport } from "./appending-transport.js";
import { addrOf, obstacle, useLanguages, within } from "./setup.js";

const OURS = "mosaik-ts/1";
const ALPN = {
  streams: "/mosaik/streams/1.0",
  functions: "/mosaik/functions/1.0",
  sync: "/mosaik/discovery/sync/1.0",
  ping: "/mosaik/discovery/ping/1.0",
};
/** An extension of spec 08 §4 with a field that nobody knows: "mts1", 5 bytes, type 99, 3 bytes. */
const EXTENSION = Uint8Array.of(0x6d, 0x74, 0x73, 0x31, 5, 99, 3, 1, 2, 3);
const EXTENSION_HEX = Buffer.from(EXTENSION).toString("hex");

/** The world of a node that appends an extension to every frame of Rust's protocols that it sends. */
const talkative = (): Promise<Runtime> =>
  createNodeRuntime({
    wrapTransport: (inner: Transport) => appendingTransport(inner, new Set(Object.values(ALPN)), EXTENSION),
  });

describe.skipIf(obstacle !== undefined)("what Rust nodes do not notice", () => {
  const context = useLanguages();

  it("bytes behind every value of syncs, pings and streams", async () => {
    const { languages } = context;
    const runtime = await talkative();
    const ts = await languages.ts("talkative", { runtime });
    const rust = await languages.rustNode("talkative");
    await ts.discovery.syncWith(rust.addr);
    await rust.syncWith(addrOf(ts));
    expect((await rust.ping(addrOf(ts))).entry.id).toBe(ts.local.id.hex);

    const producer = stream("ours", t.string).producer(ts);
    const theirs = await rust.consume("string", { streamId: "ours" });
    await within(15_000, producer.when().online(), "the Rust consumer");
    for (let i = 0; i < 1000; i++) await producer.send(`datum ${i}`);
    const received = await theirs.received(1000);
    expect(received).toEqual(Array.from({ length: 1000 }, (_, i) => `datum ${i}`));
    // Rust counts what came, our bytes too: 1 of length, 7 to 9 of text.
    expect((await theirs.info()).stats.bytes).toBe(received.reduce((sum, text) => sum + 1 + text.length + 10, 0));

    const rustProducer = await rust.produce("string", { streamId: "theirs" });
    const consumer = stream("theirs", t.string).consumer(ts);
    await within(15_000, consumer.when().subscribed(), "the Rust producer");
    await rustProducer.send(["to a handshake with more behind it"]);
    expect(await within(5000, consumer.recv(), "the datum")).toBe("to a handshake with more behind it");
  });

  it("bytes behind a call and its reply", async () => {
    const { languages } = context;
    const ts = await languages.ts("talkative calls", { runtime: await talkative() });
    const rust = await languages.rustNode("talkative calls");
    await ts.discovery.syncWith(rust.addr);
    const types = { request: t.string, response: t.string, error: t.string };
    await rust.handle("string", { functionId: "theirs", answer: "upper" });
    expect(await within(15_000, func("theirs", types).caller(ts)("longer"), "the reply")).toBe("LONGER");
    func("ours", types).handle(ts, (text) => {
      if (text === "fail") throw new ApplicationError("as asked");
      return text;
    });
    const caller = await rust.caller("string", { functionId: "ours" });
    expect(await caller.call("longer")).toMatchObject({ reply: "longer" });
    expect((await caller.call("fail")).failure).toEqual({ code: "application", error: "as asked" });
  });

  it("a TypeScript node that looks, calls, serves, produces and leaves: the log of the Rust node warns of nothing", async () => {
    const { languages } = context;
    await using watched = await RustPeer.start({ log: "mosaik=warn,iroh=warn" });
    const rust = await watched.join({ network: "quiet", relay: languages.relay.url, announceIntervalMs: 1000 });
    const ts = await languages.ts("quiet");
    await ts.discovery.syncWith(rust.addr);
    const types = { request: t.string, response: t.string, error: t.string };
    // Before it is known that it is a node of Rust.
    const looking = observeStatus(ts, rust.id);
    await expect(within(15_000, looking.next(), "a look")).rejects.toMatchObject({ code: "notServed" });
    await rust.handle("string", { functionId: "theirs" });
    const call = func("theirs", types).caller(ts);
    expect(await within(15_000, call("one"), "the reply")).toBe("one");
    expect(await within(15_000, call("two"), "the reply")).toBe("two");
    func("ours", types).handle(ts, (text) => text);
    expect(await (await rust.caller("string", { functionId: "ours" })).call("three")).toMatchObject({ reply: "three" });
    const producer = stream("ours", t.string).producer(ts);
    const consumer = await rust.consume("string", { streamId: "ours" });
    await within(15_000, producer.send("four"), "the datum to be sent");
    expect(await consumer.received(1)).toEqual(["four"]);
    await within(5000, ts.close(), "the network to close");
    await watched.events.waitFor("peerDeparted");
    await rust.leave();
    const expected = [
      // The end of a drained stream is a code of its own to Rust (docs/decisions/003).
      "UnexpectedClose (code 103)",
      // Its gossip may dial a node in the moment in which that closes: nodes in Rust refuse then, too.
      "dial failed: aborted by peer: the server refused to accept a new connection",
    ];
    const warnings = watched.stderr
      .split("\n")
      .filter((line) => line !== "" && !expected.some((text) => line.includes(text)));
    expect(warnings).toEqual([]);
  });

  it("bytes behind a stream's handshake, a call and the request in it", async () => {
    const { rust } = context.languages;
    const [node, other] = [
      await context.languages.rustNode("raw", "node"),
      await context.languages.rustNode("raw", "other"),
    ];
    await node.syncWith(other.addr);
    const network = Digest.from("raw").hex;

    const producer = await node.produce("string", { streamId: "s" });
    const subscription = await other.rawDial(node.addr, ALPN.streams);
    await subscription.send(network + producer.streamId + EXTENSION_HEX);
    expect(await subscription.receive()).toEqual({ frame: network + producer.streamId });
    await producer.send(["x"]);
    expect(await subscription.receive()).toEqual({ frame: "0178" });

    const handler = await node.handle("string", { functionId: "f", answer: "upper" });
    for (const [payload, behind] of [
      ["026869", EXTENSION_HEX], // a text of two characters
      ["026869" + EXTENSION_HEX, ""],
    ] as const) {
      const call = await other.rawDial(node.addr, ALPN.functions);
      const length = (payload.length / 2).toString(16).padStart(2, "0");
      await call.send(network + handler.functionId + length + payload + behind);
      expect(await call.receive()).toEqual({ frame: "0003" + "024849" });
      await call.close(200);
    }
    await rust.events.waitFor("called", ({ caller, request }) => caller === other.id && request === "hi");
  });

  it("a subscription that asks to be resumed", async () => {
    const { ts, rust } = await context.languages.pair("resume");
    const producer = await rust.produce("string", { streamId: "s" });
    const consumer = stream("s", t.string).consumer(ts, { resume: true });
    await within(15_000, consumer.when().subscribed(), "the Rust producer");
    await producer.send(["a", "b"]);
    expect([await consumer.recv(), await consumer.recv()]).toEqual(["a", "b"]);
  });

  it("our own protocol, offered beside theirs in a dial and preferred by whom they dial", async () => {
    const { languages } = context;
    const rust = await languages.rustNode("offers");
    const { transport, random } = await createNodeRuntime();
    const bind = (alpns: readonly string[]): Promise<Endpoint> =>
      transport.bind({ secretKey: random.bytes(32), alpns, bindAddrs: ["127.0.0.1:0"] });

    const dialler = await bind([]);
    for (const alpn of Object.values(ALPN)) {
      const connection = await dialler.dial(rust.addr, [OURS, alpn]);
      expect(connection.alpn).toBe(alpn);
      connection.close(200, "Success");
    }
    await expect(dialler.dial(rust.addr, [OURS])).rejects.toMatchObject({ code: "alpnRefused" });

    const acceptor = await bind([OURS, ...Object.values(ALPN)]);
    for (const alpn of Object.values(ALPN)) {
      const accepted = acceptor.accept();
      const raw = await rust.rawDial(acceptor.addr(), alpn);
      expect((await accepted)?.alpn).toBe(alpn);
      await raw.close(200);
    }
    await Promise.all([dialler.close(), acceptor.close()]);
  });
});
