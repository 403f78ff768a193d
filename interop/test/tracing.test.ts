import { context, SpanKind, type Tracer } from "@opentelemetry/api";
import { AsyncLocalStorageContextManager } from "@opentelemetry/context-async-hooks";
import { BasicTracerProvider, InMemorySpanExporter, SimpleSpanProcessor } from "@opentelemetry/sdk-trace-base";
import { func, t } from "mosaik";
import { instrument } from "mosaik/opentelemetry";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { obstacle, until, useLanguages, within } from "./setup.js";

const texts = { request: t.string, response: t.string };
const SOON_MS = 10_000;

describe.skipIf(obstacle !== undefined)("a traced node among Rust peers", () => {
  const languages = useLanguages();
  beforeAll(() => void context.setGlobalContextManager(new AsyncLocalStorageContextManager().enable()));
  afterAll(() => context.disable());

  it("calls and is called as before; its spans end at itself", async () => {
    const { ts, rust } = await languages.languages.pair("tracing");
    const exporter = new InMemorySpanExporter();
    const provider = new BasicTracerProvider({ spanProcessors: [new SimpleSpanProcessor(exporter)] });
    const tracer: Tracer = provider.getTracer("test");
    instrument(ts, { tracer });

    await rust.handle("string", { functionId: "theirs", errorType: "unit", answer: "upper" });
    const call = func("theirs", texts).caller(ts);
    expect(await within(SOON_MS, call("hello"), "the reply")).toBe("HELLO");

    const given: (string | undefined)[] = [];
    func("ours", texts).handle(ts, (text, { traceparent }) => {
      given.push(traceparent);
      return `${text}!`;
    });
    const caller = await rust.caller("string", { functionId: "ours", errorType: "unit" });
    expect(await caller.call("hello")).toMatchObject({ reply: "hello!" });
    await until(SOON_MS, () => exporter.getFinishedSpans().length === 2, "both spans");
    const [calling, serving] = exporter.getFinishedSpans();
    expect([calling!.kind, serving!.kind]).toEqual([SpanKind.CLIENT, SpanKind.SERVER]);
    expect(serving!.parentSpanContext).toBeUndefined();
    expect(serving!.spanContext().traceId).not.toBe(calling!.spanContext().traceId);
    expect(given).toEqual([undefined]);
  });
});
