import { Digest, func, PeerEntry, PeerId, stream, t, type Network } from "mosaik";
import { describe, expect, it } from "vitest";
import type { PeerAddr, RawConnection } from "../src/index.js";
import { addrOf, obstacle, until, useLanguages, type Languages } from "./setup.js";

const ALPN = {
  sync: "/mosaik/discovery/sync/1.0",
  ping: "/mosaik/discovery/ping/1.0",
  streams: "/mosaik/streams/1.0",
  functions: "/mosaik/functions/1.0",
};
const NETWORK = "close codes";
const STREAM = Digest.from("a stream").hex;

/** A node that produces `a stream`, in one of the two languages. */
interface Target {
  readonly addr: PeerAddr;
  /** Makes the entry of a TypeScript node known to the target. */
  introduce(network: Network): Promise<void>;
}

const targets: Record<string, (languages: Languages) => Promise<Target>> = {
  TypeScript: async (languages) => {
    const ts = await languages.ts(NETWORK);
    stream("a stream", t.string).producer(ts);
    func("a function", { request: t.string, response: t.string }).handle(ts, (text) => text);
    func("for nobody", { request: t.string, response: t.string }).handle(ts, (text) => text, { maxConcurrent: 0 });
    func("for friends", { request: t.string, response: t.string }).handle(ts, (text) => text, {
      requireCaller: () => false,
    });
    const addr = addrOf(ts);
    return { addr, introduce: (network) => network.discovery.syncWith(addr) };
  },
  Rust: async (languages) => {
    const rust = await languages.rustNode(NETWORK);
    await rust.produce("string", { streamId: "a stream" });
    await rust.handle("string", { functionId: "a function" });
    await rust.handle("string", { functionId: "for nobody", maxConcurrent: 0 });
    await rust.handle("string", { functionId: "for friends", requireTags: ["friend"] });
    return { addr: rust.addr, introduce: (network) => network.discovery.syncWith(rust.addr) };
  },
};

/** Makes the target know the peer of a seed, by a node of that key which has left its socket since. */
async function introduceSeed(languages: Languages, target: Target, seed: string): Promise<void> {
  const network = await languages.ts(NETWORK, { secretKey: seed });
  await target.introduce(network);
  await network.close();
}

const handshake = (network: string, streamId: string): string => Digest.from(network).hex + streamId;

// Each target is abused in the same way and must answer with the same code: the one of spec 01 §7.
describe.skipIf(obstacle !== undefined).each(Object.keys(targets))("close codes of %s", (language) => {
  const context = useLanguages();
  const seed = "0b".repeat(32);

  async function abuse(
    alpn: string,
    send: (raw: RawConnection, target: Target) => Promise<void>,
    isKnown = false,
  ): Promise<unknown> {
    const { languages } = context;
    const target = await targets[language]!(languages);
    if (isKnown) await introduceSeed(languages, target, seed);
    const raw = await languages.rust.rawDial(target.addr, alpn, seed);
    // The target may close while we are still writing.
    await send(raw, target).catch(() => undefined);
    return raw.closed();
  }

  it("401: a consumer that is not in the catalog", async () => {
    const closed = await abuse(ALPN.streams, (raw) => raw.send(handshake(NETWORK, STREAM)));
    expect(closed).toEqual({ by: "peer", code: 401, reason: "UnknownPeer" });
  });

  it("101: a known peer that asks in the name of another network", async () => {
    const closed = await abuse(ALPN.streams, (raw) => raw.send(handshake("another network", STREAM)), true);
    expect(closed).toEqual({ by: "peer", code: 101, reason: "DifferentNetwork" });
  });

  it("10404: a stream that is not produced", async () => {
    const other = Digest.from("no such stream").hex;
    const closed = await abuse(ALPN.streams, (raw) => raw.send(handshake(NETWORK, other)), true);
    expect(closed).toEqual({ by: "peer", code: 10404, reason: "StreamNotFound" });
  });

  it("400: a stream handshake that is too short", async () => {
    const closed = await abuse(ALPN.streams, (raw) => raw.send(Digest.from(NETWORK).hex), true);
    expect(closed).toEqual({ by: "peer", code: 400, reason: "ProtocolViolation" });
  });

  it("a handshake with bytes behind it is accepted", async () => {
    const { languages } = context;
    const target = await targets[language]!(languages);
    await introduceSeed(languages, target, seed);
    const raw = await languages.rust.rawDial(target.addr, ALPN.streams, seed);
    await raw.send(`${handshake(NETWORK, STREAM)}ffff`);
    expect(await raw.receive()).toEqual({ frame: handshake(NETWORK, STREAM) });
    await raw.close(102);
  });

  const call = (network: string, name: string, payload: string): string =>
    Digest.from(network).hex + Digest.from(name).hex + (payload.length / 2).toString(16).padStart(2, "0") + payload;

  const refusedCalls: readonly [title: string, frame: string, code: number, reason: string, isKnown: boolean][] = [
    ["401: an unknown caller", call(NETWORK, "a function", "0178"), 401, "UnknownPeer", false],
    ["101: a call for another network", call("another", "a function", "0178"), 101, "DifferentNetwork", true],
    ["11404: a function that is not served", call(NETWORK, "nothing", "0178"), 11404, "FunctionNotFound", true],
    ["11403: a caller that is not allowed", call(NETWORK, "for friends", "0178"), 11403, "NotAllowed", true],
    ["11509: a function without room", call(NETWORK, "for nobody", "0178"), 11509, "NoCapacity", true],
    ["400: a call that is too short", Digest.from(NETWORK).hex, 400, "ProtocolViolation", true],
    ["400: a request that does not decode", call(NETWORK, "a function", "0578"), 400, "ProtocolViolation", true],
  ];
  it.each(refusedCalls)("%s", async (_, frame, code, reason, isKnown) => {
    const closed = await abuse(ALPN.functions, (raw) => raw.send(frame), isKnown);
    expect(closed).toEqual({ by: "peer", code, reason });
  });

  it("a call is answered, and its connection left to the caller to close", async () => {
    const { languages } = context;
    const target = await targets[language]!(languages);
    await introduceSeed(languages, target, seed);
    const raw = await languages.rust.rawDial(target.addr, ALPN.functions, seed);
    await raw.send(call(NETWORK, "a function", "0178"));
    expect(await raw.receive()).toEqual({ frame: "00020178" });
    await raw.close(200, "Success");
    expect(await raw.closed()).toEqual({ by: "local" });
  });

  it("400: a snapshot that does not decode", async () => {
    const closed = await abuse(ALPN.sync, (raw) => raw.send("01ff"));
    expect(closed).toEqual({ by: "peer", code: 400, reason: "ProtocolViolation" });
  });

  it("400: a snapshot with a wrong signature", async () => {
    const { languages } = context;
    const target = await targets[language]!(languages);
    const signed = await languages.ts(NETWORK);
    const bytes = Buffer.from(signed.discovery.me().encoded);
    bytes[bytes.length - 1]! ^= 1;
    const raw = await languages.rust.rawDial(target.addr, ALPN.sync, seed);
    await raw.send(`01${bytes.toString("hex")}`);
    expect(await raw.closed()).toEqual({ by: "peer", code: 400, reason: "ProtocolViolation" });
  });

  it("400: one wrong signature among several entries condemns the snapshot", async () => {
    const { languages } = context;
    const target = await targets[language]!(languages);
    const entries: Buffer[] = [];
    for (let i = 0; i < 2; i++) entries.push(Buffer.from((await languages.ts(NETWORK)).discovery.me().encoded));
    entries[1]![entries[1]!.length - 1]! ^= 1;
    const raw = await languages.rust.rawDial(target.addr, ALPN.sync, seed);
    await raw.send(`02${Buffer.concat(entries).toString("hex")}`);
    expect(await raw.closed()).toEqual({ by: "peer", code: 400, reason: "ProtocolViolation" });
  });

  it("103: an end of the stream where a message is expected", async () => {
    const closed = await abuse(ALPN.ping, async (raw) => {
      await raw.sendUnframed("");
      await raw.finish();
    });
    expect(closed).toEqual({ by: "peer", code: 103, reason: "UnexpectedClose" });
  });

  it("0: an end of the stream inside a message", async () => {
    const closed = await abuse(ALPN.sync, async (raw) => {
      await raw.sendUnframed("0000");
      await raw.finish();
    });
    expect(closed).toEqual({ by: "peer", code: 0, reason: "" });
  });

  it("a ping is answered to anybody, and a request with bytes in it too", async () => {
    const { languages } = context;
    const target = await targets[language]!(languages);
    const raw = await languages.rust.rawDial(target.addr, ALPN.ping, seed);
    await raw.send("ffff");
    expect(await raw.receive()).toHaveProperty("frame");
    await raw.close(200, "Success");
  });

  it("a protocol that is not served fails the handshake", async () => {
    const { languages } = context;
    const target = await targets[language]!(languages);
    await expect(languages.rust.rawDial(target.addr, "/mosaik/no/such", seed)).rejects.toThrow();
  });
});

describe.skipIf(obstacle !== undefined)("one key in two networks", () => {
  const context = useLanguages();
  const secretKey = "one key for two networks";

  it("Rust, which knows the key from the first network, answers its consumer of the second with 101", async () => {
    const { languages } = context;
    const rust = await languages.rustNode("first network");
    await rust.produce("string", { streamId: "shared" });
    const first = await languages.ts("first network", { secretKey });
    await first.discovery.syncWith(rust.addr);
    await first.close();
    const second = await languages.ts("second network", { secretKey });
    expect(second.local.id).toBe(first.local.id);
    // No sync tells the second network of a node of the first: it is put into the catalog by hand.
    const { entry } = second.discovery.me();
    const directAddrs = rust.addr.directAddrs.map((value) => ({ kind: "ip", value }) as const);
    const address = { id: PeerId.from(rust.id), addrs: directAddrs };
    second.discovery.insert(new PeerEntry({ ...entry, address, streams: new Set([Digest.from("shared")]) }));
    const consumer = stream("shared", t.string).consumer(second);
    expect(consumer.producers()).toHaveLength(1);
    const codes = second.metrics.counter("mosaik.streams.consumer.closes", {
      stream: consumer.streamId.short(),
      code: "101",
    });
    await until(5000, () => codes.value > 0, "the consumer to be closed with 101");
    expect(consumer.producers()).toHaveLength(0);
  });
});
