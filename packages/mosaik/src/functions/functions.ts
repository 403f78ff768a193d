import type { Connection } from "@mosaik/iroh/transport";
import type { Discovery } from "../discovery/index.js";
import {
  ALPN,
  PURPOSE,
  type KeptConnections,
  type Link,
  type LocalNode,
  type PeerInfo,
  type Router,
  type ServedStream,
} from "../network/index.js";
import type { Digest, PeerId } from "../primitives/index.js";
import { callerOf, type Caller } from "./caller.js";
import { CallerCore } from "./caller-core.js";
import type { CallerConfig, HandlerConfig } from "./config.js";
import { Deadlines } from "./deadlines.js";
import { FunctionError } from "./errors.js";
import { Handler, Registration, type FunctionShape, type HandlerFunction } from "./handler.js";
import { effectiveFunctionId, type FunctionId } from "./ids.js";
import { CALLS_VERSION, callsBodyCodec } from "./protocol.js";
import { Routes } from "./routes.js";
import { serveConnection } from "./served-connection.js";
import { ServedSession, type ServingContext } from "./served-session.js";
import { atMost } from "../runtime/index.js";

/** Connections with one call each, as Rust makes them, that are served at once. */
const SERVING_MAX = 4096;
/** A request and its head, before it is known which function it is for. */
const SERVE_LIMITS = { timeoutMs: 10_000 };
/** The round-trip time of a caller is sampled at most this often, in ms. */
const RTT_SAMPLE_MS = 1000;
/** How long answers may take to get across when the node closes, in ms. */
const DRAIN_MS = 500;

/** What this room needs of the node. */
export interface FunctionsContext {
  readonly node: LocalNode;
  readonly router: Router;
  readonly discovery: Discovery;
  readonly kept: KeptConnections;
  readonly frameLimitBytes: number;
}

/** How a function stands that this node handles. */
export type HandledFunction = Pick<Registration, "functionId" | "stats">;
/** How one of this node's callers stands. */
export type CalledFunction = Pick<CallerCore, "functionId" | "isOnline" | "stats" | "handlers">;

/** The functions of one node: those that it handles, and those that it calls (spec 04 §6.1). `func` declares them. */
export class Functions implements ServingContext {
  readonly runtime;
  readonly frameLimitBytes: number;
  readonly deadlines: Deadlines;
  readonly node: LocalNode;
  readonly #discovery: Discovery;
  readonly #routes: Routes;
  readonly #registrations = new Map<FunctionId, { readonly registration: Registration; readonly handler: Handler }>();
  readonly #callers = new Set<CallerCore>();
  readonly #sessions = new Set<ServedSession>();
  readonly #sampledAtMs = new WeakMap<Connection, number>();
  readonly #unsubscribe: () => void;
  readonly #metrics;
  #catalogVersion = 0;
  #isClosed = false;
  /** Whether every call has ended that there was to serve. */
  #isFinished = false;

  constructor({ node, router, discovery, kept, frameLimitBytes }: FunctionsContext) {
    this.node = node;
    this.runtime = node.runtime;
    this.frameLimitBytes = frameLimitBytes;
    this.deadlines = new Deadlines(node.runtime);
    this.#discovery = discovery;
    const syncWith = (peer: PeerId): Promise<void> => discovery.syncWith(peer, { signal: node.closing });
    this.#routes = new Routes(node, kept, frameLimitBytes, syncWith);
    this.#unsubscribe = discovery.catalog.subscribe(() => this.#catalogVersion++);
    const { metrics } = node;
    this.#metrics = {
      active: metrics.gauge("mosaik.functions.handlers.active"),
      accepted: metrics.counter("mosaik.functions.calls.accepted"),
      rejected: metrics.counter("mosaik.functions.calls.rejected"),
      completed: metrics.counter("mosaik.functions.calls.completed"),
      failed: metrics.counter("mosaik.functions.calls.failed"),
      inflight: metrics.gauge("mosaik.functions.calls.inflight"),
    };
    router.handle(ALPN.functions, SERVING_MAX, async (connection) =>
      serveConnection(this, await node.acceptLink(connection, SERVE_LIMITS)),
    );
    kept.serve(PURPOSE.calls, { version: CALLS_VERSION, serve: (stream) => this.#serve(stream) });
  }

  /**
   * Begins to handle a function: `FuncDef.handle` in other words.
   *
   * @throws FunctionError `alreadyExists` with the handler that this node has for the id; `closed`
   */
  handle(
    base: FunctionId,
    shape: FunctionShape,
    fn: HandlerFunction<unknown, unknown>,
    config: HandlerConfig,
  ): Handler {
    const functionId = effectiveFunctionId(base, config.callerTickets, config.handlerTickets);
    const existing = this.#registrations.get(functionId)?.handler;
    if (existing !== undefined) {
      const message = `this node handles function ${functionId.short()} already`;
      throw new FunctionError("alreadyExists", message, { existing });
    }
    this.#requireOpen();
    const report = (error: unknown, where: string): void => this.runtime.report(error, where);
    const context = { metrics: this.#metrics, report, tracing: this.node.tracing, runtime: this.runtime };
    const registration = new Registration(context, functionId, shape, config, fn);
    const handler = new Handler(registration, () => this.#remove(functionId));
    // Whoever sees the advertisement can call: the function is known here before it is advertised.
    this.#registrations.set(functionId, { registration, handler });
    this.#metrics.active.set(this.#registrations.size);
    try {
      this.#discovery.updateLocal((entry, nowMs) => entry.withAdded("functions", [functionId], nowMs));
    } catch (error) {
      this.#registrations.delete(functionId);
      throw error;
    }
    this.#refreshCallers();
    return handler;
  }

  /** Begins to call a function: `FuncDef.caller` in other words. Every caller is independent. @throws FunctionError `closed` */
  caller<Req, Res>(base: FunctionId, shape: FunctionShape, config: CallerConfig): Caller<Req, Res> {
    this.#requireOpen();
    const functionId = effectiveFunctionId(base, config.callerTickets, config.handlerTickets);
    const { node, deadlines, frameLimitBytes } = this;
    const core: CallerCore = new CallerCore(
      {
        node,
        discovery: this.#discovery,
        routes: this.#routes,
        deadlines,
        frameLimitBytes,
        localRegistration: (id) => this.registrationOf(id),
        onClose: () => this.#callers.delete(core),
      },
      functionId,
      shape,
      config,
    );
    this.#callers.add(core);
    return callerOf<Req, Res>(core);
  }

  /** The functions that this node handles. */
  *handled(): Iterable<HandledFunction> {
    for (const { registration } of this.#registrations.values()) yield registration;
  }

  /** This node's callers: there may be several of one function. */
  called(): Iterable<CalledFunction> {
    return this.#callers;
  }

  /** Ends all: calls that are being served may end, by calls of their own too; calls under way fail with `closed` then. */
  async close(): Promise<void> {
    this.#isClosed = true;
    await Promise.all([...this.#registrations.values()].map(({ handler }) => handler.close()));
    for (const core of [...this.#callers]) await core.close();
    this.#unsubscribe();
    this.#routes.close();
    this.#isFinished = true;
    const sessions = [...this.#sessions];
    await atMost(this.runtime, DRAIN_MS, Promise.allSettled(sessions.map((session) => session.finish())));
    // To whom the answers did not get across, the end of the connection must not say that all were given.
    for (const session of sessions) session.drop();
    this.deadlines.close();
  }

  get catalogVersion(): number {
    return this.#catalogVersion;
  }

  registrationOf(functionId: Digest): Registration | undefined {
    return this.#registrations.get(functionId)?.registration;
  }

  callerOf({ peer, connection }: Link): PeerInfo | undefined {
    const nowMs = this.runtime.monoMs();
    if (nowMs - (this.#sampledAtMs.get(connection) ?? -Infinity) >= RTT_SAMPLE_MS) {
      this.#sampledAtMs.set(connection, nowMs);
      this.#discovery.rtt.record(peer, connection.rttMicros());
    }
    return this.#discovery.catalog.get(peer);
  }

  onRejected(): void {
    this.#metrics.rejected.add();
  }

  #serve(stream: ServedStream): void {
    const body = callsBodyCodec.decode(stream.body);
    if (body.kind === "Parcel") return this.#routes.arrive(stream, body.value);
    const parcels = this.#routes.parcelsOf(stream.connection);
    const session = new ServedSession(this, stream, body.value.session, parcels);
    // What comes now is not served any more: that the stream ends says so.
    if (this.#isFinished) return void session.finish().catch(() => {});
    this.#sessions.add(session);
    void stream.link.closed.then(() => this.#sessions.delete(session));
  }

  #remove(functionId: FunctionId): void {
    this.#registrations.delete(functionId);
    this.#metrics.active.set(this.#registrations.size);
    // A closing node says nothing: its peers see it depart.
    if (this.#isClosed) return;
    this.#discovery.updateLocal((entry, nowMs) => entry.withRemoved("functions", [functionId], nowMs));
    this.#refreshCallers();
  }

  /** A change of our own handlers is one for callers that look at them. */
  #refreshCallers(): void {
    for (const core of this.#callers) core.refresh();
  }

  #requireOpen(): void {
    if (this.#isClosed) throw new FunctionError("closed", "the network is closed");
  }
}
