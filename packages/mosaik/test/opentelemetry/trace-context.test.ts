import fc from "fast-check";
import { INVALID_SPAN_CONTEXT } from "@opentelemetry/api";
import { describe, expect, it } from "vitest";
import { formatTraceparent, parseTraceparent } from "../../src/opentelemetry/trace-context.js";

const TRACE = "0af7651916cd43dd8448eb211c80319c";
const SPAN = "b7ad6b7169203331";

describe("the W3C trace context", () => {
  it("is read back as it was written", () => {
    const context = { traceId: TRACE, spanId: SPAN, traceFlags: 1 };
    expect(formatTraceparent(context)).toBe(`00-${TRACE}-${SPAN}-01`);
    expect(parseTraceparent(`00-${TRACE}-${SPAN}-01`)).toEqual({ ...context, isRemote: true });
    expect(parseTraceparent(`cc-${TRACE}-${SPAN}-03-what-the-future-brings`)).toEqual({ ...context, isRemote: true });
    expect(formatTraceparent(INVALID_SPAN_CONTEXT)).toBeUndefined();
  });

  it.each([
    "",
    `ff-${TRACE}-${SPAN}-01`,
    `00-${TRACE}-${SPAN}-01-more`,
    `00-${TRACE}-${SPAN}-1`,
    `00-${TRACE.toUpperCase()}-${SPAN}-01`,
    `00-${"0".repeat(32)}-${SPAN}-01`,
    `00-${TRACE}-${"0".repeat(16)}-01`,
    ` 00-${TRACE}-${SPAN}-01`,
    `00-${TRACE}-${SPAN}-01\n`,
  ])("is not %j", (text) => expect(parseTraceparent(text)).toBeUndefined());

  it("of a hostile peer gives nothing, or a valid span", () => {
    fc.assert(
      fc.property(fc.string({ maxLength: 128 }), (text) => {
        const context = parseTraceparent(text);
        if (context !== undefined) expect(formatTraceparent(context)).toBeDefined();
      }),
    );
  });
});
