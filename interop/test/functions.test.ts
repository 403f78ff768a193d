import { ApplicationError, Digest, func, t, type Codec, type PeerInfo } from "mosaik";
import { describe, expect, it } from "vitest";
import { createNodeRuntime } from "../../packages/mosaik/src/runtime/index.js";
import type { DatumType, DatumTypes, FunctionForm } from "../src/index.js";
import { HS256 } from "./jwt.js";
import { obstacle, until, useLanguages, within } from "./setup.js";

const TEXTS = { request: t.string, response: t.string, error: t.string };
/** Rust looks again when its catalog changes: about every second. */
const SOON_MS = 10_000;

const tagged =
  (tag: string) =>
  ({ entry }: PeerInfo): boolean =>
    entry.tags.has(Digest.from(tag));

interface Sample<K extends DatumType, T> {
  readonly type: K;
  readonly codec: Codec<T>;
  readonly ours: T;
  readonly theirs: DatumTypes[K];
}
const sample = <K extends DatumType, T>(s: Sample<K, T>): Sample<DatumType, unknown> => s;
const samples = [
  sample({ type: "string", codec: t.string, ours: "žluťoučký 🐎", theirs: "žluťoučký 🐎" }),
  sample({ type: "u64", codec: t.u64, ours: 2n ** 64n - 1n, theirs: "18446744073709551615" }),
  sample({ type: "bytes", codec: t.bytes, ours: new Uint8Array([0, 255]), theirs: "00ff" }),
];

describe.skipIf(obstacle !== undefined)("functions among TypeScript and Rust", () => {
  const context = useLanguages();

  it.each(samples)("a call of $type in both directions", async ({ type, codec, ours, theirs }) => {
    const { ts, rust } = await context.languages.pair(`calls of ${type}`);
    const Mine = func("ours", { request: codec, response: codec });
    const requests: unknown[] = [];
    const handler = Mine.handle(ts, (request, { caller }) => {
      requests.push([request, caller.id.hex]);
      return request;
    });
    const caller = await rust.caller(type, { functionId: "ours", errorType: "unit" });
    expect(caller.functionId).toBe(handler.functionId.hex);
    expect(await caller.call(theirs)).toMatchObject({ reply: theirs });
    expect(requests).toEqual([[ours, rust.id]]);

    const rustHandler = await rust.handle(type, { functionId: "theirs", errorType: "unit" });
    const call = func("theirs", { request: codec, response: codec }).caller(ts);
    expect(await within(SOON_MS, call(ours), "the reply")).toEqual(ours);
    expect(await rustHandler.called()).toMatchObject({ caller: ts.local.id.hex, request: theirs });
    await until(SOON_MS, () => handler.stats().served === 1, "the call to be counted");
    expect(await rustHandler.info()).toMatchObject({ served: 1, failed: 0 });
  });

  const named = (name: string) => func({ rustName: `mosaik_peer::functions::declared::${name}`, ...TEXTS });
  const forms = {
    closure: func(TEXTS),
    trait: named("Speaker"),
    pinned: func("mosaik-peer.pinned", TEXTS),
    marker: named("Shout"),
    named: func("mosaik-peer.named", TEXTS),
  } satisfies Partial<Record<FunctionForm, unknown>>;

  it("ids that follow from types, in both directions", async () => {
    const { ts, rust } = await context.languages.pair("ids");
    for (const [form, declared] of Object.entries(forms) as [FunctionForm, (typeof forms)["closure"]][]) {
      const theirs = await rust.handle("string", { form, answer: "upper" });
      const call = declared.caller(ts);
      expect([form, call.functionId.hex]).toEqual([form, theirs.functionId]);
      expect(await within(SOON_MS, call(form), `the reply of ${form}`)).toBe(form.toUpperCase());
      await theirs.drop();

      const ours = declared.handle(ts, (text) => `${text}!`);
      const caller = await rust.caller("string", { form });
      expect([form, caller.functionId]).toEqual([form, ours.functionId.hex]);
      expect(await caller.call(form)).toMatchObject({ reply: `${form}!` });
    }
  });

  it("ids with validators of both sides, in their order", async () => {
    const { ts, rust } = await context.languages.pair("ids with tickets");
    const other = { keys: [{ alg: "HS256", key: "ab".repeat(32) }] } as const;
    const [a, b] = [HS256.validator(), HS256.validatorOf("ab".repeat(32))];
    const theirs = await rust.handle("string", {
      functionId: "f",
      requireCallerTickets: [HS256.rustValidator, other],
      requireHandlerTickets: [other],
    });
    const caller = func("f", TEXTS, { requireCallerTicket: [a, b], requireHandlerTicket: b }).caller(ts);
    expect(caller.functionId.hex).toBe(theirs.functionId);
    const otherOrder = func("f", TEXTS, { requireCallerTicket: [b, a], requireHandlerTicket: b }).caller(ts);
    expect(otherOrder.functionId.hex).not.toBe(theirs.functionId);
  });

  it("typed application errors in both directions", async () => {
    const { ts, rust } = await context.languages.pair("errors");
    func("ours", TEXTS).handle(ts, (text) => {
      throw new ApplicationError(`not ${text}`);
    });
    expect((await (await rust.caller("string", { functionId: "ours" })).call("this")).failure).toEqual({
      code: "application",
      error: "not this",
    });
    await rust.handle("string", { functionId: "theirs", error: "no" });
    const call = func("theirs", TEXTS).caller(ts);
    await expect(within(SOON_MS, call("x"), "the answer")).rejects.toMatchObject({ code: "application", error: "no" });
  });

  it("a TypeScript handler that throws refuses the call with 11500 and serves the next", async () => {
    const { languages } = context;
    const reported: unknown[] = [];
    const runtime = await createNodeRuntime({ onReport: (error) => reported.push(error) });
    const ts = await languages.ts("throwing", { runtime });
    const rust = await languages.rustNode("throwing");
    await ts.discovery.syncWith(rust.addr);
    const thrown = new Error("thrown on purpose");
    func("ours", TEXTS).handle(ts, (text) => {
      if (text === "bad") throw thrown;
      return text;
    });
    const caller = await rust.caller("string", { functionId: "ours" });
    expect((await caller.call("bad", { timeoutMs: 1000 })).failure).toMatchObject({
      code: "rejected",
      closeCode: 11500,
    });
    expect(reported[0]).toBe(thrown);
    expect(await caller.call("good")).toMatchObject({ reply: "good" });
  });

  it("timeouts: the handler learns that its caller has gone, in both directions", async () => {
    const { ts, rust } = await context.languages.pair("timeouts");
    const signals: AbortSignal[] = [];
    func("ours", TEXTS).handle(ts, async (text, { signal }) => {
      signals.push(signal);
      await new Promise((resolve) => signal.addEventListener("abort", resolve));
      return text;
    });
    const caller = await rust.caller("string", { functionId: "ours" });
    await caller.available();
    expect((await caller.call("x", { timeoutMs: 500 })).failure).toEqual({ code: "timeout" });
    await until(SOON_MS, () => signals[0]?.aborted === true, "the handler's signal");

    const handler = await rust.handle("string", { functionId: "theirs", answer: "manual" });
    const call = func("theirs", TEXTS).caller(ts);
    await within(SOON_MS, call.when().available(), "the Rust handler");
    await expect(call("late", { timeoutMs: 500 })).rejects.toMatchObject({ code: "timeout" });
    await handler.abandoned(await handler.called(({ request }) => request === "late"));

    const controller = new AbortController();
    const given = expect(call("given up", { signal: controller.signal })).rejects.toMatchObject({ code: "cancelled" });
    const open = await handler.called(({ request }) => request === "given up");
    controller.abort();
    await given;
    await handler.abandoned(open);
  });

  it("a full handler refuses with 11509, and another takes the call, in both directions", async () => {
    const { languages } = context;
    const { ts, rust } = await languages.pair("capacity");
    const full = await rust.handle("string", { functionId: "theirs", answer: "manual", maxConcurrent: 1 });
    const call = func("theirs", TEXTS).caller(ts);
    await within(SOON_MS, call.when().available(), "the Rust handler");
    const first = call("first");
    const open = await full.called(({ request }) => request === "first");
    await expect(call("second", { timeoutMs: 1000 })).rejects.toMatchObject({ code: "rejected", closeCode: 11509 });
    const other = await languages.rustNode("capacity", "other");
    await ts.discovery.syncWith(other.addr);
    await other.handle("string", { functionId: "theirs", answer: "upper" });
    await within(SOON_MS, call.when().available().minimumOf(2), "both handlers");
    expect(await within(SOON_MS, call("third"), "the other's reply")).toBe("THIRD");
    await full.answer(open, { reply: "done" });
    expect(await first).toBe("done");

    let release = (): void => {};
    const ours = func("ours", TEXTS).handle(
      ts,
      async (text) => {
        if (text === "hold") await new Promise<void>((resolve) => (release = resolve));
        return text;
      },
      { maxConcurrent: 1 },
    );
    const caller = await rust.caller("string", { functionId: "ours" });
    await caller.available();
    const held = caller.call("hold");
    await until(SOON_MS, () => ours.stats().inflight === 1, "the first call");
    expect((await caller.call("x", { timeoutMs: 1000 })).failure).toMatchObject({ code: "rejected", closeCode: 11509 });
    await other.handle("string", { functionId: "ours", answer: "upper" });
    await rust.syncWith(other.addr);
    await caller.available(2);
    expect(await caller.call("x")).toMatchObject({ reply: "X" });
    release();
    expect(await held).toMatchObject({ reply: "hold" });
  });

  it("a caller that a Rust handler does not know syncs its catalog and is served", async () => {
    const { languages } = context;
    const ts = await languages.ts("unknown");
    const rust = await languages.rustNode("unknown");
    await rust.handle("string", { functionId: "f" });
    // Pinged, it is in our catalog; it does not know us.
    await ts.discovery.ping(rust.addr);
    const call = func("f", TEXTS).caller(ts);
    expect(await within(SOON_MS, call("known now"), "the reply")).toBe("known now");
    expect((await rust.catalog()).map(({ id }) => id)).toContain(ts.local.id.hex);
  });

  it("a Rust caller that a TypeScript handler does not know is refused with 401, syncs its catalog and is served", async () => {
    const { languages } = context;
    const ts = await languages.shyTs("unknown caller");
    const rust = await languages.rustNode("unknown caller");
    func("f", TEXTS).handle(ts, (text) => text);
    const caller = await rust.caller("string", { functionId: "f" });
    await languages.tellRustOf(ts, rust);
    expect(await caller.call("known now")).toMatchObject({ reply: "known now" });
    expect(ts.metrics.counter("mosaik.functions.calls.rejected").value).toBeGreaterThan(0);
    expect(ts.discovery.catalog.get(rust.id)).toBeDefined();
  });

  it("a handler that ends closes its calls with 11404, in both directions", async () => {
    const { ts, rust } = await context.languages.pair("ended");
    const theirs = await rust.handle("string", { functionId: "theirs", answer: "manual" });
    const call = func("theirs", TEXTS).caller(ts);
    await within(SOON_MS, call.when().available(), "the Rust handler");
    const ended = expect(call("x", { timeoutMs: 2000 })).rejects.toMatchObject({ code: "rejected", closeCode: 11404 });
    await theirs.called();
    await theirs.drop();
    await ended;
    await within(SOON_MS, call.when().unavailable(), "the handler to be gone");

    const ours = func("ours", TEXTS).handle(ts, () => new Promise<string>(() => {}));
    const caller = await rust.caller("string", { functionId: "ours" });
    await caller.available();
    const outcome = caller.call("x", { timeoutMs: 2000 });
    await until(SOON_MS, () => ours.stats().inflight === 1, "the call");
    await ours.close();
    expect((await outcome).failure).toMatchObject({ code: "rejected", closeCode: 11404 });
    await caller.unavailable();
  });

  it("callers are admitted by their tickets and tags, with 11403 else, in both directions", async () => {
    const { ts, rust } = await context.languages.pair("admission");
    func("ours", TEXTS).handle(ts, (text) => text, {
      requireCaller: tagged("red"),
      requireCallerTicket: HS256.validator(),
    });
    const caller = await rust.caller("string", { functionId: "ours", requireCallerTickets: [HS256.rustValidator] });
    await caller.available();
    const refusal = { code: "rejected", closeCode: 11403 };
    expect((await caller.call("x", { timeoutMs: 1000 })).failure).toMatchObject(refusal);
    await rust.addTicket(await rust.issueTicket({ ...HS256.issue, expiresInMs: 60_000 }));
    await until(SOON_MS, () => ts.discovery.catalog.get(rust.id)?.entry.tickets.size === 1, "the ticket");
    expect((await caller.call("x", { timeoutMs: 1000 })).failure).toMatchObject(refusal);
    await rust.addTags("red");
    await until(SOON_MS, () => ts.discovery.catalog.get(rust.id)?.entry.tags.size === 1, "the tag");
    expect(await caller.call("x")).toMatchObject({ reply: "x" });

    await rust.handle("string", {
      functionId: "theirs",
      requireTags: ["red"],
      requireCallerTickets: [HS256.rustValidator],
    });
    const call = func("theirs", TEXTS, { requireCallerTicket: HS256.validator() }).caller(ts);
    await within(SOON_MS, call.when().available(), "the Rust handler");
    await expect(call("x", { timeoutMs: 1000 })).rejects.toMatchObject(refusal);
    ts.discovery.addTags("red");
    ts.discovery.addTicket(HS256.ticketFor(ts));
    await context.languages.rust.events.waitFor(
      "peerUpdated",
      ({ entry }) => entry.tickets.length === 1 && entry.tags.length === 1,
    );
    expect(await within(SOON_MS, call("x"), "the reply")).toBe("x");
  });

  it("callers are admitted for as long as their tickets are valid, in both directions", async () => {
    const { ts, rust } = await context.languages.pair("callers with tickets");
    const refusal = { code: "rejected", closeCode: 11403 };
    func("ours", TEXTS, { requireCallerTicket: HS256.validator() }).handle(ts, (text) => text);
    const caller = await rust.caller("string", { functionId: "ours", requireCallerTickets: [HS256.rustValidator] });
    await rust.addTicket(await rust.issueTicket({ ...HS256.issue, expiresInMs: 3_000 }));
    const expiredMs = performance.now() + 3_000;
    expect(await caller.call("x")).toMatchObject({ reply: "x" });
    await until(SOON_MS, () => performance.now() > expiredMs, "the ticket to expire");
    expect((await caller.call("x", { timeoutMs: 1000 })).failure).toMatchObject(refusal);
    await rust.replaceTicket(await rust.issueTicket({ ...HS256.issue, expiresInMs: 60_000 }));
    expect(await caller.call("x")).toMatchObject({ reply: "x" });

    await rust.handle("string", { functionId: "theirs", requireCallerTickets: [HS256.rustValidator] });
    const call = func("theirs", TEXTS, { requireCallerTicket: HS256.validator() }).caller(ts);
    ts.discovery.addTicket(HS256.ticketFor(ts, { expiresInMs: 3_000 }));
    const oursExpiredMs = performance.now() + 3_000;
    expect(await within(SOON_MS, call("x"), "the reply")).toBe("x");
    await until(SOON_MS, () => performance.now() > oursExpiredMs, "the ticket to expire");
    await expect(call("x", { timeoutMs: 1000 })).rejects.toMatchObject(refusal);
    ts.discovery.replaceTicket(HS256.ticketFor(ts));
    expect(await within(SOON_MS, call("x"), "the reply")).toBe("x");
  });

  it("handlers are called by their tickets, as long as those are valid, in both directions", async () => {
    const { ts, rust } = await context.languages.pair("handlers with tickets");
    await rust.handle("string", { functionId: "theirs", requireHandlerTickets: [HS256.rustValidator] });
    const call = func("theirs", TEXTS, { requireHandlerTicket: HS256.validator() }).caller(ts);
    await expect(call("x", { timeoutMs: 1500 })).rejects.toMatchObject({ code: "unavailable" });
    await rust.addTicket(await rust.issueTicket({ ...HS256.issue, expiresInMs: 3_000 }));
    expect(await within(SOON_MS, call("x"), "the reply")).toBe("x");
    await within(SOON_MS, call.when().unavailable(), "the ticket to expire");
    await expect(call("x", { timeoutMs: 500 })).rejects.toMatchObject({ code: "unavailable" });

    func("ours", TEXTS, { requireHandlerTicket: HS256.validator() }).handle(ts, (text) => text);
    const caller = await rust.caller("string", { functionId: "ours", requireHandlerTickets: [HS256.rustValidator] });
    expect((await caller.call("x", { timeoutMs: 1500 })).failure).toEqual({ code: "unavailable" });
    ts.discovery.addTicket(HS256.ticketFor(ts, { expiresInMs: 4_000 }));
    expect(await caller.call("x")).toMatchObject({ reply: "x" });
    await caller.unavailable();
    expect((await caller.call("x", { timeoutMs: 500 })).failure).toEqual({ code: "unavailable" });
    ts.discovery.replaceTicket(HS256.ticketFor(ts));
    expect(await caller.call("x")).toMatchObject({ reply: "x" });
  });

  it("a call waits for a handler that comes later, in both directions", async () => {
    const { ts, rust } = await context.languages.pair("late handlers");
    const waiting = func("theirs", TEXTS).caller(ts)("early", { timeoutMs: SOON_MS });
    const caller = await rust.caller("string", { functionId: "ours" });
    const rustWaits = caller.call("early");
    await rust.handle("string", { functionId: "theirs" });
    func("ours", TEXTS).handle(ts, (text) => text);
    expect(await within(SOON_MS, waiting, "the reply")).toBe("early");
    expect(await rustWaits).toMatchObject({ reply: "early" });
  });

  it("many calls side by side in both directions, none lost", async () => {
    const { ts, rust } = await context.languages.pair("many");
    const handler = func("ours", { request: t.u64, response: t.u64 }).handle(ts, (n) => n);
    const caller = await rust.caller("u64", { functionId: "ours", errorType: "unit" });
    expect(await caller.callMany({ count: 300, inFlight: 32 })).toMatchObject({ completed: 300, failed: 0 });
    expect(handler.stats()).toMatchObject({ served: 300, failed: 0 });

    const theirs = await rust.handle("u64", { functionId: "theirs", errorType: "unit", quiet: true });
    const call = func("theirs", { request: t.u64, response: t.u64 }).caller(ts);
    const numbers = Array.from({ length: 300 }, (_, i) => BigInt(i));
    expect(await within(30_000, Promise.all(numbers.map((n) => call(n))), "the replies")).toEqual(numbers);
    expect(await theirs.info()).toMatchObject({ served: 300, failed: 0 });
  });
});
