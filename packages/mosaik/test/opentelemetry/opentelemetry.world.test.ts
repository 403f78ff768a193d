import { context, ROOT_CONTEXT, SpanKind, SpanStatusCode, trace, type Tracer } from "@opentelemetry/api";
import { AsyncLocalStorageContextManager } from "@opentelemetry/context-async-hooks";
import {
  AlwaysOffSampler,
  BasicTracerProvider,
  InMemorySpanExporter,
  SimpleSpanProcessor,
  type ReadableSpan,
} from "@opentelemetry/sdk-trace-base";
import { t } from "@mosaik/postcard";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { ApplicationError, func } from "../../src/functions/index.js";
import type { Network } from "../../src/node/index.js";
import { instrument } from "../../src/opentelemetry/index.js";
import { increment } from "../groups/counter.js";
import { countersOnline } from "../groups/group-nodes.js";
import { available } from "../functions/functions.js";
import { useNodes } from "../nodes.js";

const texts = { request: t.string, response: t.string, error: t.string };
const Outer = func("outer", texts);
const Inner = func("inner", texts);
const nameOf = (id: unknown): string | undefined =>
  id === Outer.baseId ? "outer" : id === Inner.baseId ? "inner" : undefined;

const contexts = new AsyncLocalStorageContextManager();
beforeAll(() => void context.setGlobalContextManager(contexts.enable()));
afterAll(() => context.disable());

/** A node's own provider: what it exports, and what makes its spans. */
function tracing(sampler?: AlwaysOffSampler): { tracer: Tracer; spans: () => ReadableSpan[] } {
  const exporter = new InMemorySpanExporter();
  const spanProcessors = [new SimpleSpanProcessor(exporter)];
  const provider = new BasicTracerProvider({ spanProcessors, ...(sampler === undefined ? {} : { sampler }) });
  return { tracer: provider.getTracer("test"), spans: () => exporter.getFinishedSpans() };
}

function spanOf(spans: readonly ReadableSpan[], name: string, kind: SpanKind): ReadableSpan {
  const found = spans.filter((span) => span.name === name && span.kind === kind);
  expect(found.length, `spans of ${name} in ${spans.map((span) => span.name).join(", ")}`).toBe(1);
  return found[0]!;
}

function expectChild(child: ReadableSpan, parent: ReadableSpan): void {
  expect(child.spanContext().traceId).toBe(parent.spanContext().traceId);
  expect(child.parentSpanContext?.spanId).toBe(parent.spanContext().spanId);
}

describe("spans of calls", () => {
  const world = useNodes();

  async function pair(): Promise<[Network, Network]> {
    const [a, b] = await world.nodes.joinMany(2);
    await world.nodes.discoverAll(a!, b!);
    return [a!, b!];
  }

  it("follow a call into its handler, and from there into the next", async () => {
    const { nodes } = world;
    const [a, b] = await pair();
    const atA = tracing();
    const atB = tracing();
    instrument(a, { tracer: atA.tracer, nameOf });
    instrument(b, { tracer: atB.tracer, nameOf });
    const inner = Inner.caller(b);
    Inner.handle(a, (text) => `inner ${text}`);
    Outer.handle(b, async (text) => {
      await new Promise<void>((resolve) => b.local.runtime.after(5, resolve));
      return await inner(text);
    });
    const outer = Outer.caller(a);
    await available(nodes, outer);
    await available(nodes, inner);
    const root = atA.tracer.startSpan("root", {}, ROOT_CONTEXT);
    const answer = context.with(trace.setSpan(ROOT_CONTEXT, root), () => outer("x"));
    expect(await nodes.within(5000, answer)).toBe("inner x");
    root.end();
    await nodes.until(() => atA.spans().length === 3 && atB.spans().length === 2, 5000, "five spans");

    const calling = spanOf(atA.spans(), "outer", SpanKind.CLIENT);
    const serving = spanOf(atB.spans(), "outer", SpanKind.SERVER);
    const callingInner = spanOf(atB.spans(), "inner", SpanKind.CLIENT);
    const servingInner = spanOf(atA.spans(), "inner", SpanKind.SERVER);
    expectChild(calling, spanOf(atA.spans(), "root", SpanKind.INTERNAL));
    expectChild(serving, calling);
    expectChild(callingInner, serving);
    expectChild(servingInner, callingInner);
    expect(serving.parentSpanContext?.isRemote).toBe(true);
    const about = { "rpc.system": "mosaik", "rpc.method": "outer", "mosaik.function": Outer.baseId.short() };
    expect(calling.attributes).toEqual({
      ...about,
      "mosaik.network": a.id.short(),
      "mosaik.node": a.local.id.short(),
      "mosaik.peer": b.local.id.short(),
    });
    expect(serving.attributes).toMatchObject({
      ...about,
      "mosaik.node": b.local.id.short(),
      "mosaik.peer": a.local.id.short(),
    });
    for (const span of [...atA.spans(), ...atB.spans()]) expect(span.status.code).toBe(SpanStatusCode.UNSET);
  });

  it("begin a trace where there is none, one for each call", async () => {
    const { nodes } = world;
    const [a, b] = await pair();
    const both = tracing();
    for (const network of [a, b]) instrument(network, { tracer: both.tracer, nameOf });
    Outer.handle(b, (text) => text);
    const outer = Outer.caller(a);
    await nodes.within(5000, Promise.all([outer("1"), outer("2"), outer("3")]));
    await nodes.until(() => both.spans().length === 6, 5000, "six spans");
    const serving = both.spans().filter(({ kind }) => kind === SpanKind.SERVER);
    const calling = both.spans().filter(({ kind }) => kind === SpanKind.CLIENT);
    expect(new Set(serving.map((span) => span.spanContext().traceId)).size).toBe(3);
    for (const span of calling) expect(span.parentSpanContext).toBeUndefined();
    for (const span of serving) {
      expectChild(
        span,
        calling.find((one) => one.spanContext().spanId === span.parentSpanContext?.spanId)!,
      );
    }
  });

  it("continue the context that the program gives, and hand it on where nobody traces", async () => {
    const { nodes } = world;
    const [a, b] = await pair();
    const atB = tracing();
    const stop = instrument(b, { tracer: atB.tracer, nameOf });
    const given: (string | undefined)[] = [];
    Outer.handle(b, (text, { traceparent }) => {
      given.push(traceparent);
      return text;
    });
    const outer = Outer.caller(a);
    const traceparent = `00-${"ab".repeat(16)}-${"cd".repeat(8)}-01`;
    await nodes.within(5000, outer("x", { traceparent }));
    await nodes.within(5000, outer("x", { traceparent: "00-nonsense" }));
    await nodes.until(() => atB.spans().length === 2, 5000, "two spans");
    const [told, untold] = atB.spans();
    expect(told!.spanContext().traceId).toBe("ab".repeat(16));
    expect(told!.parentSpanContext?.spanId).toBe("cd".repeat(8));
    expect(untold!.parentSpanContext).toBeUndefined();
    stop();
    await nodes.within(5000, outer("x"));
    expect(atB.spans().length).toBe(2);
    expect(given).toEqual([traceparent, "00-nonsense", undefined]);
  });

  it("say that they are not sampled", async () => {
    const { nodes } = world;
    const [a, b] = await pair();
    const off = tracing(new AlwaysOffSampler());
    const on = tracing();
    instrument(a, { tracer: off.tracer });
    instrument(b, { tracer: on.tracer });
    let given: string | undefined;
    Outer.handle(b, (text, context) => {
      given = context.traceparent;
      return text;
    });
    await nodes.within(5000, Outer.caller(a)("x"));
    expect(given).toMatch(/^00-[0-9a-f]{32}-[0-9a-f]{16}-00$/);
    expect([off.spans(), on.spans()]).toEqual([[], []]);
  });

  it("have the errors of both sides", async () => {
    const { nodes } = world;
    const [a, b] = await pair();
    const atA = tracing();
    const atB = tracing();
    instrument(a, { tracer: atA.tracer, nameOf });
    instrument(b, { tracer: atB.tracer, nameOf });
    Outer.handle(b, () => {
      throw new ApplicationError("no");
    });
    Inner.handle(b, () => new Promise<string>(() => {}));
    await nodes.within(5000, Promise.allSettled([Outer.caller(a)("x")]));
    await nodes.within(5000, Promise.allSettled([Inner.caller(a)("x", { timeoutMs: 300 })]));
    await nodes.until(() => atA.spans().length === 2 && atB.spans().length === 2, 5000, "four spans");
    const typeOf = (spans: ReadableSpan[], name: string, kind: SpanKind): unknown => {
      const span = spanOf(spans, name, kind);
      expect(span.status.code).toBe(SpanStatusCode.ERROR);
      expect(span.events.some((event) => event.name === "exception")).toBe(true);
      return span.attributes["error.type"];
    };
    expect(typeOf(atA.spans(), "outer", SpanKind.CLIENT)).toBe("application");
    expect(typeOf(atB.spans(), "outer", SpanKind.SERVER)).toBe("ApplicationError");
    expect(typeOf(atA.spans(), "inner", SpanKind.CLIENT)).toBe("timeout");
    expect(typeOf(atB.spans(), "inner", SpanKind.SERVER)).toBe("Error");
    const [attempt] = spanOf(atA.spans(), "inner", SpanKind.CLIENT).events.filter(({ name }) => name === "attempt");
    expect(attempt?.attributes).toMatchObject({ "mosaik.peer": b.local.id.short(), "mosaik.outcome": "abandoned" });
  });

  it("of a tracer that fails are left out, and the calls go on", async () => {
    const { nodes } = world;
    const [a, b] = await pair();
    a.local.tracing.attach({
      begin: () => {
        throw new Error("broken");
      },
    });
    b.local.tracing.attach({
      begin: () => ({
        end: () => {
          throw new Error("broken");
        },
      }),
    });
    Outer.handle(b, (text) => text);
    expect(await nodes.within(5000, Outer.caller(a)("x"))).toBe("x");
    await nodes.until(() => nodes.world.reports.length === 2, 5000, "both to be reported");
    (nodes.world.reports as unknown[]).length = 0;
  });
});

describe("spans of groups", () => {
  const world = useNodes();

  it("are those of commands and strong queries, in the trace of who asks", async () => {
    const { nodes } = world;
    const { networks, groups } = await countersOnline(nodes, 2);
    const { tracer, spans } = tracing();
    instrument(networks[1]!, { tracer, nameOf: () => "counter" });
    const root = tracer.startSpan("root", {}, ROOT_CONTEXT);
    await context.with(trace.setSpan(ROOT_CONTEXT, root), async () => {
      await nodes.within(5000, groups[1]!.executeMany([increment(1), increment(2)]));
      await nodes.within(5000, groups[1]!.feed(increment(3)));
      await nodes.within(5000, groups[1]!.query(undefined, "strong"));
      await nodes.within(5000, groups[1]!.query(undefined, "weak"));
      await Promise.allSettled([groups[1]!.executeMany([])]);
    });
    root.end();
    const failed = spans().filter(({ status }) => status.code === SpanStatusCode.ERROR);
    expect(failed.map(({ attributes }) => attributes["error.type"])).toEqual(["noCommands"]);
    const done = spans().filter((span) => !failed.includes(span) && span.name !== "root");
    expect(done.map(({ name, kind }) => [name, kind])).toEqual([
      ["execute counter", SpanKind.PRODUCER],
      ["feed counter", SpanKind.PRODUCER],
      ["query counter", SpanKind.CLIENT],
    ]);
    for (const span of done) expectChild(span, spanOf(spans(), "root", SpanKind.INTERNAL));
    const group = groups[1]!.id.short();
    expect(done[0]!.attributes).toMatchObject({ "mosaik.group": group, "mosaik.commands": 2, "mosaik.index": 2 });
    expect(done[1]!.attributes).toMatchObject({ "mosaik.commands": 1, "mosaik.index": 3 });
  });
});
