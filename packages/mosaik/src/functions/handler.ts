import type { Codec } from "@mosaik/postcard";
import { CLOSE, judgePeer, type CloseCode, type Followed, type PeerInfo, type Tracing } from "../network/index.js";
import type { Report } from "../primitives/index.js";
import { atMost, type Runtime } from "../runtime/index.js";
import { InvalidTicket, validateTickets } from "../tickets/index.js";
import type { HandlerConfig } from "./config.js";
import type { FunctionId } from "./ids.js";
import { ServedCall, type CallContext, type CallOrigin } from "./served-call.js";

/** What runs when a function is called. Throw an `ApplicationError` to answer with a typed error. */
export type HandlerFunction<Req, Res> = (request: Req, context: CallContext) => Res | PromiseLike<Res>;

/** What a handler has done so far. */
export interface HandlerStats {
  /** Calls that were answered, with a response or an application error. */
  readonly served: number;
  /** Calls that ended otherwise after they were admitted. */
  readonly failed: number;
  /** Calls that are being served. */
  readonly inflight: number;
}

/** What all handlers of a node count together (spec 04 §6.4). */
export interface HandlingMetrics {
  readonly accepted: { add(): void };
  readonly rejected: { add(): void };
  readonly completed: { add(): void };
  readonly failed: { add(): void };
  readonly inflight: { add(amount: number): void };
}

/** What a registration needs of its surroundings. */
export interface RegistrationContext {
  readonly metrics: HandlingMetrics;
  readonly report: Report;
  readonly tracing: Tracing;
  readonly runtime: Pick<Runtime, "after" | "wallMs">;
}

/** A function as its types erased: what it takes to serve calls of it. */
export interface FunctionShape {
  readonly requestCodec: Codec<unknown>;
  readonly responseCodec: Codec<unknown>;
  readonly errorCodec: Codec<unknown>;
}

/** A function of this node, from its registration to its close: who may call it, and what runs (spec 04 §5.2). */
export class Registration implements FunctionShape {
  readonly functionId: FunctionId;
  readonly requestCodec: Codec<unknown>;
  readonly responseCodec: Codec<unknown>;
  readonly errorCodec: Codec<unknown>;
  readonly #context: RegistrationContext;
  readonly #config: HandlerConfig;
  readonly #function: HandlerFunction<unknown, unknown>;
  readonly #calls = new Set<ServedCall>();
  /** Functions that have begun and not settled. */
  #running = 0;
  #served = 0;
  #failed = 0;
  #isClosed = false;
  #onIdle = (): void => {};

  constructor(
    context: RegistrationContext,
    functionId: FunctionId,
    shape: FunctionShape,
    config: HandlerConfig,
    fn: HandlerFunction<unknown, unknown>,
  ) {
    this.#context = context;
    this.functionId = functionId;
    this.requestCodec = shape.requestCodec;
    this.responseCodec = shape.responseCodec;
    this.errorCodec = shape.errorCodec;
    this.#config = config;
    this.#function = fn;
  }

  stats(): HandlerStats {
    return { served: this.#served, failed: this.#failed, inflight: this.#calls.size };
  }

  /**
   * Whether a peer may call, judged before its payload is read.
   *
   * @returns the code to refuse it with
   */
  refusal(caller: PeerInfo, payloadBytes: number): CloseCode | undefined {
    const refusal = this.#judge(caller, payloadBytes);
    if (refusal !== undefined) this.#context.metrics.rejected.add();
    return refusal;
  }

  /**
   * Takes a call that `refusal` had nothing against; `ServedCall.run` begins it. The place is taken at once, so that calls whose
   * payload is still on its way count.
   */
  begin(origin: CallOrigin): ServedCall {
    const { metrics } = this.#context;
    metrics.accepted.add();
    metrics.inflight.add(1);
    this.#running++;
    const call = new ServedCall(this, origin);
    this.#calls.add(call);
    return call;
  }

  /** Runs the function. */
  invoke(request: unknown, call: ServedCall): unknown {
    return this.#function(request, call);
  }

  /** Somebody may want to know of a run, from its begin to its end. */
  follow({ caller, traceparent }: ServedCall): Followed | undefined {
    const { tracing } = this.#context;
    if (!tracing.follows("serve")) return undefined;
    return tracing.begin({ kind: "serve", functionId: this.functionId, caller: caller.id, traceparent });
  }

  report(error: unknown, where: string): void {
    this.#context.report(error, where);
  }

  /** The function has settled, or never began: its place is free. */
  settled(): void {
    this.#running--;
  }

  served(call: ServedCall): void {
    this.#served++;
    this.#context.metrics.completed.add();
    this.#end(call);
  }

  failed(call: ServedCall): void {
    this.#failed++;
    this.#context.metrics.failed.add();
    this.#end(call);
  }

  /** Takes no more calls, waits for those that there are, and ends with 11404 what takes longer than `drainTimeoutMs`. */
  async close(): Promise<void> {
    this.#isClosed = true;
    const { drainTimeoutMs } = this.#config;
    if (this.#calls.size > 0 && drainTimeoutMs > 0) {
      const idle = new Promise<void>((resolve) => (this.#onIdle = resolve));
      await atMost(this.#context.runtime, drainTimeoutMs, idle);
    }
    for (const call of this.#calls) call.abandon("handler closed");
  }

  #end(call: ServedCall): void {
    if (this.#calls.delete(call)) this.#context.metrics.inflight.add(-1);
    if (this.#calls.size === 0) this.#onIdle();
  }

  #judge(caller: PeerInfo, payloadBytes: number): CloseCode | undefined {
    const { requireCaller, callerTickets, maxConcurrent, requestMaxBytes } = this.#config;
    const { report } = this.#context;
    if (this.#isClosed) return CLOSE.functionNotFound;
    if (requireCaller.length > 0 && judgePeer(requireCaller, caller, report) !== "passes")
      return CLOSE.functionNotAllowed;
    if (callerTickets.length > 0) {
      const admitted = validateTickets(caller.entry, callerTickets, this.#context.runtime.wallMs(), report);
      if (admitted instanceof InvalidTicket) return CLOSE.functionNotAllowed;
    }
    if (this.#running >= maxConcurrent) return CLOSE.functionNoCapacity;
    if (payloadBytes > requestMaxBytes) return CLOSE.protocolViolation;
    return undefined;
  }
}

/** A function that this node handles. Dropping it changes nothing: close it, or the network. */
export class Handler {
  readonly #registration: Registration;
  readonly #onClose: () => void;
  #closing: Promise<void> | undefined;

  constructor(registration: Registration, onClose: () => void) {
    this.#registration = registration;
    this.#onClose = onClose;
  }

  /** The id on the wire, with the ticket validators folded in. */
  get functionId(): FunctionId {
    return this.#registration.functionId;
  }

  /** What it has done so far. */
  stats(): HandlerStats {
    return this.#registration.stats();
  }

  /**
   * Advertises the function no more, refuses further calls, which others may take, and waits for those that are being served. What takes longer than
   * `drainTimeoutMs` ends: its caller gets 11404, its signal aborts.
   */
  close(): Promise<void> {
    if (this.#closing === undefined) {
      this.#onClose();
      this.#closing = this.#registration.close();
    }
    return this.#closing;
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }
}
