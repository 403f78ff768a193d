import {
  context,
  ROOT_CONTEXT,
  SpanKind,
  SpanStatusCode,
  trace,
  type Attributes,
  type Context,
  type Span as OtelSpan,
  type Tracer as OtelTracer,
} from "@opentelemetry/api";
import { FunctionError } from "../functions/index.js";
import type { Activity, Span } from "../network/index.js";
import { VERSION, type Network } from "../node/index.js";
import { MosaikError, type Digest } from "../primitives/index.js";
import { formatTraceparent, parseTraceparent } from "./trace-context.js";

/** How spans are made. */
export interface InstrumentOptions {
  /** What makes the spans. Default: that of the registered provider, named `mosaik`. */
  readonly tracer?: OtelTracer;
  /** What a function or a group is called in spans. Default: the short form of its id. */
  readonly nameOf?: (id: Digest) => string | undefined;
}

/**
 * Makes spans of a network's calls, of the calls that it serves, and of what the program asks groups for. TypeScript handlers continue the
 * trace of their callers; towards Rust peers nothing changes. What begins from now on is traced.
 *
 * @returns ends it
 *
 * @example
 * const network = await Network.join("my-network-id");
 * instrument(network, { nameOf: (id) => (id === Greet.baseId ? "greet" : undefined) });
 */
export function instrument(network: Network, options: InstrumentOptions = {}): () => void {
  const tracer = options.tracer ?? trace.getTracer("mosaik", VERSION);
  const nameOf = (id: Digest): string => options.nameOf?.(id) ?? id.short();
  return network.local.tracing.attach({ begin: (activity) => begin(tracer, nameOf, activity) });
}

function begin(tracer: OtelTracer, nameOf: (id: Digest) => string, activity: Activity): Span {
  const parent = parentOf(activity);
  const { name, kind, attributes } = describe(activity, nameOf);
  const span = tracer.startSpan(name, { kind, attributes }, parent);
  const end = (): void => finish(span, activity);
  if (activity.kind === "call") return { traceparent: formatTraceparent(span.spanContext()), end };
  if (activity.kind === "request") return { end };
  const inside = trace.setSpan(parent, span);
  return { run: (work) => context.with(inside, work), end };
}

/** A peer's call belongs to what that peer does, not to whatever this process was at when it came. */
function parentOf(activity: Activity): Context {
  const around = activity.kind === "serve" ? ROOT_CONTEXT : context.active();
  if (activity.kind === "request" || activity.traceparent === undefined) return around;
  const remote = parseTraceparent(activity.traceparent);
  return remote === undefined ? around : trace.setSpanContext(around, remote);
}

interface Description {
  readonly name: string;
  readonly kind: SpanKind;
  readonly attributes: Attributes;
}

/** Names and attributes by the semantic conventions of RPC, and `mosaik.*` where they have none. */
function describe(activity: Activity, nameOf: (id: Digest) => string): Description {
  const at = { "mosaik.network": activity.network.short(), "mosaik.node": activity.node.short() };
  if (activity.kind === "request") {
    const { operation, groupId, commands } = activity;
    const attributes = { ...at, "mosaik.operation": operation, "mosaik.group": groupId.short() };
    return {
      name: `${operation} ${nameOf(groupId)}`,
      kind: operation === "query" ? SpanKind.CLIENT : SpanKind.PRODUCER,
      attributes: operation === "query" ? attributes : { ...attributes, "mosaik.commands": commands },
    };
  }
  const name = nameOf(activity.functionId);
  const rpc = { ...at, "rpc.system": "mosaik", "rpc.method": name, "mosaik.function": activity.functionId.short() };
  if (activity.kind === "call") return { name, kind: SpanKind.CLIENT, attributes: rpc };
  return { name, kind: SpanKind.SERVER, attributes: { ...rpc, "mosaik.peer": activity.caller.short() } };
}

function finish(span: OtelSpan, activity: Activity): void {
  const { error } = activity;
  if (activity.kind === "call" && activity.peer !== undefined) span.setAttribute("mosaik.peer", activity.peer.short());
  if (activity.kind === "request" && activity.index !== undefined) span.setAttribute("mosaik.index", activity.index);
  if (error !== undefined) {
    for (const attempt of error instanceof FunctionError ? error.attempts : []) {
      const { peer, outcome, closeCode, tookMs } = attempt;
      span.addEvent("attempt", {
        "mosaik.peer": peer.short(),
        "mosaik.outcome": outcome,
        "mosaik.took_ms": tookMs,
        ...(closeCode === undefined ? {} : { "mosaik.close_code": closeCode }),
      });
    }
    const message = error instanceof Error ? error.message : `threw ${typeof error}`;
    span.recordException(error instanceof Error ? error : message);
    span.setAttribute("error.type", typeOf(error));
    span.setStatus({ code: SpanStatusCode.ERROR, message });
  }
  span.end();
}

function typeOf(error: unknown): string {
  if (error instanceof MosaikError) return String(error.code);
  return error instanceof Error ? error.name : typeof error;
}
