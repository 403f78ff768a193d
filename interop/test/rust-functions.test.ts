import { Digest } from "mosaik";
import { describe, expect, it } from "vitest";
import type { RustNode } from "../src/index.js";
import { obstacle, useLanguages } from "./setup.js";

const STRING = "alloc::string::String";
const GUARD = { alg: "HS256", key: Digest.from("mosaik-peer.guard").hex } as const;

describe.skipIf(obstacle !== undefined)("functions of the Rust program, between its own nodes", () => {
  const context = useLanguages();

  /** Two nodes that know each other. */
  async function pair(network: string): Promise<[RustNode, RustNode]> {
    const a = await context.languages.rustNode(network, "a");
    const b = await context.languages.rustNode(network, "b");
    await a.syncWith(b.addr);
    return [a, b];
  }

  it("answers by itself: echo, upper case, the caller's id, an application error", async () => {
    const [a, b] = await pair("answers");
    const echo = await a.handle("u64", { functionId: "echo" });
    await a.handle("string", { functionId: "upper", answer: "upper" });
    await a.handle("string", { functionId: "caller", answer: "caller" });
    await a.handle("string", { functionId: "failing", error: "no" });
    await a.handle("u64", { functionId: "failing without a word", error: null, errorType: "unit" });
    const to = (functionId: string) => b.caller("string", { functionId });
    expect(await (await b.caller("u64", { functionId: "echo" })).call("18446744073709551615")).toMatchObject({
      reply: "18446744073709551615",
    });
    expect(await (await to("upper")).call("aé")).toMatchObject({ reply: "AÉ" });
    expect(await (await to("caller")).call("")).toMatchObject({ reply: b.id });
    expect((await (await to("failing")).call("")).failure).toEqual({ code: "application", error: "no" });
    const unit = await b.caller("u64", { functionId: "failing without a word", errorType: "unit" });
    expect((await unit.call(1)).failure).toEqual({ code: "application", error: null });
    expect(echo.calls()).toMatchObject([{ caller: b.id, request: "18446744073709551615" }]);
    expect(await echo.info()).toMatchObject({ served: 1, failed: 0, inflight: 0 });
    await expect(a.handle("string", { functionId: "echo" })).rejects.toThrow("serves this function already");
  });

  it("has the ids that follow from names of types, and calls by them", async () => {
    const [a, b] = await pair("ids");
    const ofNames = (...names: string[]): string => Digest.fromParts(names).hex;
    const ids = {
      closure: ofNames(STRING, STRING),
      trait: ofNames("mosaik_peer::functions::declared::Speaker", STRING, STRING),
      pinned: Digest.from("mosaik-peer.pinned").hex,
      marker: ofNames("mosaik_peer::functions::declared::Shout", STRING, STRING),
      named: Digest.from("mosaik-peer.named").hex,
    } as const;
    for (const [form, id] of Object.entries(ids) as [keyof typeof ids, string][]) {
      const handler = await a.handle("string", { form });
      const caller = await b.caller("string", { form });
      expect([form, handler.functionId, caller.functionId]).toEqual([form, id, id]);
      expect(await caller.call(form)).toMatchObject({ reply: form });
    }
  });

  it("folds an unprefixed require_ticket twice and asks both sides for the ticket", async () => {
    const [a, b] = await pair("guarded");
    const signature = Digest.from(await context.languages.rust.validatorSignature({ keys: [GUARD] }));
    const handler = await a.handle("string", { form: "guarded" });
    const caller = await b.caller("string", { form: "guarded" });
    expect(handler.functionId).toBe(Digest.from("mosaik-peer.guarded").derive(signature).derive(signature).hex);
    expect((await caller.call("", { timeoutMs: 300 })).failure).toEqual({ code: "unavailable" });
    await a.addTicket(await a.issueTicket({ ...GUARD, expiresInMs: 60_000 }));
    await caller.available();
    expect((await caller.call("", { timeoutMs: 1000 })).failure).toMatchObject({ code: "rejected", closeCode: 11403 });
    await b.addTicket(await b.issueTicket({ ...GUARD, expiresInMs: 60_000 }));
    await context.languages.rust.events.waitFor(
      "peerUpdated",
      ({ node, entry }) => node === "a" && entry.tickets.length === 1,
    );
    expect(await caller.call("in")).toMatchObject({ reply: "in" });
    expect(await a.judgeTickets(b.id, { keys: [GUARD] })).toMatchObject({ admitted: true });
    expect(await a.judgeTickets(b.id, { keys: [GUARD], issuers: ["another"] })).toEqual({ admitted: false });
  });

  it("answers by hand, and tells that a call was given up", async () => {
    const [a, b] = await pair("by hand");
    const handler = await a.handle("string", { answer: "manual", maxConcurrent: 1 });
    const caller = await b.caller("string");
    const asking = caller.call("one");
    const one = await handler.called();
    expect((await caller.call("two", { timeoutMs: 1000 })).failure).toMatchObject({
      code: "rejected",
      closeCode: 11509,
    });
    await handler.answer(one, { reply: "done" });
    expect(await asking).toMatchObject({ reply: "done" });
    const given = await caller.call("three", { timeoutMs: 300 });
    expect(given.failure).toEqual({ code: "timeout" });
    await handler.abandoned(await handler.called(({ request }) => request === "three"));
    const dropped = caller.call("four", { timeoutMs: 1000 });
    await handler.called(({ request }) => request === "four");
    await handler.drop();
    expect((await dropped).failure).toMatchObject({ code: "rejected", closeCode: 11404 });
    await caller.unavailable();
    expect(await caller.info()).toMatchObject({ online: false, available: 0 });
  });

  it("measures a load of calls", async () => {
    const [a, b] = await pair("load");
    await a.handle("bytes", { quiet: true });
    const caller = await b.caller("bytes");
    const result = await caller.callMany({ count: 200, inFlight: 16, payloadBytes: 64 });
    expect(result).toMatchObject({ completed: 200, failed: 0, failure: null });
    expect(result.p99Micros).toBeGreaterThanOrEqual(result.p50Micros!);
  });

  it("admits by tickets on both sides of a stream, and by tags", async () => {
    const [a, b] = await pair("stream tickets");
    const validator = { keys: [{ alg: "HS256", signingKey: "ab".repeat(32) }], issuers: ["us"] } as const;
    const ticket = { alg: "HS256", key: "ab".repeat(32), expiresInMs: 60_000, claims: { iss: "us" } } as const;
    const producer = await a.produce("string", { requireTickets: [validator], requireTags: ["t"] });
    const consumer = await b.consume("string", { requireTickets: [validator] });
    await b.addTicket(await b.issueTicket(ticket));
    await b.addTags("t");
    await a.addTicket(await a.issueTicket(ticket));
    await producer.subscribed();
    await producer.send(["admitted"]);
    expect(await consumer.received(1)).toEqual(["admitted"]);
  });

  it("hands over what no consumer was there for", async () => {
    const node = await context.languages.rustNode("undelivered");
    const producer = await node.produce("string", { undelivered: true, onlineMin: 0 });
    await producer.send(["nobody"]);
    const { value } = await context.languages.rust.events.waitFor("undelivered");
    expect(value).toBe("nobody");
  });
});
