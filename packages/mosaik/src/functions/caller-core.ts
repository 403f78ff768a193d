import { EncodeError, type Codec } from "@mosaik/postcard";
import type { Discovery } from "../discovery/index.js";
import { PeerInfo, type LocalNode, type PeerEntry } from "../network/index.js";
import { abortReason, PeerWatch } from "../primitives/index.js";
import type { AttemptRequest, AttemptSink } from "./attempt.js";
import type { CallOptions } from "./call.js";
import { CallRun, type CallRunContext } from "./call-run.js";
import { Candidates, type Candidate } from "./candidates.js";
import { timeoutOf, type CallerConfig, type HandlerCondition } from "./config.js";
import type { Deadlines } from "./deadlines.js";
import { FunctionError } from "./errors.js";
import type { FunctionShape, Registration } from "./handler.js";
import type { FunctionId } from "./ids.js";
import { callLocally } from "./local-call.js";
import { TRACEPARENT_MAX } from "./protocol.js";
import { callRemotely } from "./remote-call.js";
import type { Routes } from "./routes.js";
import { CallerWhen } from "./when.js";

const NO_OPTIONS: CallOptions = {};
/** What Rust's request has beside the payload: two ids and a length. */
const REQUEST_OVERHEAD_BYTES = 64 + 5;

/** What a caller has done so far. */
export interface CallerStats {
  /** Calls that were answered, with a response or an application error. */
  readonly completed: number;
  /** Calls that failed otherwise. */
  readonly failed: number;
  /** Calls under way. */
  readonly inflight: number;
  /** Tries with one handler, of all calls. */
  readonly attempts: number;
}

/** What a caller needs of its surroundings. */
export interface CallerContext {
  readonly node: LocalNode;
  readonly discovery: Discovery;
  readonly routes: Routes;
  readonly deadlines: Deadlines;
  readonly frameLimitBytes: number;
  /** The registration of the function in this very node. */
  readonly localRegistration: (functionId: FunctionId) => Registration | undefined;
  onClose(): void;
}

/** What is behind a `Caller`. */
export class CallerCore implements CallRunContext {
  readonly functionId: FunctionId;
  readonly candidates: Candidates;
  readonly responseCodec: Codec<unknown>;
  readonly errorCodec: Codec<unknown>;
  readonly deadlines: Deadlines;
  readonly runtime;
  readonly backoff;
  readonly session;
  readonly introduce;
  readonly #context: CallerContext;
  readonly #config: CallerConfig;
  readonly #requestCodec: Codec<unknown>;
  readonly #watch: PeerWatch<PeerEntry>;
  readonly #onlineCondition: HandlerCondition;
  readonly #runs = new Set<CallRun>();
  #waiting = new Set<CallRun>();
  readonly #unsubscribe: () => void;
  readonly #metrics;
  #completed = 0;
  #failed = 0;
  #attempts = 0;
  #isOnline = false;
  #isClosed = false;

  constructor(context: CallerContext, functionId: FunctionId, shape: FunctionShape, config: CallerConfig) {
    const { node, discovery, routes } = context;
    this.#context = context;
    this.#config = config;
    this.functionId = functionId;
    this.#requestCodec = shape.requestCodec;
    this.responseCodec = shape.responseCodec;
    this.errorCodec = shape.errorCodec;
    this.deadlines = context.deadlines;
    this.runtime = node.runtime;
    this.backoff = config.backoff;
    this.session = routes.session.bind(routes);
    this.introduce = routes.introduce.bind(routes);
    const labels = { function: functionId.short() };
    this.#metrics = {
      attempts: node.metrics.counter("mosaik.functions.calls.attempts", labels),
      completed: node.metrics.counter("mosaik.functions.calls.completed", labels),
    };
    const hasLocal = (): boolean => context.localRegistration(functionId) !== undefined;
    this.candidates = new Candidates({
      runtime: node.runtime,
      discovery,
      functionId,
      config,
      hasLocal,
      onProbed: () => this.refresh(),
    });
    this.#watch = new PeerWatch(
      (error, where) => node.runtime.report(error, where),
      () => this.candidates.entries(),
      "a condition on handlers",
    );
    const available = this.when().available();
    this.#onlineCondition = config.onlineWhen?.(available) ?? available;
    this.#unsubscribe = discovery.catalog.subscribe(() => this.refresh());
    this.refresh();
  }

  get isOnline(): boolean {
    return this.#isOnline;
  }

  /** How many handlers there are that may be called. */
  get handlers(): number {
    return this.candidates.size;
  }

  when(): CallerWhen {
    return new CallerWhen(this.#watch, () => this.#isOnline);
  }

  stats(): CallerStats {
    const { size: inflight } = this.#runs;
    return { completed: this.#completed, failed: this.#failed, inflight, attempts: this.#attempts };
  }

  call(request: unknown, options: CallOptions | undefined): Promise<unknown> {
    return new Promise((resolve, reject) => {
      const { runtime, functionId } = this;
      const { tracing } = this.#context.node;
      const nowMs = runtime.monoMs();
      // What is thrown here rejects the promise.
      const timeoutMs = options?.timeoutMs === undefined ? this.#config.callTimeoutMs : timeoutOf(options.timeoutMs);
      const { signal, traceparent, idempotent } = options ?? NO_OPTIONS;
      const payload = this.#encode(request);
      if (traceparent !== undefined && traceparent.length > TRACEPARENT_MAX) {
        throw new FunctionError("invalidOption", `traceparent is longer than ${TRACEPARENT_MAX} characters`);
      }
      if (this.#isClosed) throw this.#closedError();
      if (signal?.aborted === true) {
        throw new FunctionError("cancelled", "the call was cancelled before it began", { cause: abortReason(signal) });
      }
      const isIdempotent = idempotent ?? this.#config.idempotent;
      const dueMs = nowMs + timeoutMs;
      const followed = tracing.follows("call") ? tracing.begin({ kind: "call", functionId, traceparent }) : undefined;
      const told = followed?.traceparent ?? traceparent;
      const run = new CallRun(
        this,
        { payload, dueMs, traceparent: told, isIdempotent, signal, nowMs, followed },
        resolve,
        reject,
      );
      this.#runs.add(run);
      run.start();
    });
  }

  close(): Promise<void> {
    if (!this.#isClosed) {
      this.#isClosed = true;
      this.#unsubscribe();
      this.candidates.close();
      for (const run of [...this.#runs]) run.close();
      this.#context.onClose();
      this.#isOnline = false;
      this.#watch.end(this.#closedError());
    }
    return Promise.resolve();
  }

  /** Looks for handlers anew. */
  refresh(): void {
    this.candidates.refresh();
    const isOnline = !this.#isClosed && this.#onlineCondition.isMet;
    this.#isOnline = isOnline;
    this.#watch.changed();
    const waiting = this.#waiting;
    if (waiting.size === 0) return;
    this.#waiting = new Set();
    for (const run of waiting) run.candidatesChanged();
  }

  attempt(candidate: Candidate, request: AttemptRequest, sink: AttemptSink, signal: AbortSignal): void {
    const { functionId } = this;
    const { node, routes, discovery, localRegistration } = this.#context;
    if (!candidate.isLocal) return void callRemotely(node, routes, candidate.peer, functionId, request, sink, signal);
    const caller = new PeerInfo(discovery.me().entry, 0);
    callLocally(localRegistration(functionId), caller, request, this.runtime.monoMs(), sink, signal);
  }

  onAttempt(): void {
    this.#attempts++;
    this.#metrics.attempts.add();
  }

  onWaiting(run: CallRun): void {
    this.#waiting.add(run);
  }

  onEnd(run: CallRun, isCompleted: boolean): void {
    this.#runs.delete(run);
    if (this.#waiting.size > 0) this.#waiting.delete(run);
    if (isCompleted) this.#completed++;
    else this.#failed++;
    if (isCompleted) this.#metrics.completed.add();
  }

  #encode(request: unknown): Uint8Array {
    let payload: Uint8Array;
    try {
      payload = this.#requestCodec.encode(request);
    } catch (cause) {
      const why = cause instanceof EncodeError ? cause.message : "its codec failed";
      throw new FunctionError("encode", `not a request of function ${this.functionId.short()}: ${why}`, { cause });
    }
    if (payload.length <= this.#context.frameLimitBytes - REQUEST_OVERHEAD_BYTES) return payload;
    throw new FunctionError("encode", `a request of ${payload.length} bytes is over the frame limit`);
  }

  #closedError(): FunctionError {
    return new FunctionError("closed", `the caller of function ${this.functionId.short()} is closed`);
  }
}
